"""What backfills added: every run is in the audit, and its mentions bear the moment of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, exists, select

from store import audit, cases
from store.cases import CaseRow
from store.clean import key
from store.db import set_fact
from store.records import CaseState
from store.rows import chunks
from store.schema import audit as audit_rows
from store.schema import case, case_copy, mention

ACTOR: Final = "backfill"
_QUERY: Final = "query"
_CLOSE: Final = "close"
_OPEN: Final = "open again"
_WAITING: Final = (CaseState.NEW, CaseState.OPEN)
_POLICY: Final = "decide"
"""What is done to a case without a person."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a backfill: the name its mentions have, their moment, where it keeps its way."""

    name: str
    at: datetime
    place: str


def note(tx: Connection, run: Run) -> None:
    """Keep that a backfill runs, before it adds anything."""
    detail = {"name": key(run.name), "place": run.place}
    audit.note(tx, run.at, ACTOR, ACTOR, _QUERY, None, detail)


def runs(tx: Connection) -> list[Run]:
    """Every run there was, the oldest first."""
    query = select(audit_rows.c.at, audit_rows.c.detail).where(
        audit_rows.c.object == _QUERY, audit_rows.c.verb == ACTOR
    )
    return [
        Run(row.detail["name"], row.at, row.detail["place"])
        for row in tx.execute(query.order_by(audit_rows.c.id))
    ]


def added(tx: Connection, some: Sequence[Run]) -> list[int]:
    """The posts, by id, whose mentions the runs of one name added and are still there."""
    found: set[int] = set()
    for each in chunks(some):
        query = select(mention.c.post_id).where(
            mention.c.query == key(some[0].name), mention.c.heard_at.in_([run.at for run in each])
        )
        found |= set(tx.scalars(query))
    return sorted(found)


def remove(tx: Connection, some: Sequence[Run], post_ids: Sequence[int]) -> None:
    """Take the mentions of one name from the posts; its next backfill begins anew."""
    for each in chunks(post_ids):
        tx.execute(
            delete(mention).where(mention.c.post_id.in_(each), mention.c.query == key(some[0].name))
        )
    for place in sorted({run.place for run in some}):
        set_fact(tx, place, "0")


def untouched(tx: Connection, post_ids: Sequence[int]) -> list[CaseRow]:
    """Cases of the posts that wait and that no person did anything to, without copies."""
    waiting = [
        one
        for one in cases.of_posts(tx, post_ids)
        if one.state in _WAITING and one.assignee_id is None
    ]
    kept: set[int] = set()
    for some in chunks([one.id for one in waiting]):
        acted = select(audit_rows.c.object_id).where(
            audit_rows.c.object == "case",
            audit_rows.c.object_id.in_(some),
            audit_rows.c.verb != _POLICY,
            audit_rows.c.actor != ACTOR,
        )
        copied = select(case_copy.c.case_id).where(case_copy.c.case_id.in_(some))
        kept |= {*tx.scalars(acted), *tx.scalars(copied)}
    return [one for one in waiting if one.id not in kept]


def close(tx: Connection, some: Sequence[CaseRow], now: datetime) -> None:
    """Dismiss cases that are there only by a backfill; `open_again` takes it back."""
    for one in some:
        cases.set_state(tx, one.id, CaseState.DISMISSED, now)
        detail = {"reason": "its backfill was taken back", "state": one.state.value}
        audit.note(tx, now, ACTOR, _CLOSE, "case", one.id, detail)


def open_again(tx: Connection, name: str, now: datetime) -> int:
    """Open the cases that `close` dismissed, of posts that a query found again; how many."""
    found = exists().where(mention.c.post_id == case.c.post_id, mention.c.query == key(name))
    closed = (
        select(audit_rows.c.object_id)
        .join(case, case.c.id == audit_rows.c.object_id)
        .where(
            audit_rows.c.object == "case",
            audit_rows.c.actor == ACTOR,
            audit_rows.c.verb == _CLOSE,
            case.c.state == CaseState.DISMISSED.value,
            found,
        )
    )
    opened = 0
    for case_id in sorted({id_ for id_ in tx.scalars(closed) if id_ is not None}):
        last = audit.of(tx, "case", case_id)[-1]
        if (last.actor, last.verb) == (ACTOR, _CLOSE):
            cases.set_state(tx, case_id, CaseState(last.detail["state"]), now)
            audit.note(tx, now, ACTOR, _OPEN, "case", case_id, {"reason": "found again"})
            opened += 1
    return opened
