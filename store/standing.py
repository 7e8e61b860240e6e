"""Whether posts still stand on their platforms: what is due for a look, and the dated proof."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, or_, select, update

from store.clean import LONGEST_KEY, key
from store.rows import chunks, one_of
from store.schema import outbox, post, recheck, tombstone


@dataclass(frozen=True, slots=True)
class Due:
    """A post to look at again; `since` is when it was last known to stand."""

    id: int
    platform_id: str
    since: datetime
    url: str | None = None
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stone:
    """One deletion carried out. `heard_at` and `stood_at`: first heard, last known to stand."""

    post_id: int
    platform: str
    rule: str
    deleted_at: datetime
    carried_out_at: datetime
    heard_at: datetime
    stood_at: datetime | None


@dataclass(frozen=True, slots=True)
class Looks:
    """Looks at the posts of one platform by one rule."""

    platform: str
    rule: str
    checked: int
    gone: int
    newest: datetime


@dataclass(frozen=True, slots=True)
class Holding:
    """How many posts of one platform and source were heard, and how many stand here."""

    platform: str
    source: str
    heard: int
    standing: int


def due(
    tx: Connection,
    platform: str,
    before: datetime,
    limit: int,
    now: datetime,
    *,
    source: str | None = None,
    not_of: Collection[str] = (),
) -> list[Due]:
    """Posts not known to stand since `before` and not put off, the longest first.

    Those of `source` alone, or those of any source but `not_of`.
    """
    columns = post.c.id, post.c.platform_id, post.c.checked_at, post.c.url, post.c.edited_at
    query = (
        select(*columns)
        # A longer id is stored as a hash, by which no platform knows it.
        .where(_unseen(platform, before), func.length(post.c.platform_id) < LONGEST_KEY)
        .where(or_(post.c.look_at.is_(None), post.c.look_at <= now))
        .order_by(post.c.checked_at, post.c.id)
        .limit(limit)
    )
    if source is not None:
        query = query.where(post.c.source == source)
    elif not_of:
        query = query.where(post.c.source.not_in(sorted(not_of)))
    return [Due(*row) for row in tx.execute(query)]


def mark_seen(tx: Connection, post_ids: Sequence[int], at: datetime) -> None:
    """They stood at that moment."""
    for some in chunks(post_ids):
        tx.execute(update(post).where(post.c.id.in_(some)).values(checked_at=at, look_at=None))


def put_off(tx: Connection, until: Mapping[int, datetime]) -> None:
    """Nothing was told of these posts, by row id: ask again at that moment, and not before."""
    rows = [{"post_row": id_, "then": then} for id_, then in until.items()]
    if rows:
        at = update(post).where(post.c.id == bindparam("post_row"))
        tx.execute(at.values(look_at=bindparam("then")), rows)


def note_look(
    tx: Connection, platform: str, rule: str, at: datetime, *, checked: int, gone: int
) -> None:
    """Note a look at posts, for the proof."""
    values = {"platform": platform, "rule": rule, "at": at, "checked": checked, "gone": gone}
    tx.execute(insert(recheck).values(values))


def looks(tx: Connection, since: datetime | None = None) -> list[Looks]:
    """All looks, or those since a moment, summed up by platform and rule."""
    group = recheck.c.platform, recheck.c.rule
    query = select(
        *group, func.sum(recheck.c.checked), func.sum(recheck.c.gone), func.max(recheck.c.at)
    )
    query = query.group_by(*group).order_by(*group)
    if since is not None:
        query = query.where(recheck.c.at >= since)
    return [Looks(*row) for row in tx.execute(query)]


def tombstones(tx: Connection, since: datetime | None = None) -> list[Stone]:
    """Deletions that were carried out, all or since a moment, oldest first."""
    stone = tombstone.c
    query = select(
        stone.post_id, post.c.platform, stone.rule, stone.deleted_at, stone.carried_out_at,
        post.c.heard_at, post.c.checked_at,
    ).join_from(tombstone, post)  # fmt: skip
    if since is not None:
        query = query.where(stone.carried_out_at >= since)
    return [Stone(*row) for row in tx.execute(query.order_by(stone.id))]


def holdings(tx: Connection, since: datetime | None = None) -> list[Holding]:
    """What is held by platform and source; `heard` counts from a moment on, where one is given."""
    group = post.c.platform, post.c.source
    heard = func.count() if since is None else func.count().filter(post.c.heard_at >= since)
    standing = func.count().filter(post.c.deleted_at.is_(None))
    query = select(*group, heard, standing).group_by(*group).order_by(*group)
    return [Holding(*row) for row in tx.execute(query)]


def overdue(tx: Connection, platform: str, before: datetime) -> dict[str, int]:
    """By source: how many posts were not known to stand since `before`."""
    query = select(post.c.source, func.count()).where(_unseen(platform, before))
    rows = tx.execute(query.group_by(post.c.source).order_by(post.c.source))
    return {row[0]: row[1] for row in rows}


def buried(tx: Connection, platform: str, ids: Collection[str]) -> set[str]:
    """Those of a platform's ids whose post was deleted."""
    found: set[str] = set()
    for some in chunks(sorted({key(id_) for id_ in ids})):
        query = select(post.c.platform_id).where(
            post.c.platform == platform, post.c.deleted_at.is_not(None)
        )
        found |= set(tx.scalars(one_of(tx, query, post.c.platform_id, some)))
    return found


def silenced(tx: Connection, dedupe_keys: Collection[str]) -> set[str]:
    """Those of the messages whose words were dropped, by their keys."""
    found: set[str] = set()
    for some in chunks(sorted(dedupe_keys)):
        query = select(outbox.c.dedupe_key).where(outbox.c.body == "")
        found |= set(tx.scalars(query.where(outbox.c.dedupe_key.in_(some))))
    return found


def _unseen(platform: str, before: datetime) -> ColumnElement[bool]:
    stands = post.c.deleted_at.is_(None)
    return and_(post.c.platform == platform, stands, post.c.checked_at <= before)
