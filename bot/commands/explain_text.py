"""How ``laurels query explain`` reads on a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.wrapping import wrapped
from listener.budget import Forecast
from listener.querying.searches_dialects import Pace

_SHOWN: Final = 6
"""Searches, and things filtered here, that a person is shown of each place; --json has all."""
_LINES: Final = 40
_LABEL: Final = 10
_LONGEST: Final = 200
"""Characters shown of what a search cannot take."""
_HOUR: Final = 3_600
_UNITS: Final = ((86_400, "day"), (_HOUR, "hour"), (60, "minute"), (1, "second"))


@dataclass(frozen=True, slots=True)
class Volume:
    """Posts a day and how that is known; None: it is not known."""

    posts: float | None = None
    known_by: str | None = None
    way_out: str = ""
    """Why the platform did not count, or how it would."""
    spent: float = 0.0
    """US dollars, for the platform's count."""


@dataclass(frozen=True, slots=True)
class Place:
    """A source, or a platform where none is configured."""

    name: str
    connector: str
    searches: tuple[str, ...]
    filtered: tuple[str, ...]
    unasked: tuple[str, ...]
    """What posts must have and no search is told."""
    unseen: str | None
    is_elsewhere: bool
    volume: Volume
    """Of what is asked for."""
    matching: float | None
    """Posts a day that match, of what was heard there."""
    requests_per_poll: float
    seconds_per_poll: float
    pace: Pace | None
    reads_all: bool = False
    forecast: Forecast | None = None
    every_seconds: int | None = None
    has_key: bool = False
    usd_per_post: float = 0.0
    usd_per_author: float = 0.0

    @property
    def asks_nothing(self) -> bool:
        """No part of the query can be searched for."""
        return not self.searches and not self.reads_all

    @property
    def usd(self) -> float | None:
        """US dollars a day, for posts; None where that depends on a volume that is not known."""
        if not self.usd_per_post or (self.asks_nothing and not self.requests_per_poll):
            return 0.0
        return None if self.volume.posts is None else self.volume.posts * self.usd_per_post

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should change before listening for this."""
        return tuple(filter(None, (_thrown_away(self), _slow(self))))


def _thrown_away(one: Place) -> str:
    if not one.usd_per_post or not one.searches:
        return ""
    posts, matching = one.volume.posts, one.matching
    if one.volume.known_by == "store" and posts and matching is not None and matching < posts / 2:
        return (
            f"most of what is paid for is thrown away here: of {posts:,.1f} posts a day that were "
            f"heard and that it asks for, {matching:,.1f} match"
        )
    if one.unasked:
        return (
            f"{one.connector} cannot be asked for posts {_cut(one.unasked[0])}: perhaps most of "
            "what is paid for is thrown away here; a whole word can be searched for"
        )
    return ""


def _slow(one: Place) -> str:
    if one.pace is None or one.seconds_per_poll <= (one.every_seconds or _HOUR):
        return ""
    keyed = one.has_key and one.pace.with_key
    allowed = one.pace.with_key if keyed else one.pace.requests
    without = " without a key" if one.pace.with_key and not one.has_key else ""
    return (
        f"{one.requests_per_poll:,.0f} requests a poll: at the {allowed:,} in "
        f"{_duration(one.pace.seconds)} that are allowed{without}, one takes "
        f"{_duration(one.seconds_per_poll)}; name fewer alternatives, or look less often "
        "(every_seconds)"
    )


def _duration(seconds: float) -> str:
    size, unit = next((one for one in _UNITS if seconds >= one[0]), _UNITS[-1])
    number = f"{seconds / size:,.1f}".removesuffix(".0")
    return f"{number} {unit}{'' if number == '1' else 's'}"


def told(
    tree: Sequence[str],
    means: str,
    places: Sequence[Place],
    notes: Sequence[str],
    *,
    is_joined: bool,
) -> str:
    """The whole of it; with `is_joined`, places that read the same are told of once."""
    plain = means[1:-1] if len(tree) > 1 and means.startswith("(") else means
    lines = _some(wrapped(f"Finds posts {plain}."), _SHOWN)
    if len(tree) > 1:
        lines += ["", *_some([shown for line in tree for shown in _indented(line)], _LINES)]
    groups: dict[object, list[Place]] = {}
    for one in places:
        key = (*_asks(one), *_comes_to(one)) if is_joined else one.name
        groups.setdefault(key, []).append(one)
    for group in groups.values():
        lines += ["", *_text(group)]
    for note in notes:
        lines += ["", *wrapped(note)]
    return "\n".join(lines)


def _indented(line: str) -> Iterator[str]:
    margin = len(line) - len(line.lstrip())
    for shown in wrapped(line, margin=margin):
        yield " " * margin + shown


def _text(group: Sequence[Place]) -> Iterator[str]:
    names = (
        one.name if one.name == one.connector else f"{one.name} ({one.connector})" for one in group
    )
    yield from wrapped(", ".join(names))
    yield from _asks(group[0])
    if not group[0].asks_nothing and not group[0].is_elsewhere:
        unseen = [(one, one.unseen) for one in group if one.unseen]
        shown = [f"{one.name}: {told}" if len(group) > 1 else told for one, told in unseen]
        yield from _labelled("misses", shown)
    yield from _comes_to(group[0])


def _asks(one: Place) -> Iterator[str]:
    if one.is_elsewhere:
        yield "  finds nothing: the query is about other platforms"
    elif one.asks_nothing:
        is_short = any("begins with" in text for text in one.filtered)
        word = "longer word" if is_short else "word that has to stand in a post"
        yield f"  not searched here; write a {word}"
    elif one.reads_all:
        yield from _labelled("reads", ["all of its places; the query is looked for here"])
    else:
        yield from _labelled("asks for", _some(one.searches, _SHOWN))
        yield from _labelled("filters", _some([_cut(text) for text in one.filtered], _SHOWN))


def _comes_to(one: Place) -> Iterator[str]:
    if one.is_elsewhere:
        return
    if one.asks_nothing:
        besides = "the mentions of the account, which are read besides"
        yield from _labelled("costs", [besides] if one.requests_per_poll else [])
        return
    if one.forecast is not None or one.volume.posts is not None:
        yield from _labelled("expects", [_expected(one)])
    yield from _labelled("costs", list(_costs(one)))
    yield from _labelled("warns", one.warnings)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(' ')[0]} …"


def _labelled(label: str, texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        for line in wrapped(text, margin=_LABEL + 2):
            yield f"  {label:<{_LABEL}}{line}"
            label = ""


def _expected(one: Place) -> str:
    known = one.volume
    if known.posts is None:
        return f"unknown: {known.way_out}" if known.way_out else "unknown"
    if known.known_by == "platform":
        spent = f" (counting cost ${known.spent:g})" if known.spent else ""
        return f"{known.posts:,.1f} posts a day, as the platform counts the last seven days{spent}"
    if not one.usd_per_post:
        return f"{known.posts:,.1f} posts a day, of what was heard there in the last week"
    floor = (
        f"at least {known.posts:,.1f} posts a day, of what was heard there in the last week: a "
        "floor, since what no query matched was not kept"
    )
    return f"{floor}; {known.way_out}" if known.way_out else floor


def _costs(one: Place) -> Iterator[str]:
    money = _money(one)
    if one.forecast is not None:
        requests = f"{one.forecast.requests_per_day:,.0f} requests a day"
        yield f"{requests} and {one.forecast.requests_per_month:,.0f} a month; {money}"
    elif one.usd_per_post:
        yield money


def _money(one: Place) -> str:
    if not one.usd_per_post:
        return "no money"
    authors = f", and ${one.usd_per_author:g} for each author" if one.usd_per_author else ""
    usd = one.usd
    if usd is None:
        return f"${one.usd_per_post:g} a post{authors}"
    floor = "at least " if one.volume.known_by == "store" else ""
    return f"{floor}${usd:,.2f} a day and ${usd * 30:,.2f} a month for posts{authors}"


def _some(lines: Sequence[str], most: int) -> list[str]:
    if len(lines) <= most:
        return list(lines)
    return [*lines[:most], f"… and {len(lines) - most:,} more; --json has all"]
