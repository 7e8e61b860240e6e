"""Copy the database while others write in it."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.engine import URL

from store.errors import StoreError

_OPTIONS: Final = {"host": "--host", "port": "--port", "username": "--username"}


def backup(engine: Engine, path: Path) -> None:
    """Write a consistent copy of the database to a file, in place of a former copy.

    SQLite: a database file. PostgreSQL: an archive for `pg_restore`, made by `pg_dump`.
    A failed backup raises StoreError and leaves a former copy as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if engine.dialect.name == "sqlite":
            _copy_sqlite(engine, unfinished)
        else:
            _dump_postgresql(engine.url, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _copy_sqlite(engine: Engine, path: Path) -> None:
    # One snapshot, in which writers do not wait; it may not stand in a transaction.
    try:
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("VACUUM INTO ?", (str(path),))
    except sqlite3.Error as error:
        raise StoreError(f"the backup to {path.parent} failed: {error}") from error


def _dump_postgresql(url: URL, path: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise StoreError(
            "pg_dump was not found: install the PostgreSQL client, e.g. "
            "`apt-get install postgresql-client`, in the server's version or newer"
        )
    done = subprocess.run(  # noqa: S603 - no shell, and the path comes from `which`
        [program, *_arguments(url, path)],
        env=os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StoreError(f"pg_dump failed: {done.stderr.strip()}")


def _arguments(url: URL, path: Path) -> Sequence[str]:
    # A socket's folder comes as `?host=/run/postgresql`.
    given = {name: getattr(url, name) or url.query.get(name) for name in _OPTIONS}
    options = [f"{_OPTIONS[name]}={value}" for name, value in given.items() if value]
    return ["--format=custom", f"--file={path}", *options, f"--dbname={url.database}"]
