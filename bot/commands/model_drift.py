"""``laurels model drift``: what the model reads of late, beside what it read before."""

from collections.abc import Sequence
from typing import Final

from bot.commands.desk import clock
from bot.drift import BEFORE, LATE, Comparison, Watched, compared, said
from bot.settings import Settings
from bot.terminal import columns, counted, emit, plain
from bot.wrapping import shortened, wrapped
from models.drift import ENOUGH_BEFORE, ENOUGH_NOW, Drift, Sign, Span
from store.db import Engine, reading

_INDENT: Final = "  "
_WIDEST: Final = 16
_HEAD: Final = ("task", "when", "posts", "in doubt ", "sure ", "changed most", "share ")
_RIGHT: Final = frozenset({2, 3, 4, 6})


def drift(engine: Engine, settings: Settings, *, as_json: bool) -> None:
    """Each source and language by task; what moved is named again below."""
    now = clock(engine)()
    with reading(engine) as tx:
        found = compared(tx, settings.rewards.confident, now)
    value = {
        "until": now,
        "days": LATE.days,
        "days_before": BEFORE.days,
        "in_doubt_below": settings.rewards.confident,
        "moved": sum(bool(one.drift.moved) for one in found.watched),
        "left_out": found.left_out,
        "watched": [_value(one) for one in found.watched],
    }
    emit(value, _told(found), as_json=as_json)


def _value(one: Watched) -> dict[str, object]:
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


def _told(found: Comparison) -> str:
    parts = _parts(found.watched)
    if found.left_out:
        parts.append(f"Not counted: {counted(found.left_out, 'post')} that another model read.")
    return "\n\n".join(parts)


def _parts(found: Sequence[Watched]) -> list[str]:
    if not found:
        return [f"No post of the last {LATE.days} days was read; nothing to compare."]
    told = [one for one in found if one.drift.is_enough]
    few = len(found) - len(told)
    parts = ["\n".join(_table(told))] if told else []
    if few:
        text = (
            f"{few} more of fewer than {ENOUGH_NOW} posts in {LATE.days} days or {ENOUGH_BEFORE} "
            f"in the {BEFORE.days} before: too few to say."
        )
        parts.append("\n".join(wrapped(text)))
    moved = [one for one in found if one.drift.moved]
    parts += ["\n".join(wrapped(plain(f"* Moved: {said(one)}."))) for one in moved]
    return parts if moved or not told else [*parts, "Nothing moved."]


def _table(told: list[Watched]) -> list[str]:
    """The lines of all sources, aligned, with a heading over those of each."""
    rows = [row for one in told for row in _rows(one)]
    head, *lines = columns([_HEAD, *rows], right=_RIGHT).splitlines()
    shown = [_INDENT + head]
    for at, one in enumerate(told):
        if at == 0 or (one.source, one.language) != (told[at - 1].source, told[at - 1].language):
            shown += wrapped(plain(f"{one.source} ({one.language})"))
        shown += [_INDENT + line for line in lines[2 * at : 2 * at + 2]]
    return shown


def _rows(one: Watched) -> list[tuple[str, ...]]:
    before, now, label = one.drift.before, one.drift.now, one.drift.label
    marks = [_mark(one.drift, sign) for sign in (Sign.UNSURE, Sign.CONFIDENCE, Sign.MIX)]
    named = shortened(label, _WIDEST)
    return [
        (one.task.value, "before", *_cells(before, label, named, [" "] * 3)),
        ("", "now", *_cells(now, label, "", marks)),
    ]


def _mark(found: Drift, sign: Sign) -> str:
    return "*" if sign in found.moved else " "


def _cells(span: Span, label: str, named: str, marks: list[str]) -> tuple[str, ...]:
    unsure, sure, share = f"{span.share_unsure:.0%}", f"{span.mean:.2f}", f"{span.part(label):.0%}"
    return f"{span.n:,}", unsure + marks[0], sure + marks[1], named, share + marks[2]
