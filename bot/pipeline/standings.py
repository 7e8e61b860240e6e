"""Who stands where: experts by name and the board of a month, read for a page or a terminal."""

from dataclasses import dataclass
from datetime import datetime

from rewards.case import Standing as PersonStanding
from rewards.leaderboard import Board, board, month_bounds, month_of
from rewards.policy import Policy
from store import helpgraph, ledger, people
from store.db import Connection


@dataclass(frozen=True, slots=True)
class Standing:
    """One expert with the evidence behind the score."""

    person_id: int
    name: str
    platforms: tuple[str, ...]
    score: float
    acts: int
    helped: int


def named_experts(tx: Connection, limit: int) -> list[Standing]:
    """The highest scores with the people's handles."""
    scores = helpgraph.experts(tx, limit)
    found = people.load(tx, [one.person_id for one in scores])
    return [
        Standing(one.person_id, who.handles[0], who.platforms, one.score, one.acts, one.helped)
        for one in scores
        if not (who := found[one.person_id]).is_gone
    ]


def platforms(tx: Connection, board: Board) -> dict[int, tuple[str, ...]]:
    """Where the people on a board have accounts, by person id."""
    found = people.load(tx, [row.person_id for row in board.rows])
    return {id_: one.platforms for id_, one in found.items()}


def month_board(
    tx: Connection, policy: Policy, now: datetime, year: int | None = None, month: int | None = None
) -> Board:
    """The board of a month, of the present one where none is named."""
    this_year, this_month = month_of(now, policy.zone)
    year, month = year or this_year, month or this_month
    start, end = month_bounds(year, month, policy.zone)
    totals = ledger.totals(tx, start, end)
    found = people.load(tx, list(totals))
    standings = {
        one.id: PersonStanding(
            person_id=one.id,
            handle=one.handles[0],
            is_own=one.is_own or any(policy.is_own(handle) for handle in one.handles),
            is_staff=one.is_staff,
            is_bot=one.is_bot,
            choice=one.choice,
        )
        for one in found.values()
        if not one.is_gone
    }
    return board(totals, standings, year, month, policy)
