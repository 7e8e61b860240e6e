"""Read posts as values."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from store.records import Author, Kind, Post, StoredPost
from store.schema import account, post


def stored() -> Select[Any]:
    """Every column that a StoredPost is made of; callers add WHERE, ORDER BY and LIMIT."""
    return select(
        post.c.id, post.c.account_id, account.c.person_id, post.c.heard_at,
        post.c.platform, post.c.platform_id, post.c.kind, post.c.created_at, post.c.text,
        post.c.title, post.c.thread_id, post.c.parent_id, post.c.channel, post.c.addressed,
        post.c.media, post.c.score, post.c.accepted, post.c.tags, post.c.lang, post.c.url,
        post.c.edited_at, post.c.deleted_at, post.c.unscored,
        account.c.platform_id.label("author_id"), account.c.handle, account.c.name,
        account.c.is_bot, account.c.is_staff, account.c.is_own,
    ).join_from(post, account)  # fmt: skip


def fetch(tx: Connection, query: Select[Any]) -> list[StoredPost]:
    """The posts of a query built on `stored`."""
    return [_value(row) for row in tx.execute(query)]


def _value(row: Row[Any]) -> StoredPost:
    (
        id_, account_id, person_id, heard_at,
        platform, platform_id, kind, created_at, text,
        title, thread_id, parent_id, channel, addressed,
        media, score, accepted, tags, lang, url,
        edited_at, deleted_at, unscored, *author,
    ) = tuple(row)  # fmt: skip
    value = Post(
        platform, platform_id, Kind(kind), _author(author), created_at, text,
        title, thread_id, parent_id, channel, tuple(addressed),
        tuple(media), score, accepted, tuple(tags), lang, url,
        edited_at, deleted_at, unscored,
    )  # fmt: skip
    return StoredPost(id_, account_id, person_id, value, heard_at)


def _author(columns: Sequence[Any]) -> Author:
    platform_id, handle, name, is_bot, is_staff, is_own = columns
    return Author(platform_id, handle, name, is_bot, is_staff, is_own)
