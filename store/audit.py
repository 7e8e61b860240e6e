"""Who did what to what. Append-only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from store.schema import audit


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the audit. `detail` holds ids and words of ours, no quote of a person."""

    at: datetime
    actor: str
    verb: str
    object: str
    object_id: int | None
    detail: Mapping[str, str]


def note(
    tx: Connection,
    now: datetime,
    actor: str,
    verb: str,
    object: str,
    object_id: int | None,
    detail: Mapping[str, str],
) -> None:
    """Add a line; an erased person stays in old lines, so give ids and never names or quotes."""
    tx.execute(
        insert(audit).values(
            at=now,
            actor=actor,
            verb=verb,
            object=object,
            object_id=object_id,
            detail=dict(detail),
        )
    )


def of(tx: Connection, object: str, object_id: int) -> list[Note]:
    """What was done to one thing, oldest first."""
    query = select(audit).where(audit.c.object == object, audit.c.object_id == object_id)
    return [
        Note(row.at, row.actor, row.verb, row.object, row.object_id, row.detail)
        for row in tx.execute(query.order_by(audit.c.id))
    ]
