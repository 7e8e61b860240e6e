"""What the pages of the desk need beside the nouns, each in one query."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Connection, and_, func, select

from store.clean import key
from store.posts import fetch, stored
from store.records import CaseState, Lane, StoredPost
from store.schema import act_of_help, case, edit, mention, post

MOST_COUNTED: Final = 10_000

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class HelpGiven:
    """How often a person helped, and how many different people."""

    acts: int
    people: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many cases wait, none of the numbers above `MOST_COUNTED`."""

    open: int
    mine: int
    unassigned: int
    new: int
    unsure: int = 0
    spam: int = 0
    done: int = 0
    dismissed: int = 0


def waiting(tx: Connection, member_id: int) -> Waiting:
    """What waits; counting stops where a larger number would tell a person nothing."""
    opened = case.c.state == CaseState.OPEN.value
    is_main = case.c.lane == Lane.MAIN.value
    is_open = and_(opened, is_main)
    which = (
        is_open,
        and_(is_open, case.c.assignee_id == member_id),
        and_(is_open, case.c.assignee_id.is_(None)),
        and_(case.c.state == CaseState.NEW.value, is_main),
        and_(opened, case.c.lane == Lane.UNSURE.value),
        and_(opened, case.c.lane == Lane.SPAM.value),
        case.c.state == CaseState.DONE.value,
        case.c.state == CaseState.DISMISSED.value,
    )
    some = (select(case.c.id).where(rows).limit(MOST_COUNTED).subquery() for rows in which)
    counts = (select(func.count()).select_from(rows).scalar_subquery() for rows in some)
    return Waiting(*tx.execute(select(*counts)).one())


def post_count(tx: Connection) -> int:
    """How many posts the store holds, from an index alone."""
    return tx.scalar(select(func.count()).select_from(post)) or 0


def platforms(tx: Connection, limit: int) -> list[str]:
    """The platforms that posts were heard on, by name."""
    return _values(tx, post.c.platform, limit)


def queries(tx: Connection, limit: int) -> list[str]:
    """The queries that found posts, by name."""
    return _values(tx, mention.c.query, limit)


def _values(tx: Connection, column: Column[str], limit: int) -> list[str]:
    """The values of a column that leads an index: one look a value, however many rows have it."""
    walk = select(func.min(column).label("value")).cte("walk", recursive=True)
    following = select(func.min(column)).where(column > walk.c.value).scalar_subquery()
    walk = walk.union_all(select(following).where(walk.c.value.is_not(None)))
    return list(tx.scalars(select(walk.c.value).where(walk.c.value.is_not(None)).limit(limit)))


def matched(tx: Connection, post_ids: Collection[int]) -> dict[int, list[Span]]:
    """Where queries matched, by post: (start, end) in the title, a line break, then the text."""
    query = select(mention.c.post_id, mention.c.matched).where(mention.c.post_id.in_(post_ids))
    found: defaultdict[int, list[Span]] = defaultdict(list)
    for post_id, spans in tx.execute(query):
        found[post_id] += [(start, end) for start, end in spans]
    return dict(found)


def edit_counts(tx: Connection, post_ids: Collection[int]) -> dict[int, int]:
    """How often each post was edited; one never edited is left out."""
    query = select(edit.c.post_id, func.count().label("n")).where(edit.c.post_id.in_(post_ids))
    return {row.post_id: row.n for row in tx.execute(query.group_by(edit.c.post_id))}


def following(
    tx: Connection, platform: str, channel: str, since: datetime, limit: int
) -> list[StoredPost]:
    """The first posts of a channel from a moment on, oldest first."""
    query = stored().where(
        post.c.platform == platform, post.c.channel == key(channel), post.c.created_at >= since
    )
    return fetch(tx, query.order_by(post.c.created_at, post.c.id).limit(limit))


def help_given(
    tx: Connection,
    helper_ids: Collection[int],
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[int, HelpGiven]:
    """What each person did for others in [since, until); who did nothing is left out."""
    act = act_of_help.c
    counted = func.count(), func.count(act.helped_id.distinct())
    query = select(act.helper_id, *counted).where(act.helper_id.in_(helper_ids))
    if since is not None:
        query = query.where(act.at >= since)
    if until is not None:
        query = query.where(act.at < until)
    rows = tx.execute(query.group_by(act.helper_id))
    return {helper_id: HelpGiven(acts, people) for helper_id, acts, people in rows}
