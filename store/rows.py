"""What the queries share: chunks, inserts that skip what is there, ids ahead of the insert."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, Text, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")
Row = Mapping[str, Any]

CHUNK: Final = 1_000
"""Values in one IN list; far below the limits of both databases."""

_LOCKS: Final = {"posts": 7_101, "migrate": 7_102}


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The values in pieces of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def insert(tx: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of the database's own dialect, for its ON CONFLICT."""
    return postgresql.insert(table) if _is_postgresql(tx) else sqlite.insert(table)


def add_new(tx: Connection, table: Table, rows: Sequence[Row]) -> list[int]:
    """Insert what breaks no unique constraint; the ids of the rows that were added."""
    if not rows:
        return []
    statement = insert(tx, table).on_conflict_do_nothing().returning(table.c.id)
    return [int(id_) for id_ in tx.scalars(statement, list(rows))]


def one_of(
    tx: Connection, query: Select[Any], column: ColumnElement[str], values: Sequence[str]
) -> Select[Any]:
    """The query, for rows whose column has one of the values.

    A long IN list misleads PostgreSQL while a table is new to it, as in a first import: it reads
    every post of the platform. Joined to a list of values, it looks up each one.
    """
    if not _is_postgresql(tx):
        return query.where(column.in_(values))
    wanted = func.unnest(literal(list(values), postgresql.ARRAY(Text))).column_valued("wanted")
    return query.where(column == wanted)


def lock(tx: Connection, name: str) -> None:
    """Let one transaction at a time go on from here. SQLite has one writer anyway."""
    if _is_postgresql(tx):
        tx.execute(select(func.pg_advisory_xact_lock(_LOCKS[name])))


def next_ids(tx: Connection, table: Table, count: int) -> Sequence[int]:
    """Ids for rows about to be inserted: cheaper than asking for them back.

    In SQLite the caller holds the write lock, so the rule `max + 1` of SQLite itself is safe.
    """
    if count == 0:
        return []
    if not _is_postgresql(tx):
        first = int(tx.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0) + 1
        return range(first, first + count)
    sequence = func.pg_get_serial_sequence(table.name, "id")
    series = func.generate_series(1, count).table_valued("n")
    return [int(id_) for id_ in tx.scalars(select(func.nextval(sequence)).select_from(series))]


def _is_postgresql(tx: Connection) -> bool:
    return tx.dialect.name == "postgresql"
