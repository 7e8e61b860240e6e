"""How far each source has been heard."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from store.rows import insert
from store.schema import cursor


@dataclass(frozen=True, slots=True)
class CursorState:
    """Where a source stands; `error` is that of the last poll, if it failed."""

    source: str
    value: str | None
    polled_at: datetime | None
    error: str | None


def get(tx: Connection, source: str) -> str | None:
    """The cursor of a source, None before its first poll."""
    found = tx.scalar(select(cursor.c.value).where(cursor.c.source == source))
    return None if found is None else str(found)


def put(
    tx: Connection, source: str, value: str | None, polled_at: datetime, error: str | None = None
) -> None:
    """Keep the cursor of a source, in place of the former."""
    statement = insert(tx, cursor).values(
        source=source, value=value, polled_at=polled_at, error=error
    )
    new = statement.excluded
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["source"],
            set_={"value": new.value, "polled_at": new.polled_at, "error": new.error},
        )
    )


def states(tx: Connection) -> list[CursorState]:
    """All sources, by name."""
    rows = tx.execute(select(cursor).order_by(cursor.c.source))
    return [CursorState(row.source, row.value, row.polled_at, row.error) for row in rows]
