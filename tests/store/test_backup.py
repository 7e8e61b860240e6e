"""A backup is whole, however busy the store."""

import shutil
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from store import mentions
from store.db import Engine, StoreError, backup, check_version, open_store, reading
from tests.posts import a_post
from tests.store.seeds import saved


def test_backup_while_a_writer_writes_is_consistent(sqlite_engine: Engine, tmp_path: Path) -> None:
    started, stop = Event(), Event()

    def write() -> int:
        batches = 0
        while not stop.is_set():
            posts = [a_post(f"{batches}-{n}", author=f"u{n}") for n in range(50)]
            with sqlite_engine.begin() as tx:
                saved(tx, *posts)
            batches += 1
            started.set()
        return batches

    with ThreadPoolExecutor(1) as pool:
        batches = pool.submit(write)
        assert started.wait(timeout=10)
        for number in range(3):
            backup(sqlite_engine, tmp_path / f"{number}.db")
        stop.set()
        written = batches.result(timeout=10) * 50
    for number in range(3):
        assert 0 < _whole_posts(tmp_path / f"{number}.db") <= written


def test_backup_takes_the_place_of_the_former(sqlite_engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "daily" / "copy.db"
    backup(sqlite_engine, path)
    with sqlite_engine.begin() as tx:
        saved(tx, a_post())
    backup(sqlite_engine, path)
    assert [found.name for found in path.parent.iterdir()] == ["copy.db"]
    copy = open_store(f"sqlite:///{path}")
    check_version(copy)
    with reading(copy) as tx:
        assert mentions.counts(tx).posts == 1
    copy.dispose()


def test_failed_backup_keeps_the_former_copy(sqlite_engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    path.write_text("the former copy")
    (tmp_path / "store.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreError, match="backup"):
        backup(sqlite_engine, path)
    assert path.read_text() == "the former copy"


def test_postgresql_is_dumped_whole(postgresql_engine: Engine, tmp_path: Path) -> None:
    with postgresql_engine.begin() as tx:
        saved(tx, a_post(text="remember me"))
    backup(postgresql_engine, tmp_path / "laurels.dump")
    restore = shutil.which("pg_restore")
    assert restore is not None
    sql = subprocess.run(
        [restore, "--file=-", tmp_path / "laurels.dump"], capture_output=True, text=True, check=True
    )
    assert "remember me" in sql.stdout
    assert "append_only_ledger" in sql.stdout


def test_missing_pg_dump_says_what_to_install(
    postgresql_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StoreError, match="postgresql-client"):
        backup(postgresql_engine, tmp_path / "laurels.dump")


@pytest.mark.usefixtures("postgresql_server")
def test_failed_dump_tells_why(tmp_path: Path) -> None:
    gone = open_store("postgresql://127.0.0.1:1/laurels")
    with pytest.raises(StoreError, match="pg_dump failed"):
        backup(gone, tmp_path / "laurels.dump")
    assert list(tmp_path.iterdir()) == []


def _whole_posts(path: Path) -> int:
    """How many posts, where no batch is there in part."""
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    (posts,) = connection.execute("SELECT count(*) FROM post").fetchone()
    connection.close()
    assert posts % 50 == 0
    return int(posts)
