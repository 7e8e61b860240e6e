"""Points given and taken back. Append-only: standing is what replaying it gives."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from store.clean import key
from store.records import LedgerEntry
from store.rows import add_new
from store.schema import ledger


def add(tx: Connection, entries: Sequence[LedgerEntry]) -> int:
    """Add entries; the number whose key was not there yet."""
    rows = [
        {
            "dedupe_key": key(one.dedupe_key),
            "person_id": one.person_id,
            "act_id": one.act_id,
            "points": one.points,
            "reason": one.reason,
            "at": one.at,
        }
        for one in entries
    ]
    return len(add_new(tx, ledger, rows))


def balance(tx: Connection, person_id: int) -> int:
    """All points of a person."""
    query = select(func.sum(ledger.c.points)).where(ledger.c.person_id == person_id)
    return int(tx.scalar(query) or 0)


def totals(tx: Connection, start: datetime, end: datetime) -> dict[int, int]:
    """Points per person in [start, end); a person without an entry is left out."""
    query = (
        select(ledger.c.person_id, func.sum(ledger.c.points))
        .where(ledger.c.at >= start, ledger.c.at < end)
        .group_by(ledger.c.person_id)
    )
    return {person_id: int(points) for person_id, points in tx.execute(query)}


def of_person(tx: Connection, person_id: int, limit: int) -> list[LedgerEntry]:
    """The newest entries of a person, newest first."""
    query = select(ledger).where(ledger.c.person_id == person_id)
    return _fetch(tx, query.order_by(ledger.c.at.desc(), ledger.c.id.desc()).limit(limit))


def of_act(tx: Connection, person_id: int, act_id: int) -> list[LedgerEntry]:
    """What a person's act of help earned and lost, oldest first."""
    query = select(ledger).where(ledger.c.person_id == person_id, ledger.c.act_id == act_id)
    return _fetch(tx, query.order_by(ledger.c.id))


def _fetch(tx: Connection, query: Select[Any]) -> list[LedgerEntry]:
    return [
        LedgerEntry(row.dedupe_key, row.person_id, row.points, row.reason, row.at, row.act_id)
        for row in tx.execute(query)
    ]
