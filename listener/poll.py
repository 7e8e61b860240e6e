"""One poll: cursor -> fetch -> match -> posts, mentions and cursor in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from listener.claims import prove
from listener.connectors import (
    Batch,
    Connector,
    ConnectorError,
    Reject,
    ThreadReader,
    Unread,
)
from listener.limits import LONGEST_BACKOFF, backoff
from listener.match import Matcher
from listener.roles import is_ours
from store import conversations, cursors, mentions
from store.db import Connection, Engine, reading
from store.mentions import NewMention
from store.records import Post

_DEFAULT_EVERY = 300
STREAM_BACKOFF = 60.0
"""Seconds: what a stream misses meanwhile has to be caught up with, if its server keeps it."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll did.

    `received` items came; of them `posts` were kept or known, `new` were not there before; the
    others matched no query. `deleted` posts were emptied.
    """

    received: int
    posts: int
    new: int
    mentions: int
    rejects: tuple[Reject, ...]
    exhausted: bool
    deleted: int = 0
    unread: tuple[Unread, ...] = ()


def poll_once(
    engine: Engine,
    source: str,
    connector: Connector,
    matcher: Matcher,
    now: datetime,
    *,
    wanted: Callable[[Post], bool] | None = None,
    every: float = _DEFAULT_EVERY,
    aside: Callable[[Sequence[Reject]], None] | None = None,
) -> Polled:
    """Read the next batch of `source` and keep it with the cursor that follows it, or neither.

    With `wanted`, a post is kept that is wanted, that is known, or that replies to a known one.
    A post already stored adds nothing. `aside` keeps what could not be read, before the cursor
    passes it. A failure is written beside the cursor, which stays, with the moment of the next
    try, and raised on as ConnectorError.
    """
    batch = _fetched(engine, source, connector, now, every)
    if aside is not None:
        aside(batch.rejects)
    with engine.begin() as tx:
        posts = batch.posts
        if wanted is not None and not batch.chosen:
            posts = _kept(tx, posts, wanted)
        kept = keep(tx, posts, source, matcher, now)
        if isinstance(connector, ThreadReader):
            conversations.open_new(tx, kept.threads, source, now)
        deleted = mentions.carry_out(tx, batch.deletions, now)
        _advance(tx, source, batch, kept.new, now)
    return Polled(
        _received(batch),
        len(posts),
        kept.new,
        kept.mentions,
        tuple(batch.rejects),
        batch.exhausted,
        deleted,
        tuple(batch.unread),
    )


def _fetched(
    engine: Engine, source: str, connector: Connector, now: datetime, every: float
) -> Batch:
    with reading(engine) as tx:
        cursor = cursors.get(tx, source)
    try:
        return connector.fetch(cursor)
    except ConnectorError as error:
        longest = STREAM_BACKOFF if connector.capabilities.stream else LONGEST_BACKOFF
        _note_failure(engine, source, error, now, every, longest)
        raise


def _advance(tx: Connection, source: str, batch: Batch, new: int, now: datetime) -> None:
    """Move the cursor past the batch, and note what it left unread."""
    for one in batch.unread:
        cursors.leave_unread(tx, source, one.what, one.reason, now)
    received = _received(batch)
    # Where nothing came but word of what failed, a growing pause must go on growing.
    went_well = bool(received or batch.rejects or not batch.unread)
    cursors.put(tx, source, batch.cursor, now, received=received, stored=new, went_well=went_well)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of posts that were kept: how many were new, and how many new mentions there are.

    `threads` are the conversations of those that a query of ours named.
    """

    new: int
    mentions: int
    threads: tuple[conversations.Thread, ...]


def keep(
    tx: Connection, posts: Sequence[Post], source: str, matcher: Matcher, now: datetime
) -> Kept:
    """Save posts and what the queries find in them; a post that is gone is found by none."""
    saved = mentions.save_posts(tx, posts, source, now)
    found: list[NewMention] = []
    threads: dict[tuple[str, str], int] = {}
    every = matcher.match_many(posts)
    for number, (post, one) in enumerate(zip(posts, saved, strict=True)):
        matches = () if one.is_gone else every.get(number, ())
        found += [NewMention(one.id, match.query, match.spans, now) for match in matches]
        if any(is_ours(match, matcher) for match in matches):
            threads.setdefault((post.platform, post.thread_id or post.platform_id), one.id)
    added = mentions.add_mentions(tx, found)
    prove(tx, posts, saved, now)
    named = tuple((*thread, post_id) for thread, post_id in threads.items())
    return Kept(sum(one.is_new for one in saved), added, named)


def _received(batch: Batch) -> int:
    return len(batch.posts) if batch.received is None else batch.received


def _note_failure(
    engine: Engine,
    source: str,
    error: ConnectorError,
    now: datetime,
    every: float,
    longest: float,
) -> None:
    with engine.begin() as tx:
        before = cursors.state(tx, source)
        failures = (before.failures if before else 0) + 1
        wait = (
            backoff(failures, every, longest=longest)
            if error.retry_after is None
            else error.retry_after
        )
        retry_at = None if error.permanent else now + timedelta(seconds=wait)
        permanent = error.permanent
        cursors.fail(tx, source, str(error), now, permanent=permanent, retry_at=retry_at)


def _kept(tx: Connection, posts: Sequence[Post], wanted: Callable[[Post], bool]) -> Sequence[Post]:
    fits = [wanted(post) for post in posts]
    unfit = [post for post, fit in zip(posts, fits, strict=True) if not fit]
    known = mentions.known(tx, [(one.platform, one.platform_id) for one in unfit])
    known |= mentions.known(tx, [(one.platform, one.parent_id) for one in unfit if one.parent_id])
    return [
        post
        for post, fit in zip(posts, fits, strict=True)
        if fit
        or (post.platform, post.platform_id) in known
        or (post.platform, post.parent_id) in known
    ]
