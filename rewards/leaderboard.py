"""The leaderboard of a calendar month in a time zone, with ties."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from rewards.case import Standing
from rewards.policy import Policy
from store.records import Choice

DISCLOSURE: Final = (
    "Points are given for help that others accepted, thanked or voted for, never for praise or"
    " for a good opinion of us. Our own team is not listed. Whoever does not want to be listed"
    " can tell us at any time."
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the board. People with equal points share a rank: 1, 1, 3."""

    rank: int
    person_id: int
    name: str
    points: int


@dataclass(frozen=True, slots=True)
class Board:
    """The standings of one month, to be shown with its disclosure."""

    year: int
    month: int
    rows: tuple[Row, ...]
    disclosure: str = DISCLOSURE


def month_bounds(year: int, month: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """First moment of the month and of the next one in the zone, both in UTC.

    Raises ValueError for a month that is none.
    """
    following = (year, month + 1) if month < 12 else (year + 1, 1)
    start = datetime(year, month, 1, tzinfo=zone)
    end = datetime(*following, 1, tzinfo=zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def month_of(moment: datetime, zone: tzinfo) -> tuple[int, int]:
    """Year and month of a moment as the zone's calendar has it."""
    local = moment.astimezone(zone)
    return local.year, local.month


def may_be_listed(person: Standing) -> bool:
    """Whether a public list may name this person."""
    return not person.is_ours and person.choice not in (Choice.NONE, Choice.PRIVATE)


def board(
    totals: Mapping[int, int], people: Mapping[int, Standing], year: int, month: int, policy: Policy
) -> Board:
    """The board from points by person id; who is not in `people` is left out.

    A tie at the edge is listed whole: nobody is dropped by the alphabet.
    """
    listed = [
        (points, people[person_id])
        for person_id, points in totals.items()
        if points >= policy.min_points and person_id in people and may_be_listed(people[person_id])
    ]
    listed.sort(key=lambda each: (-each[0], each[1].handle.casefold(), each[1].person_id))
    rows = _ranked(listed)
    return Board(year, month, tuple(row for row in rows if row.rank <= policy.leaderboard_size))


def _ranked(listed: list[tuple[int, Standing]]) -> list[Row]:
    rows: list[Row] = []
    for place, (points, person) in enumerate(listed, start=1):
        rank = rows[-1].rank if rows and rows[-1].points == points else place
        rows.append(Row(rank, person.person_id, person.handle, points))
    return rows
