"""What people said of mentions: about what the query means, or not."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from store.rows import chunks, insert
from store.schema import example, mention, post


@dataclass(frozen=True, slots=True)
class StoredExample:
    """What a person said of one mention of a query, with the words of the post."""

    post_id: int
    about: bool
    title: str | None
    text: str


def save(tx: Connection, post_id: int, *, about: bool, actor: str, at: datetime) -> None:
    """Note that a post is about what its queries mean, or not; what was said before is replaced."""
    of_post = select(mention.c.query).where(mention.c.post_id == post_id).order_by(mention.c.query)
    statement = insert(tx, example)
    replaced = {name: statement.excluded[name] for name in ("about", "actor", "at")}
    rows = [
        {"post_id": post_id, "query": query, "about": about, "actor": actor, "at": at}
        for query in tx.scalars(of_post)
    ]
    if rows:
        tx.execute(
            statement.on_conflict_do_update(index_elements=["post_id", "query"], set_=replaced),
            rows,
        )


def forget(tx: Connection, post_id: int) -> None:
    """Take back what was said of a post."""
    tx.execute(delete(example).where(example.c.post_id == post_id))


def of_queries(
    tx: Connection, queries: Collection[str], limit: int
) -> dict[str, list[StoredExample]]:
    """By query the newest `limit` that were confirmed and as many dismissed; no deleted post."""
    found: dict[str, list[StoredExample]] = {}
    for query in sorted(queries):
        for about in (True, False):
            rows = tx.execute(
                select(example.c.post_id, post.c.title, post.c.text)
                .join_from(example, post, post.c.id == example.c.post_id)
                .where(
                    example.c.query == query,
                    example.c.about.is_(about),
                    post.c.deleted_at.is_(None),
                )
                .order_by(example.c.at.desc(), example.c.id.desc())
                .limit(limit)
            )
            found.setdefault(query, []).extend(
                StoredExample(row.post_id, about, row.title, row.text) for row in rows
            )
    return found


def queries_of(tx: Connection, post_ids: Collection[int]) -> dict[int, list[str]]:
    """The queries that found each post."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for some in chunks(sorted(post_ids)):
        query = select(mention.c.post_id, mention.c.query).where(mention.c.post_id.in_(some))
        for row in tx.execute(query.order_by(mention.c.post_id, mention.c.query)):
            found[row.post_id].append(row.query)
    return dict(found)
