"""Conversations around mentions: which are to be read, and how reading them went."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from store.clean import key, scrub
from store.rows import add_new
from store.schema import conversation

Thread = tuple[str, str, int]
"""Platform, thread id there, and the row id of the mention in it."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation that is to be read: where it is, and the mention that it is about."""

    id: int
    platform: str
    thread_id: str
    post_id: int
    reads: int
    failures: int
    """Readings in a row that failed."""


def open_new(tx: Connection, threads: Iterable[Thread], source: str, now: datetime) -> int:
    """Note conversations to be read at once; how many of them were not known yet."""
    rows = [
        {
            "platform": platform,
            "thread_id": key(thread_id),
            "source": source,
            "post_id": post_id,
            "due_at": now,
        }
        for platform, thread_id, post_id in threads
    ]
    return len(add_new(tx, conversation, rows))


def due(tx: Connection, source: str, now: datetime, limit: int) -> list[Conversation]:
    """Those of a source whose time has come, the longest due first."""
    columns = conversation.c
    query = (
        select(
            columns.id, columns.platform, columns.thread_id, columns.post_id,
            columns.reads, columns.failures,
        )
        .where(columns.source == source, columns.due_at <= now)
        .order_by(columns.due_at, columns.id)
        .limit(limit)
    )  # fmt: skip
    return [Conversation(*row) for row in tx.execute(query)]


def mark_read(tx: Connection, id: int, now: datetime, due_at: datetime | None) -> None:
    """It was read; with no next time it is read for the last time."""
    values = {"reads": conversation.c.reads + 1, "read_at": now, "due_at": due_at}
    _set(tx, id, **values, error=None, failures=0)


def postpone(tx: Connection, id: int, why: str, due_at: datetime) -> None:
    """It was not tried, for a reason that is not its own."""
    _set(tx, id, error=scrub(why), due_at=due_at)


def fail(tx: Connection, id: int, error: str, due_at: datetime | None) -> None:
    """It could not be read; with no next time it is given up."""
    _set(tx, id, error=scrub(error), due_at=due_at, failures=conversation.c.failures + 1)


def _set(tx: Connection, id_: int, **values: object) -> None:
    tx.execute(update(conversation).where(conversation.c.id == id_).values(**values))
