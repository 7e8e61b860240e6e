"""One page of the queue, and how much waits in it; fast with 100,000 open cases."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
)

from store import labels
from store.clean import key, scrub
from store.records import CaseKind, CaseState, Lane, Task
from store.schema import account, analysis, case, member, mention, post

_WILD: Final = re.compile("[%_/]")

_FEW: Final = 500

TEXT_SHOWN: Final = 300
"""Characters of a post that a row of the queue carries."""


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What part of the queue to see; all that is given must hold."""

    state: CaseState | None = CaseState.OPEN
    lane: Lane | None = None
    kinds: tuple[CaseKind, ...] = ()
    assignee_id: int | None = None
    unassigned: bool = False
    platform: str | None = None
    channel: str | None = None
    query: str | None = None
    """The name of a query that found the post."""
    text: str | None = None
    """In the post's text or title, in any case."""


@dataclass(frozen=True, slots=True)
class QueueItem:
    """What one row of the queue shows."""

    case_id: int
    post_id: int
    kind: CaseKind
    state: CaseState
    lane: Lane
    priority: int
    reason: str
    opened_at: datetime
    due_at: datetime | None
    posted_at: datetime
    platform: str
    channel: str | None
    title: str | None
    text: str
    """The first 300 characters."""
    handle: str
    person_id: int
    sentiment: str | None
    """The mood towards us where it is known, else that of all the post says."""
    assignee: str | None
    has_draft: bool


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many cases are new, and how many are open: all, by kind, and in nobody's hands."""

    new: int = 0
    open: int = 0
    unassigned: int = 0
    by_kind: Mapping[CaseKind, int] = field(default_factory=dict)


def queue(
    tx: Connection, filters: QueueFilters, limit: int = 50, offset: int = 0
) -> list[QueueItem]:
    """One page: the highest priority first, then the longest open."""
    page = _chosen(tx, select(case.c.id), filters).order_by(*_order()).limit(limit).offset(offset)
    ids = list(tx.scalars(page))
    rows = tx.execute(_items().where(case.c.id.in_(ids)).order_by(*_order()))
    return [_value(row) for row in rows]


def queue_size(tx: Connection, filters: QueueFilters) -> int:
    """How many cases the filters leave."""
    return tx.scalar(_chosen(tx, select(func.count(case.c.id)), filters)) or 0


def queue_counts(tx: Connection) -> QueueCounts:
    """What waits, from an index alone; closed cases are not counted."""
    waiting = (CaseState.NEW.value, CaseState.OPEN.value)
    group = case.c.state, case.c.kind
    query = select(*group, func.count(), func.count(case.c.assignee_id))
    rows = tx.execute(query.where(case.c.state.in_(waiting)).group_by(*group)).all()
    opened = [tuple(row[1:]) for row in rows if row.state == CaseState.OPEN.value]
    return QueueCounts(
        new=sum(n for state, _, n, _ in rows if state == CaseState.NEW.value),
        open=sum(n for _, n, _ in opened),
        unassigned=sum(n - assigned for _, n, assigned in opened),
        by_kind={CaseKind(kind): n for kind, n, _ in opened},
    )


def _order() -> tuple[ColumnElement[Any], ...]:
    return case.c.priority.desc(), case.c.opened_at, case.c.id


def _chosen(tx: Connection, query: Select[Any], filters: QueueFilters) -> Select[Any]:
    if filters.state is not None:
        query = query.where(case.c.state == filters.state.value)
    if filters.lane is not None:
        query = query.where(case.c.lane == filters.lane.value)
    if filters.kinds:
        query = query.where(case.c.kind.in_([kind.value for kind in filters.kinds]))
    if filters.assignee_id is not None:
        query = query.where(case.c.assignee_id == filters.assignee_id)
    if filters.unassigned:
        query = query.where(case.c.assignee_id.is_(None))
    if filters.platform is not None:
        query = query.where(case.c.platform == filters.platform)
    if filters.channel is not None:
        query = query.where(case.c.channel == key(filters.channel))
    if filters.query is not None:
        query = query.where(_found_by(tx, filters.query))
    if filters.text:
        query = query.where(_says(tx, filters.text))
    return query


def _found_by(tx: Connection, name: str) -> ColumnElement[bool]:
    """Few posts are named one by one; of many, the queue's first rows are soon found."""
    found = select(mention.c.post_id).where(mention.c.query == key(name)).limit(_FEW + 1)
    few = list(tx.scalars(found))
    if len(few) <= _FEW:
        return case.c.post_id.in_(few)
    return exists().where(mention.c.query == key(name), mention.c.post_id == case.c.post_id)


def _says(tx: Connection, words: str) -> ColumnElement[bool]:
    like = ColumnElement.ilike if tx.dialect.name == "postgresql" else ColumnElement.like
    found = or_(
        *(
            like(column, pattern, escape="/")
            for pattern in _patterns(scrub(words))
            for column in (post.c.text, post.c.title)
        )
    )
    return exists().where(post.c.id == case.c.post_id, found)


def _patterns(words: str) -> list[str]:
    # SQLite knows upper and lower case of ASCII only; the usual spellings cover the rest.
    spellings = {words} if words.isascii() else {words, words.lower(), words.upper()}
    literal = (_WILD.sub(r"/\g<0>", spelling) for spelling in sorted(spellings))
    return [f"%{spelling}%" for spelling in literal]


def _items() -> Select[Any]:
    whole, towards = analysis.alias(), analysis.alias()
    # As rewards.reading has it: a person's word first, then the mood towards us, if it is no guess.
    mood = func.coalesce(labels.standing(Task.SENTIMENT), towards.c.label, whole.c.label)
    return (
        select(
            case.c.id.label("case_id"), case.c.post_id, case.c.kind, case.c.state,
            case.c.lane, case.c.priority, case.c.reason, case.c.opened_at, case.c.due_at,
            post.c.created_at.label("posted_at"), case.c.platform, case.c.channel, post.c.title,
            func.substr(post.c.text, 1, TEXT_SHOWN).label("text"),
            account.c.handle, case.c.person_id, mood.label("sentiment"),
            member.c.name.label("assignee"), case.c.draft.is_not(None).label("has_draft"),
        )
        .join_from(case, post, post.c.id == case.c.post_id)
        .join(account, account.c.id == post.c.account_id)
        .outerjoin(whole, _understood(whole, Task.SENTIMENT))
        .outerjoin(towards, and_(_understood(towards, Task.TARGET), ~towards.c.is_guess))
        .outerjoin(member, member.c.id == case.c.assignee_id)
    )  # fmt: skip


def _understood(found: FromClause, task: Task) -> ColumnElement[bool]:
    """What the model that understood the post says of a task."""
    return and_(
        found.c.post_id == post.c.id,
        found.c.task == task.value,
        found.c.model == post.c.understood_by,
    )


def _value(row: Row[Any]) -> QueueItem:
    columns = row._asdict()
    words = {"kind": CaseKind(row.kind), "state": CaseState(row.state), "lane": Lane(row.lane)}
    return QueueItem(**columns | words)
