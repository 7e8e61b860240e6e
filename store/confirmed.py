"""Readings that a member saw and left as they were, and posts that stand for all that were read."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, exists, func, select

from store.posts import fetch, stored
from store.records import CaseState, StoredPost, Task, Verdict
from store.rows import chunks
from store.schema import analysis, case, decision, edit, post

_ACTED: Final = (Verdict.THANK.value, Verdict.ROUTE.value)


def acted_on(tx: Connection, policy: str, limit: int) -> Mapping[int, datetime]:
    """Standing posts with a case that a member approved, the newest first, and when.

    What the actor `policy` decided was seen by nobody. A post that changed since says something
    else.
    """
    by_member = exists().where(
        decision.c.case_id == case.c.id,
        decision.c.actor != policy,
        decision.c.verdict.in_(_ACTED),
    )
    later = exists().where(edit.c.post_id == post.c.id, edit.c.replaced_at > case.c.closed_at)
    at = func.max(case.c.closed_at).label("at")
    query = (
        select(post.c.id, at)
        .join_from(case, post, post.c.id == case.c.post_id)
        .where(case.c.state == CaseState.DONE.value, post.c.deleted_at.is_(None), by_member, ~later)
        .group_by(post.c.id)
        .order_by(at.desc(), post.c.id.desc())
        .limit(limit)
    )
    return {row.id: row.at for row in tx.execute(query)}


def agreed(tx: Connection, post_ids: Collection[int]) -> dict[int, dict[Task, str]]:
    """Labels by post and task, where every model that read the post said the same.

    A post is read again after a member saw it. When is not kept, so that of two readings nobody
    knows which they saw.
    """
    found: defaultdict[int, dict[Task, str]] = defaultdict(dict)
    said = analysis.c.label
    for some in chunks(list(post_ids)):
        query = (
            select(analysis.c.post_id, analysis.c.task, func.min(said).label("said"))
            .where(analysis.c.post_id.in_(some))
            .group_by(analysis.c.post_id, analysis.c.task)
            .having(func.min(said) == func.max(said))
        )
        for row in tx.execute(query):
            found[row.post_id][Task(row.task)] = row.said
    return dict(found)


def spread(tx: Connection, count: int) -> list[StoredPost]:
    """About `count` standing posts that were understood, evenly over all that were heard."""
    read = (post.c.understood_by.is_not(None), post.c.deleted_at.is_(None))
    there = tx.scalar(select(func.count()).select_from(post).where(*read)) or 0
    place = func.row_number().over(order_by=post.c.id).label("place")
    numbered = select(post.c.id, place).where(*read).subquery()
    taken = select(numbered.c.id).where(numbered.c.place % max(1, -(-there // count)) == 0)
    return fetch(tx, stored().where(post.c.id.in_(taken)).order_by(post.c.id))
