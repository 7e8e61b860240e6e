"""``laurels model drift``: what the model reads of late, beside what it read before."""

from bot.commands.desk import clock
from bot.drift import BEFORE, LATE, Watched, said, watched
from bot.settings import Settings
from bot.terminal import columns, emit
from models.drift import ENOUGH_BEFORE, ENOUGH_NOW, Sign, Span
from store.db import Engine, reading

_HEAD = ("source", "language", "task", "posts", "before", "in doubt", "before", "sure", "before",
         "changed most", "now", "before", "moved")  # fmt: skip
_RIGHT = frozenset({3, 4, 5, 6, 7, 8, 10, 11})


def drift(engine: Engine, settings: Settings, *, as_json: bool) -> None:
    """Each source and language by task; what moved is named again below."""
    now = clock(engine)()
    with reading(engine) as tx:
        found = watched(tx, settings.rewards.confident, now)
    value = {
        "until": now,
        "days": LATE.days,
        "days_before": BEFORE.days,
        "in_doubt_below": settings.rewards.confident,
        "moved": sum(bool(one.drift.moved) for one in found),
        "watched": [_plain(one) for one in found],
    }
    emit(value, _told(found), as_json=as_json)


def _plain(one: Watched) -> dict[str, object]:
    return {
        "source": one.source,
        "language": one.language,
        "task": one.task.value,
        "enough": one.drift.is_enough,
        "moved": sorted(sign.value for sign in one.drift.moved),
        "divergence_bits": round(one.drift.divergence, 4),
        "now": _span(one.drift.now),
        "before": _span(one.drift.before),
    }


def _span(span: Span) -> dict[str, object]:
    return {
        "posts": span.n,
        "in_doubt_percent": round(100 * span.share_unsure, 2) if span.n else None,
        "mean_confidence": round(span.mean, 4) if span.n else None,
        "labels": dict(sorted(span.labels.items())),
    }


def _told(found: list[Watched]) -> str:
    if not found:
        return f"No post of the last {LATE.days} days was read; nothing to compare."
    told = [_row(one) for one in found if one.drift.is_enough]
    few = len(found) - len(told)
    parts = [columns([_HEAD, *told], right=_RIGHT)] if told else []
    if few:
        parts.append(
            f"{few} more of fewer than {ENOUGH_NOW} posts in {LATE.days} days or {ENOUGH_BEFORE} "
            f"in the {BEFORE.days} before: too few to say."
        )
    moved = [one for one in found if one.drift.moved]
    parts += [f"Moved: {said(one)}." for one in moved] or (["Nothing moved."] if told else [])
    return "\n\n".join(parts)


def _row(one: Watched) -> tuple[str, ...]:
    before, now, label = one.drift.before, one.drift.now, one.drift.label
    return (
        one.source, one.language, one.task.value, f"{now.n:,}", f"{before.n:,}",
        f"{now.share_unsure:.0%}", f"{before.share_unsure:.0%}",
        f"{now.mean:.2f}", f"{before.mean:.2f}",
        label, f"{now.part(label):.0%}", f"{before.part(label):.0%}",
        ", ".join(sign.value for sign in Sign if sign in one.drift.moved),
    )  # fmt: skip
