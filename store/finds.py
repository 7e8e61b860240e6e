"""What queries found, over time and as it was judged, and the posts to look for them in again."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from store.clean import key
from store.posts import fetch, stored
from store.records import CaseState, StoredPost
from store.rows import chunks
from store.schema import case, decision, mention, post


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a post that queries found: whether a case of it is done, and why others were
    dismissed."""

    post: StoredPost
    queries: tuple[str, ...]
    is_acted_on: bool
    dismissals: tuple[str, ...]


def last_id(tx: Connection) -> int:
    """The id of the newest post, 0 where there is none."""
    return tx.scalar(select(func.max(post.c.id))) or 0


def posts_after(
    tx: Connection, after: int, until: int, since: datetime | None, limit: int
) -> list[StoredPost]:
    """Posts with greater ids up to `until`, by id, written since a moment; none deleted."""
    query = stored().where(post.c.id > after, post.c.id <= until, post.c.deleted_at.is_(None))
    if since is not None:
        query = query.where(post.c.created_at >= since)
    return fetch(tx, query.order_by(post.c.id).limit(limit))


def mentioned_by(tx: Connection, name: str, post_ids: Collection[int]) -> set[int]:
    """Those of the posts that are mentions of a query."""
    found: set[int] = set()
    for some in chunks(list(post_ids)):
        query = select(mention.c.post_id).where(
            mention.c.query == key(name), mention.c.post_id.in_(some)
        )
        found |= set(tx.scalars(query))
    return found


def understand_again(tx: Connection, post_ids: Collection[int], since: datetime) -> int:
    """Let those of the posts wait to be understood that were written since a moment; how many."""
    changed = 0
    for some in chunks(list(post_ids)):
        found = tx.scalars(
            update(post)
            .where(post.c.id.in_(some), post.c.created_at >= since, post.c.deleted_at.is_(None))
            .values(understood_by=None)
            .returning(post.c.id)
        )
        changed += len(found.all())
    return changed


def names(tx: Connection) -> list[str]:
    """The queries that have mentions."""
    return list(tx.scalars(select(mention.c.query).distinct().order_by(mention.c.query)))


def platforms(tx: Connection) -> list[str]:
    """The platforms that there are posts of."""
    return list(tx.scalars(select(post.c.platform).distinct().order_by(post.c.platform)))


def by_post(
    tx: Connection,
    queries: Collection[str],
    since: datetime,
    platform: str | None = None,
) -> Iterator[tuple[datetime, set[str]]]:
    """Each post that one of the queries found: when it was written, and which found it."""
    query = (
        select(mention.c.post_id, post.c.created_at, mention.c.query)
        .join(post, mention.c.post_id == post.c.id)
        .where(
            mention.c.query.in_([key(name) for name in queries]),
            post.c.created_at >= since,
            post.c.deleted_at.is_(None),
        )
        .order_by(mention.c.post_id)
    )
    if platform is not None:
        query = query.where(post.c.platform == platform)
    id_, at, found = 0, since, set[str]()
    for row in tx.execute(query, execution_options={"yield_per": 10_000}):
        if row[0] != id_ and found:
            yield at, found
            found = set()
        id_, at = row[0], row[1]
        found.add(row[2])
    if found:
        yield at, found


def judged_after(tx: Connection, queries: Collection[str], after: int, limit: int) -> list[Judged]:
    """Posts with greater ids that one of the queries found, by id, and what became of their cases.

    Which queries found each is told of all queries.
    """
    asked = [key(name) for name in queries]
    ids = list(
        tx.scalars(
            select(mention.c.post_id)
            .join(post, mention.c.post_id == post.c.id)
            .where(
                mention.c.post_id > after,
                mention.c.query.in_(asked),
                post.c.deleted_at.is_(None),
            )
            .distinct()
            .order_by(mention.c.post_id)
            .limit(limit)
        )
    )
    by: defaultdict[int, list[str]] = defaultdict(list)
    for some in chunks(ids):
        found = select(mention.c.post_id, mention.c.query).where(mention.c.post_id.in_(some))
        for row in tx.execute(found):
            by[row.post_id].append(row.query)
    acted, dismissed = _closed(tx, ids)
    posts: list[StoredPost] = []
    for some in chunks(ids):
        posts += fetch(tx, stored().where(post.c.id.in_(some)).order_by(post.c.id))
    return [
        Judged(
            one,
            tuple(sorted(by[one.id])),
            one.id in acted,
            tuple(dismissed.get(one.id, ())),
        )
        for one in posts
    ]


def _closed(tx: Connection, post_ids: Sequence[int]) -> tuple[set[int], dict[int, list[str]]]:
    """Posts with a case that is done, and why cases of posts were dismissed."""
    acted: set[int] = set()
    dismissed: dict[int, int] = {}
    for some in chunks(post_ids):
        closed = select(case.c.id, case.c.post_id, case.c.state).where(
            case.c.post_id.in_(some),
            case.c.state.in_([CaseState.DONE.value, CaseState.DISMISSED.value]),
        )
        for row in tx.execute(closed):
            if row.state == CaseState.DONE.value:
                acted.add(row.post_id)
            else:
                dismissed[row.id] = row.post_id
    why: defaultdict[int, list[str]] = defaultdict(list)
    for case_id, reasons in _last_reasons(tx, list(dismissed)).items():
        why[dismissed[case_id]] += reasons
    return acted, dict(why)


def _last_reasons(tx: Connection, case_ids: Sequence[int]) -> dict[int, list[str]]:
    """What the last decision about each case gave as reasons."""
    found: dict[int, list[str]] = {}
    for some in chunks(case_ids):
        query = select(decision.c.case_id, decision.c.reasons).where(decision.c.case_id.in_(some))
        for row in tx.execute(query.order_by(decision.c.id)):
            found[row.case_id] = [detail for _, detail in row.reasons]
    return found
