"""The conversation around a mention: its parents, siblings and replies, read while it goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from listener.budget import OverBudget
from listener.connectors import Bounds, Connector, ConnectorError, ThreadReader
from listener.match import Matcher
from listener.poll import keep
from store import conversations, mentions
from store.conversations import Conversation
from store.db import Engine, reading
from store.records import Post, StoredPost

LOG: Final = structlog.get_logger(__name__)
AGES: Final = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 72))
"""How old a mention is when its conversation is read again. Most replies come within the first
hours, thanks and accepted answers within three days; a later reply is heard only where it matches
a query itself, or replies to a post that is stored."""
FIRST_WAIT: Final = timedelta(minutes=15)
"""After a failure; twice as long after each further one."""
TRIES: Final = 8
"""Failures in a row after which a conversation is given up: with the waits about a day and a half,
longer than a platform is down, and a thread that always breaks costs eight requests."""


@dataclass(frozen=True, slots=True)
class ConversationsRead:
    """What one round came to. `error` is why it ended early; what is left stays due."""

    read: int = 0
    posts: int = 0
    """New ones."""
    mentions: int = 0
    error: str | None = None


def read_conversations(
    engine: Engine,
    source: str,
    connector: Connector,
    matcher: Matcher,
    bounds: Bounds,
    now: datetime,
    limit: int = 20,
) -> ConversationsRead:
    """Read up to `limit` conversations of `source` that are due, each in one transaction.

    Parents and siblings are kept as posts; one that a query matches is a mention too. What a
    platform deleted stays empty. Reading again adds only what is new. A failure ends the round.
    """
    if not isinstance(connector, ThreadReader):
        return ConversationsRead()
    with reading(engine) as tx:
        waiting = conversations.due(tx, source, now, limit)
        about = mentions.load(tx, [one.post_id for one in waiting])
    read = posts = found = 0
    for one in waiting:
        mention = about[one.post_id]
        try:
            heard = _heard(connector, mention, bounds)
        except ConnectorError as error:
            _note(engine, one, error, now)
            return ConversationsRead(read, posts, found, str(error))
        except Exception:
            # A thread of a shape that nobody foresaw must not keep the others waiting.
            LOG.exception("conversation not understood", platform=one.platform, id=one.id)
            _note(engine, one, ConnectorError("the thread could not be understood"), now)
            continue
        with engine.begin() as tx:
            kept = keep(tx, heard, source, matcher, now)
            next_at = next_read(mention.post.created_at, now) if heard else None
            conversations.mark_read(tx, one.id, now, next_at)
        read, posts, found = read + 1, posts + kept.new, found + kept.mentions
    return ConversationsRead(read, posts, found)


def next_read(created_at: datetime, now: datetime) -> datetime | None:
    """When a conversation is read again; None once its mention is old."""
    return next((created_at + age for age in AGES if created_at + age > now), None)


def _heard(connector: ThreadReader, mention: StoredPost, bounds: Bounds) -> Sequence[Post]:
    """Nothing where the mention is gone: then nobody needs what surrounded it."""
    if mention.post.deleted_at is not None:
        return ()
    return list(connector.thread(mention.post, bounds))[: bounds.posts]


def _note(engine: Engine, one: Conversation, error: ConnectorError, now: datetime) -> None:
    wait = FIRST_WAIT * 2**one.failures
    if error.retry_after is not None:
        wait = max(wait, timedelta(seconds=error.retry_after))
    given_up = error.permanent or one.failures + 1 >= TRIES
    with engine.begin() as tx:
        if isinstance(error, OverBudget):
            conversations.postpone(tx, one.id, str(error), now + wait)
        else:
            conversations.fail(tx, one.id, str(error), None if given_up else now + wait)
