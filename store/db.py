"""Open the database, and read or write in it; SQLite and PostgreSQL."""

import json
import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url, select
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from store import schema
from store.backup import backup
from store.errors import NewerDatabase, OlderDatabase, StoreError, Unreachable
from store.rows import insert
from store.snapshot import READING, reading
from store.versions import check_version, migrate

__all__ = [
    "Connection",
    "Engine",
    "NewerDatabase",
    "OlderDatabase",
    "StoreError",
    "Unreachable",
    "backup",
    "check_version",
    "fact",
    "migrate",
    "open_store",
    "reading",
    "set_fact",
]

_HIDDEN: Final = True
"""An error quotes the statement but not its values: they are what people said."""
BUSY_SECONDS: Final = 30
_OLDEST_SQLITE: Final = (3, 35, 0)
_JSON: Final = json.JSONEncoder(separators=(",", ":"))
_JOURNAL: Final = "journal_mode = WAL"
_PRAGMAS: Final = (
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "wal_autocheckpoint = 4000",  # pages; a batch of posts is more than the usual 1000
    "cache_size = -32768",  # KiB; the keys of posts come in no order
    # Without it, INSERT OR REPLACE removes rows behind the back of the append-only triggers.
    "recursive_triggers = ON",
)


def open_store(url: str) -> Engine:
    """An engine that threads may share, e.g. for `sqlite:///path.db`; no connection is made yet.

    Raises StoreError for a URL that is neither SQLite nor PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"the store's URL cannot be read: {error}") from error
    match parsed.get_backend_name():
        case "sqlite":
            return _open_sqlite(parsed)
        case "postgresql" | "postgres":
            return _open_postgresql(parsed)
    raise StoreError(
        f"{parsed.drivername} is not supported: use sqlite:///FILE or postgresql://HOST/NAME"
    )


def fact(tx: Connection, name: str) -> str | None:
    """The one line kept under a name."""
    found = tx.scalar(select(schema.fact.c.value).where(schema.fact.c.name == name))
    return None if found is None else str(found)


def set_fact(tx: Connection, name: str, value: str) -> None:
    """Keep one line under a name, in place of the former."""
    statement = insert(tx, schema.fact).values(name=name, value=value)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={"value": statement.excluded.value}
        )
    )


def _open_sqlite(url: URL) -> Engine:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old: 3.35 or newer is needed")
    if url.database and url.database != ":memory:" and not url.database.startswith("file:"):
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        json_serializer=_compact,
        hide_parameters=_HIDDEN,
        connect_args={"timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_postgresql(url: URL) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        json_serializer=_compact,
        hide_parameters=_HIDDEN,
        pool_pre_ping=True,
        connect_args={"connect_timeout": BUSY_SECONDS},
    )


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN comes late and is deferred; _begin_sqlite writes a real one.
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA {_JOURNAL}")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_READONLY_DIRECTORY:
            raise StoreError(
                "the folder of the store may not be written, which SQLite needs also for reading: "
                "let it be written, or read a file that laurels backup wrote"
            ) from error
        # A file that may only be read stays in the mode that it is in.
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY:
            raise
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(tx: Connection) -> None:
    # A transaction that reads first and writes later fails at once with "database is locked"
    # when another wrote in between: a writer therefore takes the lock, with a wait, at its start.
    deferred = tx.get_execution_options().get(READING, False)
    tx.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")


def _compact(value: object) -> str:
    # Most posts name nobody and show nothing: half of all JSON written is an empty list.
    return "[]" if value in ([], ()) else _JSON.encode(value)
