"""Share of voice: of the posts that some query compared names, how many each names, over time."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from math import sqrt
from typing import Final

_Z: Final = 1.959964
"""Of the normal distribution, for an interval of 95 in a hundred."""


class Length(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Share:
    """Posts that one query names, of all in the period; share and its interval from 0 to 1.

    With no post at all, share and interval are None.
    """

    posts: int
    of: int

    @property
    def share(self) -> float | None:
        """The part of all."""
        return self.posts / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the share lies, 95 times in 100 (Wilson 1927)."""
        return wilson(self.posts, self.of) if self.of else None


@dataclass(frozen=True, slots=True)
class Period:
    """One period by its first day, and the share of each query in it, in the order given."""

    first: date
    shares: Mapping[str, Share]


def shares(
    posts: Iterable[tuple[datetime, set[str]]],
    queries: Sequence[str],
    length: Length,
    zone: tzinfo,
    until: datetime,
) -> list[Period]:
    """The periods from the first post on, also those without any; a post counts once a query."""
    named: defaultdict[date, Counter[str]] = defaultdict(Counter)
    of: Counter[date] = Counter()
    for at, found in posts:
        first = first_day(at.astimezone(zone).date(), length)
        of[first] += 1
        named[first].update(found)
    if not of:
        return []
    last = first_day(until.astimezone(zone).date(), length)
    return [
        Period(first, {one: Share(named[first][one], of[first]) for one in queries})
        for first in _days(min(of), max(last, *of), length)
    ]


def total(periods: Sequence[Period], queries: Sequence[str]) -> dict[str, Share]:
    """Each query's share of all periods together."""
    of = sum(next((s.of for s in one.shares.values()), 0) for one in periods)
    return {one: Share(sum(period.shares[one].posts for period in periods), of) for one in queries}


def first_day(day: date, length: Length) -> date:
    """The first day of the period that a day is in; weeks begin on Monday."""
    match length:
        case Length.DAY:
            return day
        case Length.WEEK:
            return day - timedelta(days=day.weekday())
        case Length.MONTH:
            return day.replace(day=1)


def back(now: datetime, periods: int, length: Length, zone: tzinfo) -> datetime:
    """The first moment of so many periods, the present one the last of them."""
    first = first_day(now.astimezone(zone).date(), length)
    for _ in range(periods - 1):
        first = first_day(first - timedelta(days=1), length)
    return datetime.combine(first, time(), zone).astimezone(UTC)


def wilson(count: int, of: int) -> tuple[float, float]:
    """The interval of a share that 95 in a hundred such intervals hold the true one of.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    share, square = count / of, _Z * _Z
    middle = share + square / (2 * of)
    half = _Z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    scale = 1 + square / of
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def _days(first: date, last: date, length: Length) -> Iterator[date]:
    while first <= last:
        yield first
        match length:
            case Length.DAY:
                first += timedelta(days=1)
            case Length.WEEK:
                first += timedelta(days=7)
            case Length.MONTH:
                first = first_day(first + timedelta(days=31), length)
