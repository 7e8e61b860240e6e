"""One poll: cursor -> fetch -> match -> posts, mentions and cursor in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from listener.connectors import Batch, Connector, ConnectorError, Reject
from listener.match import Matcher
from store import cursors, mentions
from store.db import Engine, reading
from store.mentions import NewMention


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll did: posts read, how many were new, mentions added, lines rejected."""

    posts: int
    new: int
    mentions: int
    rejects: tuple[Reject, ...]
    exhausted: bool


def poll_once(
    engine: Engine, source: str, connector: Connector, matcher: Matcher, now: datetime
) -> Polled:
    """Read the next batch of `source` and keep it with the cursor that follows it, or neither.

    A post already stored adds nothing. A failure is written beside the cursor, which stays, and
    raised on as ConnectorError.
    """
    with reading(engine) as tx:
        cursor = cursors.get(tx, source)
    try:
        batch = connector.fetch(cursor)
    except ConnectorError as error:
        with engine.begin() as tx:
            cursors.put(tx, source, cursor, now, error=str(error))
        raise
    with engine.begin() as tx:
        saved = mentions.save_posts(tx, batch.posts, source, now)
        ids = [one.id for one in saved]
        added = mentions.add_mentions(tx, _found(batch, ids, matcher, now))
        cursors.put(tx, source, batch.cursor, now)
    new = sum(one.is_new for one in saved)
    return Polled(len(batch.posts), new, added, tuple(batch.rejects), batch.exhausted)


def _found(batch: Batch, ids: list[int], matcher: Matcher, now: datetime) -> list[NewMention]:
    return [
        NewMention(post_id, match.query, match.spans, now)
        for post_id, post in zip(ids, batch.posts, strict=True)
        for match in matcher.match(post)
    ]
