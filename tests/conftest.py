"""Fresh, migrated stores for tests, on both databases."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import create_engine, make_url, text

from store.db import Connection, Engine, migrate, open_store
from tests.services import postgresql

_NUMBERS: Final = itertools.count(1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An empty store; the test runs once on each database."""
    opened = request.getfixturevalue(f"{request.param}_engine")
    assert isinstance(opened, Engine)
    return opened


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def tx(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A transaction in an empty store, on each database; it is never committed."""
    opened = request.getfixturevalue(f"untouched_{request.param}")
    assert isinstance(opened, Engine)
    with opened.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture
def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """An empty store in a SQLite file, for what does not depend on the database."""
    shutil.copy(sqlite_template, tmp_path / "store.db")
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    yield opened
    opened.dispose()


@pytest.fixture
def postgresql_engine(postgresql_server: str, postgresql_template: str) -> Iterator[Engine]:
    """An empty store in a PostgreSQL database of its own."""
    with _database(postgresql_server, postgresql_template) as opened:
        yield opened


@pytest.fixture
def bare_engine(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A database without any table; the test runs once on each."""
    if engine.dialect.name == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path / 'bare.db'}")
        yield opened
        opened.dispose()
        return
    with _database(request.getfixturevalue("postgresql_server"), "template1") as opened:
        yield opened


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    opened = open_store(f"sqlite:///{path}")
    migrate(opened)
    opened.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a server for the whole run."""
    with postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def untouched_sqlite(sqlite_template: Path) -> Iterator[Engine]:
    """An empty store for the whole run: what is written in it is rolled back."""
    opened = open_store(f"sqlite:///{sqlite_template.with_name('untouched.db')}")
    migrate(opened)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def untouched_postgresql(postgresql_server: str, postgresql_template: str) -> Iterator[Engine]:
    """An empty store for the whole run: what is written in it is rolled back."""
    with _database(postgresql_server, postgresql_template) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    """The name of a migrated database to copy."""
    with _database(postgresql_server, "template1") as opened:
        migrate(opened)
        opened.dispose()
        yield str(opened.url.database)


@contextmanager
def _database(server: str, template: str) -> Iterator[Engine]:
    name = f"laurels_test_{os.getpid()}_{next(_NUMBERS)}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    url = make_url(server).set(database=name)
    opened = open_store(url.render_as_string(hide_password=False))
    try:
        yield opened
    finally:
        opened.dispose()
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(server: str, statement: str) -> None:
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(statement))
    admin.dispose()
