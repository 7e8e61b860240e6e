"""``laurels query voice``: how the mentions of queries compare over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from bot.commands.desk import clock
from bot.dates import day_in
from bot.failures import CommandError, Interrupted
from bot.query_names import meant, unknown
from bot.settings import Settings
from bot.share_of_voice import Length, Period, Share, back, first_day, shares, total
from bot.terminal import columns, emit
from bot.wrapping import shortened
from store import finds
from store.clean import key
from store.db import Connection, Engine, reading

_USUAL: Final = {Length.DAY: 30, Length.WEEK: 12, Length.MONTH: 12}
_WIDEST: Final = 20
_HEAD: Final = ("", "query", "posts", "of", "share", "95 % interval")
_NOTHING: Final = ("0", "0", "–", "–")
_RIGHT: Final = frozenset({2, 3, 4, 5})


@dataclass(frozen=True, slots=True)
class _Span:
    """The days that are looked at, in periods of one length."""

    length: Length
    start: date
    today: date

    def holds(self, first: date) -> bool:
        """Whether the period that begins on a day lies wholly in it."""
        is_over = first_day(self.today, self.length) > first
        return first >= self.start and is_over


def voice(
    engine: Engine,
    settings: Settings,
    names: Sequence[str],
    by: str,
    since: str | None,
    platform: str | None,
    *,
    as_json: bool,
) -> None:
    """Compare queries: those named, else all of the settings that make mentions."""
    if by not in set(Length):
        raise CommandError(f"--by: expected day, week or month, got {by!r}")
    length, zone = Length(by), settings.rewards.zone
    now = clock(engine)()
    start = (
        back(now, _USUAL[length], length, zone) if since is None else day_in(since, zone, "--since")
    )
    with reading(engine) as tx:
        queries = _queries(tx, settings, names)
        if platform is not None:
            _check_platform(tx, platform)
        try:
            found = finds.by_post(tx, queries, start, platform)
            periods = shares(found, [key(one) for one in queries], length, zone, now)
        except KeyboardInterrupt:
            raise Interrupted("stopped while counting; nothing was changed") from None
    span = _Span(length, start.astimezone(zone).date(), now.astimezone(zone).date())
    whole = total(periods, [key(one) for one in queries])
    value = {
        "by": length,
        "since": start,
        "time_zone": settings.rewards.time_zone,
        "platform": platform,
        "queries": queries,
        "total": _plain(whole, queries),
        "periods": [
            {
                "from": one.first,
                "is_whole": span.holds(one.first),
                "queries": _plain(one.shares, queries),
            }
            for one in periods
        ],
    }
    emit(value, _told(periods, whole, queries, span), as_json=as_json)


def _queries(tx: Connection, settings: Settings, names: Sequence[str]) -> list[str]:
    if not names:
        sought = [one.name for one in settings.listener.sought]
        if not sought:
            raise CommandError("listener.queries: there is none to compare; name one in it")
        return sought
    found = finds.names(tx)
    chosen: list[str] = []
    for one in names:
        query = None if key(one) in found else meant(settings, one, found)
        if query is None and key(one) not in found:
            raise unknown(settings, one, found)
        chosen.append(one if query is None else query.name)
    return list(dict.fromkeys(chosen))


def _check_platform(tx: Connection, platform: str) -> None:
    known = finds.platforms(tx)
    if platform not in known:
        heard = ", ".join(known) or "none"
        raise CommandError(f"--platform: nothing was heard on {platform!r}; heard: {heard}")


def _plain(found: Mapping[str, Share], queries: Sequence[str]) -> list[dict[str, object]]:
    return [
        {
            "name": name,
            "posts": one.posts,
            "of": one.of,
            "share_percent": None if one.share is None else round(100 * one.share, 2),
            "interval_percent": None
            if one.interval is None
            else [round(100 * end, 2) for end in one.interval],
        }
        for name in queries
        for one in (found[key(name)],)
    ]


def _told(
    periods: Sequence[Period], whole: Mapping[str, Share], queries: Sequence[str], span: _Span
) -> str:
    if not periods:
        return f"No mention since {span.start}."
    rows: list[tuple[str, ...]] = [_HEAD]
    if len(periods) > 1:
        rows += _rows("all", whole, queries)
    for is_empty, some in groupby(periods, key=_is_empty):
        if is_empty:
            firsts = [_name(one.first, span) for one in some]
            rows.append((firsts[0], "" if len(firsts) == 1 else f"to {firsts[-1]}", *_NOTHING))
            continue
        for one in some:
            rows += _rows(_name(one.first, span), one.shares, queries)
    notes = [
        "of: posts that any of these queries found. One that two found counts for both,",
        "so that shares may come to more than 100 %.",
    ]
    if not all(span.holds(one.first) for one in periods):
        notes.append(f"*: a part of the {span.length} only, from --since on or until today.")
    return "\n".join([columns(rows, right=_RIGHT), "", *notes])


def _rows(period: str, found: Mapping[str, Share], queries: Sequence[str]) -> list[tuple[str, ...]]:
    return [
        (
            "" if at else period,
            shortened(name, _WIDEST),
            f"{one.posts:,}",
            f"{one.of:,}",
            "–" if one.share is None else f"{100 * one.share:.1f} %",
            "–" if one.interval is None else _between(*one.interval),
        )
        for at, name in enumerate(queries)
        for one in (found[key(name)],)
    ]


def _between(low: float, high: float) -> str:
    return f"{100 * low:.1f} – {100 * high:.1f} %"


def _is_empty(period: Period) -> bool:
    return not any(one.of for one in period.shares.values())


def _name(first: date, span: _Span) -> str:
    name = f"{first:%Y-%m}" if span.length is Length.MONTH else first.isoformat()
    return name if span.holds(first) else f"{name}*"
