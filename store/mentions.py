"""Posts and mentions: save what was heard, and read it back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from store.burial import carry_out, delete_post
from store.clean import key
from store.intake import Saved, save_posts
from store.posts import fetch, stored
from store.records import StoredPost
from store.rows import add_new, chunks, one_of
from store.schema import edit, mention, post

__all__ = [
    "Counts",
    "Edit",
    "NewMention",
    "Saved",
    "add_mentions",
    "by_platform_ids",
    "carry_out",
    "counts",
    "delete_post",
    "edits",
    "known",
    "load",
    "save_posts",
    "standing",
    "thread",
    "window",
]


@dataclass(frozen=True, slots=True)
class NewMention:
    """A post that a query matched; `matched` are the places as (start, end) in its text."""

    post_id: int
    query: str
    matched: tuple[tuple[int, int], ...]
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Edit:
    """That a post said something else until then; `digest` is `store.intake.digest` of it."""

    digest: str
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the store holds. `mentions` are the posts that some query matched."""

    posts: int
    mentions: int
    understood: int
    waiting: int
    """Posts to be understood; a deleted one never is."""


def add_mentions(tx: Connection, found: Sequence[NewMention]) -> int:
    """Add mentions; the number that were not there yet."""
    rows = [
        {
            "post_id": one.post_id,
            "query": key(one.query),
            "matched": one.matched,
            "heard_at": one.heard_at,
        }
        for one in found
    ]
    return len(add_new(tx, mention, rows))


def named(
    tx: Connection, post_ids: Collection[int], queries: Collection[str]
) -> dict[int, list[tuple[int, int]]]:
    """Where each post was matched by one of the `queries`, in the order of the text.

    Places count characters of the title, a line break and the text.
    """
    found: dict[int, list[tuple[int, int]]] = {}
    for some in chunks(sorted(post_ids)):
        query = select(mention.c.post_id, mention.c.matched).where(
            mention.c.post_id.in_(some), mention.c.query.in_(queries)
        )
        for post_id, spans in tx.execute(query):
            found.setdefault(post_id, []).extend((start, end) for start, end in spans)
    return {post_id: sorted(set(spans)) for post_id, spans in found.items() if spans}


def load(tx: Connection, post_ids: Collection[int]) -> dict[int, StoredPost]:
    """Posts by row id; an unknown id is left out."""
    found: dict[int, StoredPost] = {}
    for some in chunks(list(post_ids)):
        found |= {one.id: one for one in fetch(tx, stored().where(post.c.id.in_(some)))}
    return found


def standing(tx: Connection, post_ids: Collection[int]) -> set[int]:
    """Those of the posts that were not deleted."""
    found: set[int] = set()
    for some in chunks(list(post_ids)):
        query = select(post.c.id).where(post.c.id.in_(some), post.c.deleted_at.is_(None))
        found |= set(tx.scalars(query))
    return found


def by_platform_ids(tx: Connection, platform: str, ids: Collection[str]) -> dict[str, StoredPost]:
    """Posts by the platform's own id, as it was asked for."""
    asked = {key(id_): id_ for id_ in ids}
    found: dict[str, StoredPost] = {}
    for some in chunks(list(asked)):
        query = stored().where(post.c.platform == platform)
        chosen = fetch(tx, one_of(tx, query, post.c.platform_id, some))
        found |= {asked[one.post.platform_id]: one for one in chosen}
    return found


def known(tx: Connection, keys: Collection[tuple[str, str]]) -> set[tuple[str, str | None]]:
    """Those of the (platform, platform id) that are stored, as they were asked for."""
    asked: dict[str, dict[str, str]] = {}
    for platform, id_ in keys:
        asked.setdefault(platform, {})[key(id_)] = id_
    found: set[tuple[str, str | None]] = set()
    for platform, ids in asked.items():
        for some in chunks(list(ids)):
            query = select(post.c.platform_id).where(post.c.platform == platform)
            rows = tx.scalars(one_of(tx, query, post.c.platform_id, some))
            found |= {(platform, ids[stored_id]) for stored_id in rows}
    return found


def thread(tx: Connection, platform: str, root_id: str, limit: int = 200) -> list[StoredPost]:
    """A thread by its id or the id of its first post, oldest first."""
    name = key(root_id)
    root = stored().where(post.c.platform == platform, post.c.platform_id == name)
    rest = (
        stored()
        .where(post.c.platform == platform, post.c.thread_id == name)
        .order_by(post.c.created_at, post.c.id)
        .limit(limit)
    )
    found = {one.id: one for one in fetch(tx, root) + fetch(tx, rest)}
    return sorted(found.values(), key=lambda one: (one.post.created_at, one.id))[:limit]


def window(
    tx: Connection, platform: str, channel: str | None, before: datetime, limit: int
) -> list[StoredPost]:
    """The last posts of a channel before a moment, oldest first."""
    query = (
        stored()
        .where(
            post.c.platform == platform,
            post.c.channel == (None if channel is None else key(channel)),
            post.c.created_at < before,
        )
        .order_by(post.c.created_at.desc(), post.c.id.desc())
        .limit(limit)
    )
    return fetch(tx, query)[::-1]


def counts(tx: Connection) -> Counts:
    """Posts, mentions and understood posts; each from an index."""
    posts = tx.scalar(select(func.count()).select_from(post)) or 0
    not_yet = select(func.count(post.c.id)).where(post.c.understood_by.is_(None))
    waiting = tx.scalar(not_yet.where(post.c.deleted_at.is_(None))) or 0
    mentions = tx.scalar(select(func.count(mention.c.post_id.distinct()))) or 0
    understood = posts - (tx.scalar(not_yet) or 0)
    return Counts(posts=posts, mentions=mentions, understood=understood, waiting=waiting)


def edits(tx: Connection, post_id: int) -> list[Edit]:
    """The edits of a post, oldest first."""
    query = select(edit.c.digest, edit.c.replaced_at)
    rows = tx.execute(query.where(edit.c.post_id == post_id).order_by(edit.c.id))
    return [Edit(row.digest, row.replaced_at) for row in rows]
