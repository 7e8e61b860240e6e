"""Opening a store, and several threads in it."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from store import cursors
from store.db import (
    BUSY_SECONDS,
    Engine,
    StoreError,
    backup,
    check_version,
    fact,
    open_store,
    reading,
    set_fact,
)
from tests.posts import MOMENT


def test_folders_above_the_file_are_made(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/deep/er/store.db")
    with engine.connect() as tx:
        assert tx.scalar(text("PRAGMA journal_mode")) == "wal"
        assert tx.scalar(text("PRAGMA foreign_keys")) == 1
        assert tx.scalar(text("PRAGMA busy_timeout")) == 1_000 * BUSY_SECONDS
    engine.dispose()


def test_what_may_only_be_read_is_read(sqlite_engine: Engine, tmp_path: Path) -> None:
    with sqlite_engine.begin() as tx:
        set_fact(tx, "archive", "one")
    backup(sqlite_engine, tmp_path / "copy.db")
    engine = open_store(f"sqlite:///file:{tmp_path}/copy.db?mode=ro&uri=true")
    check_version(engine)
    with reading(engine) as tx:
        assert fact(tx, "archive") == "one"
    with pytest.raises(OperationalError, match="readonly"), engine.begin() as tx:
        set_fact(tx, "archive", "two")
    engine.dispose()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_that_sqlite_cannot_write_in_is_told(sqlite_engine: Engine, tmp_path: Path) -> None:
    sqlite_engine.dispose()
    tmp_path.chmod(0o555)
    engine = open_store(f"sqlite:///{tmp_path}/store.db")
    with pytest.raises(StoreError, match="the folder of the store may not be written"):
        check_version(engine)
    tmp_path.chmod(0o755)


@pytest.mark.parametrize("url", ["mysql://localhost/laurels", "laurels.db"])
def test_another_kind_of_url_is_refused(url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url)


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg2", "postgresql+psycopg"])
def test_postgresql_is_spoken_with_psycopg_3(scheme: str) -> None:
    assert open_store(f"{scheme}://localhost/laurels").driver == "psycopg"


def test_an_error_quotes_nothing_that_was_to_be_stored(engine: Engine) -> None:
    insert = text("INSERT INTO fact (name, value) VALUES (:name, :said)")
    values = {"name": "one", "said": "what somebody said"}
    with engine.begin() as tx:
        tx.execute(insert, values)
    with pytest.raises(IntegrityError) as failed, engine.begin() as tx:
        tx.execute(insert, values)
    assert "INSERT INTO fact" in str(failed.value)
    assert "somebody" not in str(failed.value)


def test_fact_is_replaced(engine: Engine) -> None:
    with engine.begin() as tx:
        assert fact(tx, "archive") is None
        set_fact(tx, "archive", "one")
        set_fact(tx, "archive", "two")
    with reading(engine) as tx:
        assert fact(tx, "archive") == "two"


def test_failed_transaction_leaves_nothing(engine: Engine) -> None:
    def fail() -> None:
        with engine.begin() as tx:
            set_fact(tx, "archive", "one")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with reading(engine) as tx:
        assert fact(tx, "archive") is None


def test_reader_does_not_wait_for_a_writer_and_sees_one_moment(engine: Engine) -> None:
    with engine.begin() as writer:
        set_fact(writer, "archive", "one")
        with reading(engine) as reader:
            assert fact(reader, "archive") is None


def test_writers_that_read_first_wait_for_each_other(engine: Engine) -> None:
    def count(_: int) -> None:
        with engine.begin() as tx:
            tx.execute(text("SELECT 1 FROM post")).all()
            cursors.put(tx, "source", fact(tx, "n"), MOMENT)
            set_fact(tx, "n", "seen")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(80)))
    with reading(engine) as tx:
        assert fact(tx, "n") == "seen"


def test_no_write_is_lost_between_threads(sqlite_engine: Engine) -> None:
    def count(_: int) -> None:
        with sqlite_engine.begin() as tx:
            set_fact(tx, "n", str(int(fact(tx, "n") or 0) + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(200)))
    with reading(sqlite_engine) as tx:
        assert fact(tx, "n") == "200"


def test_long_read_does_not_hold_up_writers(engine: Engine) -> None:
    def write() -> None:
        with engine.begin() as tx:
            set_fact(tx, "archive", "new")

    with reading(engine) as reader, ThreadPoolExecutor(1) as pool:
        assert fact(reader, "archive") is None
        pool.submit(write).result(timeout=5)
