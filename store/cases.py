"""Cases: open them, move them on, and load them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from store.clean import scrub
from store.queue import QueueCounts, QueueFilters, QueueItem, queue, queue_counts, queue_size
from store.records import CaseKind, CaseState, Lane, NewCase
from store.rows import add_new, chunks
from store.schema import case, post

__all__ = [
    "CaseRow",
    "QueueCounts",
    "QueueFilters",
    "QueueItem",
    "assign",
    "load",
    "of_person",
    "of_posts",
    "open_cases",
    "queue",
    "queue_counts",
    "queue_size",
    "route",
    "set_draft",
    "set_kind",
    "set_lane",
    "set_state",
    "undecided",
]

_CLOSED = frozenset({CaseState.DONE, CaseState.DISMISSED})


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as the store knows it."""

    id: int
    post_id: int
    person_id: int
    act_id: int | None
    assignee_id: int | None
    kind: CaseKind
    state: CaseState
    platform: str
    channel: str | None
    reason: str
    priority: int
    opened_at: datetime
    decide_after: datetime
    due_at: datetime | None
    closed_at: datetime | None
    responder: str | None
    draft: str | None
    lane: Lane = Lane.MAIN


def open_cases(tx: Connection, cases: Sequence[NewCase]) -> list[int]:
    """Open cases; the ids of those that were not there yet. A post has one of each kind."""
    places = _places(tx, [one.post_id for one in cases])
    rows = [
        {
            "post_id": one.post_id,
            "platform": places[one.post_id][0],
            "channel": places[one.post_id][1],
            "person_id": one.person_id,
            "act_id": one.act_id,
            "lane": one.lane.value,
            "kind": one.kind.value,
            "state": CaseState.NEW.value,
            "reason": scrub(one.reason),
            "priority": one.priority,
            "opened_at": one.opened_at,
            "decide_after": one.decide_after,
        }
        for one in cases
    ]
    return add_new(tx, case, rows)


def undecided(tx: Connection, now: datetime, limit: int) -> list[CaseRow]:
    """New cases whose time to be decided has come, the longest waiting first."""
    query = select(case).where(case.c.state == CaseState.NEW.value, case.c.decide_after <= now)
    return _fetch(tx, query.order_by(case.c.decide_after, case.c.id).limit(limit))


def load(tx: Connection, id: int) -> CaseRow | None:
    """One case."""
    return next(iter(_fetch(tx, select(case).where(case.c.id == id))), None)


def of_person(tx: Connection, person_id: int, limit: int) -> list[CaseRow]:
    """The newest cases about a person, newest first."""
    query = select(case).where(case.c.person_id == person_id)
    return _fetch(tx, query.order_by(case.c.id.desc()).limit(limit))


def of_posts(tx: Connection, post_ids: Collection[int]) -> list[CaseRow]:
    """The cases of posts, by id."""
    found: list[CaseRow] = []
    for some in chunks(list(post_ids)):
        found += _fetch(tx, select(case).where(case.c.post_id.in_(some)))
    return sorted(found, key=lambda one: one.id)


def set_state(tx: Connection, id: int, state: CaseState, now: datetime) -> None:
    """Move a case; one that is done or dismissed is closed at `now`, any other is not."""
    _set(tx, id, state=state.value, closed_at=now if state in _CLOSED else None)


def assign(tx: Connection, id: int, assignee_id: int | None) -> None:
    """Give a case to a member, or to nobody."""
    _set(tx, id, assignee_id=assignee_id)


def set_draft(tx: Connection, id: int, draft: str | None) -> None:
    """Keep the words prepared for the reply."""
    _set(tx, id, draft=None if draft is None else scrub(draft))


def set_lane(tx: Connection, id: int, lane: Lane) -> None:
    """Move a case to another part of the queue."""
    _set(tx, id, lane=lane.value)


def set_kind(tx: Connection, id: int, kind: CaseKind, reason: str) -> None:
    """Say what a case asks for after all, and by what; its post must have no other case of it."""
    _set(tx, id, kind=kind.value, reason=scrub(reason))


def route(
    tx: Connection, id: int, *, responder: str | None, due_at: datetime | None, priority: int
) -> None:
    """Say who should answer a case, until when, and how urgent it is."""
    _set(tx, id, responder=responder, due_at=due_at, priority=priority)


def _places(tx: Connection, post_ids: Sequence[int]) -> dict[int, tuple[str, str | None]]:
    """Platform and channel by post."""
    found: dict[int, tuple[str, str | None]] = {}
    for some in chunks(post_ids):
        query = select(post.c.id, post.c.platform, post.c.channel).where(post.c.id.in_(some))
        found |= {row.id: (row.platform, row.channel) for row in tx.execute(query)}
    return found


def _set(tx: Connection, id_: int, **values: object) -> None:
    tx.execute(update(case).where(case.c.id == id_).values(**values))


def _fetch(tx: Connection, query: Select[Any]) -> list[CaseRow]:
    return [_value(row) for row in tx.execute(query)]


def _value(row: Row[Any]) -> CaseRow:
    columns = row._asdict()
    words = {"kind": CaseKind(row.kind), "state": CaseState(row.state), "lane": Lane(row.lane)}
    return CaseRow(**columns | words)
