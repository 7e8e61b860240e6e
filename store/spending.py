"""What each source asked for and spent, day by day (UTC)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from store.rows import insert
from store.schema import spending


@dataclass(frozen=True, slots=True)
class Usage:
    """Requests and money, in millionths of a US dollar."""

    requests: int = 0
    micro_usd: int = 0


def add(tx: Connection, source: str, day: date, usage: Usage) -> None:
    """Count on top of what the day has; a negative part takes back."""
    statement = insert(tx, spending).values(
        source=source,
        day=day.isoformat(),
        requests=usage.requests,
        micro_usd=usage.micro_usd,
    )
    new = statement.excluded
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["source", "day"],
            set_={
                "requests": spending.c.requests + new.requests,
                "micro_usd": spending.c.micro_usd + new.micro_usd,
            },
        )
    )


def total(tx: Connection, source: str, first: date, last: date) -> Usage:
    """The sum from one day to another, both included."""
    row = tx.execute(
        select(
            func.coalesce(func.sum(spending.c.requests), 0),
            func.coalesce(func.sum(spending.c.micro_usd), 0),
        ).where(
            spending.c.source == source,
            spending.c.day >= first.isoformat(),
            spending.c.day <= last.isoformat(),
        )
    ).one()
    return Usage(int(row[0]), int(row[1]))


def first_day(tx: Connection, source: str) -> date | None:
    """The first day on which the source asked for anything."""
    found = tx.scalar(select(func.min(spending.c.day)).where(spending.c.source == source))
    return None if found is None else date.fromisoformat(found)
