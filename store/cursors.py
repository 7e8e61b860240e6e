"""How far each source has been heard, and how it fares."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from store.clean import scrub
from store.rows import insert
from store.schema import cursor, unread


@dataclass(frozen=True, slots=True)
class CursorState:
    """Where a source stands. `error` is that of its last poll, None when that went well."""

    source: str
    value: str | None
    polled_at: datetime | None
    error: str | None = None
    failing_since: datetime | None = None
    failures: int = 0
    """Polls in a row that failed."""
    retry_at: datetime | None = None
    permanent: bool = False
    """Only a person can mend it; nothing is tried until the source is started again."""
    received: int = 0
    """Items that the platform ever sent."""
    stored: int = 0
    """Those of them that were new and kept."""


@dataclass(frozen=True, slots=True)
class UnreadState:
    """Something that a source left unread when it was last tried, and why."""

    source: str
    what: str
    reason: str
    at: datetime


def get(tx: Connection, source: str) -> str | None:
    """The cursor of a source, None before its first poll."""
    found = tx.scalar(select(cursor.c.value).where(cursor.c.source == source))
    return None if found is None else str(found)


def put(
    tx: Connection,
    source: str,
    value: str | None,
    polled_at: datetime,
    *,
    received: int = 0,
    stored: int = 0,
    went_well: bool = True,
) -> None:
    """Keep the cursor of a source after a poll; where that went well, its failures are over."""
    statement = insert(tx, cursor).values(
        source=source, value=value, polled_at=polled_at, received=received, stored=stored
    )
    new = statement.excluded
    kept = {
        "value": new.value,
        "polled_at": new.polled_at,
        "received": cursor.c.received + new.received,
        "stored": cursor.c.stored + new.stored,
    }
    over = {
        "error": None, "failing_since": None, "failures": 0, "retry_at": None, "permanent": False,
    }  # fmt: skip
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["source"], set_=kept | over if went_well else kept
        )
    )


def fail(
    tx: Connection,
    source: str,
    error: str,
    now: datetime,
    *,
    permanent: bool,
    retry_at: datetime | None,
) -> None:
    """Note a poll that failed; the cursor stays."""
    first = insert(tx, cursor).values(
        source=source, polled_at=now, failing_since=now, received=0, stored=0
    )
    tx.execute(first.on_conflict_do_nothing())
    row = state(tx, source)
    since = row.failing_since if row and row.failing_since else now
    failures = (row.failures if row else 0) + 1
    tx.execute(
        update(cursor)
        .where(cursor.c.source == source)
        .values(
            polled_at=now,
            error=scrub(error),
            failing_since=since,
            failures=failures,
            retry_at=retry_at,
            permanent=permanent,
        )
    )


def state(tx: Connection, source: str) -> CursorState | None:
    """How one source fares; None before its first poll."""
    row = tx.execute(select(cursor).where(cursor.c.source == source)).one_or_none()
    return None if row is None else CursorState(**row._mapping)


def states(tx: Connection) -> list[CursorState]:
    """All sources, by name."""
    rows = tx.execute(select(cursor).order_by(cursor.c.source))
    return [CursorState(**row._mapping) for row in rows]


def leave_unread(tx: Connection, source: str, what: str, reason: str, at: datetime) -> None:
    """Note what a source did not read; the newest reason counts."""
    statement = insert(tx, unread).values(
        source=source, what=scrub(what)[:255], reason=scrub(reason), at=at
    )
    new = statement.excluded
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["source", "what"], set_={"reason": new.reason, "at": new.at}
        )
    )


def unread_states(tx: Connection, since: datetime) -> list[UnreadState]:
    """What was left unread since a moment, the newest first."""
    query = select(unread).where(unread.c.at >= since).order_by(unread.c.at.desc(), unread.c.id)
    return [UnreadState(row.source, row.what, row.reason, row.at) for row in tx.execute(query)]


def forget_unread(tx: Connection, before: datetime) -> None:
    """Drop notes about what was left unread long ago."""
    tx.execute(delete(unread).where(unread.c.at < before))
