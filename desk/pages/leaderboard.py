"""The leaderboard of a calendar month, as the public may see it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse

from desk.room import room_of
from desk.words import platform_name
from rewards.case import Standing
from rewards.leaderboard import DISCLOSURE, Row, board, month_bounds, month_of
from rewards.policy import Policy
from store import ledger, pages, people
from store.db import Connection, reading
from store.pages import HelpGiven
from store.people import Person


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its neighbours, as the address and the heading have them."""

    name: str
    before: str
    before_name: str
    after: str | None
    after_name: str


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the board, with what the person did."""

    rank: int
    tied: bool
    person_id: int
    name: str
    where: str
    points: int
    did: str


def show(request: Request, month: str = "") -> HTMLResponse:
    """The board of `month` (YYYY-MM), of the running month without. 404 for no such month."""
    room = room_of(request)
    now = room.now()
    asked = _asked(month) or month_of(now, room.policy.zone)
    with reading(room.engine) as tx:
        places = _places(tx, asked, room.policy)
    return room.render(
        request,
        "leaderboard.html",
        here="Leaderboard",
        month=_month(asked, now, room.policy),
        places=places,
        disclosure=DISCLOSURE,
    )


def _asked(month: str) -> tuple[int, int] | None:
    if not month:
        return None
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", month, re.ASCII)
    if found is None:
        raise HTTPException(404)
    return int(found[1]), int(found[2])


def _places(tx: Connection, asked: tuple[int, int], policy: Policy) -> list[Place]:
    start, end = month_bounds(*asked, policy.zone)
    totals = ledger.totals(tx, start, end)
    who = people.load(tx, totals)
    standings = {
        id_: _standing(person, policy) for id_, person in who.items() if not person.is_gone
    }
    rows = board(totals, standings, *asked, policy).rows
    given = pages.help_given(tx, [row.person_id for row in rows], start, end)
    return [_place(row, rows, who, given) for row in rows]


def _standing(person: Person, policy: Policy) -> Standing:
    return Standing(
        person_id=person.id,
        handle=person.name,
        is_own=person.is_own or any(policy.is_own(handle) for handle in person.handles),
        is_staff=person.is_staff,
        is_bot=person.is_bot,
        choice=person.choice,
    )


def _place(
    row: Row, rows: tuple[Row, ...], who: Mapping[int, Person], given: Mapping[int, HelpGiven]
) -> Place:
    tied = sum(other.rank == row.rank for other in rows) > 1
    did = _did(given.get(row.person_id))
    person = who[row.person_id]
    where = ", ".join(platform_name(platform) for platform in person.platforms)
    return Place(row.rank, tied, row.person_id, person.name, where, row.points, did)


def _did(given: HelpGiven | None) -> str:
    if given is None:
        return ""
    times = "once" if given.acts == 1 else f"{given.acts} times"
    return f"helped {given.people} {'person' if given.people == 1 else 'people'}, {times}"


def _month(asked: tuple[int, int], now: datetime, policy: Policy) -> Month:
    year, month = asked
    before = (year, month - 1) if month > 1 else (year - 1, 12)
    after = (year, month + 1) if month < 12 else (year + 1, 1)
    return Month(
        name=_name(asked),
        before=_address(before),
        before_name=_name(before),
        after=_address(after) if asked < month_of(now, policy.zone) else None,
        after_name=_name(after),
    )


def _name(month: tuple[int, int]) -> str:
    return f"{date(*month, 1):%B %Y}"


def _address(month: tuple[int, int]) -> str:
    return f"{month[0]}-{month[1]:02d}"
