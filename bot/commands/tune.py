"""``laurels query tune``: which terms of the queries bring what people dismiss."""

from collections.abc import Sequence
from typing import Final

from bot import wiring
from bot.failures import CommandError, Interrupted
from bot.query_names import meant, unknown
from bot.scan_progress import shown
from bot.settings import Settings
from bot.terminal import columns, counted, emit
from bot.tuning import Exclusion, TermCount, Tuning
from bot.wrapping import shortened
from listener.settings import QuerySettings, Role
from store import finds
from store.clean import key
from store.db import Engine, reading

_BATCH: Final = 1_000
_WIDEST: Final = 26
_HEAD: Final = ("term", "mentions", "decided", "not ours", "acted on", "share")
_RIGHT: Final = frozenset({1, 2, 3, 4, 5})


def tune(
    engine: Engine, settings: Settings, name: str | None, at_least: int, *, as_json: bool
) -> None:
    """Count what each term of the brand's queries, or of one query, brought."""
    chosen = _chosen(engine, settings, name)
    tunings = {key(one.name): Tuning(one.query, wiring.detect) for one in chosen}
    try:
        _count(engine, tunings)
    except KeyboardInterrupt:
        raise Interrupted("stopped while counting; nothing was changed") from None
    found = [(one, tunings[key(one.name)]) for one in chosen]
    exclusions = [tuning.exclusion(at_least) for _, tuning in found]
    value = [
        _plain(query, tuning, exclusion, at_least)
        for (query, tuning), exclusion in zip(found, exclusions, strict=True)
    ]
    told = [
        _told(query, tuning, exclusion, at_least)
        for (query, tuning), exclusion in zip(found, exclusions, strict=True)
    ]
    emit({"at_least": at_least, "queries": value}, "\n\n".join(told), as_json=as_json)


def _chosen(engine: Engine, settings: Settings, name: str | None) -> list[QuerySettings]:
    if name is not None:
        with reading(engine) as tx:
            found = finds.names(tx)
        chosen = meant(settings, name, found)
        if chosen is None:
            raise unknown(settings, name, found)
        return [chosen]
    brand = [one for one in settings.listener.sought if one.role is Role.BRAND]
    if not brand:
        raise CommandError("listener.queries: there is none to tune; name one in it")
    return brand


def _count(engine: Engine, tunings: dict[str, Tuning]) -> None:
    after = posts = dismissed = 0
    with shown("Counting") as show:
        with reading(engine) as tx:
            total = finds.last_id(tx)
        while True:
            with reading(engine) as tx:
                some = finds.judged_after(tx, tunings, after, _BATCH)
            if not some:
                return
            for name, tuning in tunings.items():
                tuning.add([one for one in some if name in one.queries])
            after, posts = some[-1].post.id, posts + len(some)
            dismissed = sum(tuning.whole.dismissed for tuning in tunings.values())
            show(after, total, posts, dismissed)


def _sorted(tuning: Tuning, at_least: int) -> list[TermCount]:
    """Those decided often enough by their share, then the others by their mentions."""
    return sorted(
        tuning.terms,
        key=lambda one: (
            one.decided < at_least,
            -(one.share or 0) if one.decided >= at_least else 0,
            -one.mentions,
            one.term,
        ),
    )


def _plain(
    query: QuerySettings, tuning: Tuning, exclusion: Exclusion | None, at_least: int
) -> dict[str, object]:
    return {
        "name": query.name,
        "query": query.query,
        **_counts(tuning.whole),
        "terms": [{"term": one.term, **_counts(one)} for one in _sorted(tuning, at_least)],
        "exclusion": None
        if exclusion is None
        else {
            "word": exclusion.word,
            "query": exclusion.query,
            "removes": exclusion.removes,
            "loses": exclusion.loses,
            "log_odds": round(exclusion.log_odds, 2),
        },
    }


def _counts(one: TermCount) -> dict[str, object]:
    return {
        "mentions": one.mentions,
        "decided": one.decided,
        "dismissed": one.dismissed,
        "kept": one.kept,
        "acted_on": one.acted,
        "dismissed_share": None if one.share is None else round(one.share, 4),
    }


def _told(query: QuerySettings, tuning: Tuning, exclusion: Exclusion | None, at_least: int) -> str:
    rows = [_HEAD, *(_row(one, at_least) for one in [*_sorted(tuning, at_least), tuning.whole])]
    lines = [f"{query.name}: {query.query}", "", columns(rows, right=_RIGHT), ""]
    whole = tuning.whole
    if exclusion is not None:
        lines += [
            f"{exclusion.word!r} stands in {exclusion.removes:,} of the "
            f"{counted(whole.dismissed, 'mention')} that are not ours. This leaves them out,",
            f"and loses {exclusion.loses:,} of {whole.kept:,} that are (config.yaml is yours to "
            "change):",
            f"  {exclusion.query}",
        ]
    elif whole.dismissed < at_least or whole.kept < at_least:
        lines += [
            f"No word is proposed: that takes {at_least} mentions that are not ours (there are "
            f"{whole.dismissed:,})",
            f"and {at_least} that are ({whole.kept:,}); decide more, or lower --at-least.",
        ]
    else:
        lines.append("No word tells what is not ours from the rest.")
    return "\n".join(lines)


def _row(one: TermCount, at_least: int) -> Sequence[str]:
    enough = one.share is not None and one.decided >= at_least
    return (
        shortened(one.term, _WIDEST),
        f"{one.mentions:,}",
        f"{one.decided:,}",
        f"{one.dismissed:,}",
        f"{one.acted:,}",
        f"{100 * one.share:.0f} %" if enough and one.share is not None else "–",
    )
