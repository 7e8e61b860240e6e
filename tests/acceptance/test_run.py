"""The daemon as a process: it stops in time, and a kill at any moment loses and doubles nothing."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from bot.replay import SHIPPED
from store import helpgraph, ledger, mentions, outbox
from store.db import open_store, reading
from store.records import MessageState

COPIES = 3
KILLS = 10
CONFIG = """
listener:
  sources:
    - {name: forum, connector: archive, kind: community, every_seconds: 1, path: forum.jsonl}
rewards:
  automatic: true
  undo_seconds: 0
  fresh_days: 36500
  own_handles: [nimbusleaf]
run:
  understand_every_seconds: 1
  decide_every_seconds: 1
  deliver_every_seconds: 1
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with settings and a record: the shipped community several times, as others."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    with (tmp_path / "forum.jsonl").open("w", encoding="utf-8") as file:
        for copy in range(COPIES):
            for line in lines:
                file.write(json.dumps(_renamed(json.loads(line), copy)) + "\n")
    return tmp_path


def _renamed(post: dict[str, object], copy: int) -> dict[str, object]:
    for name in ("id", "thread_id", "parent_id", "channel"):
        if isinstance(post.get(name), str):
            post[name] = f"{post[name]}-{copy}"
    author = post["author"]
    assert isinstance(author, dict)
    author["id"] = f"{author['id']}-{copy}"
    return post


@contextmanager
def running(place: Path) -> Iterator["subprocess.Popen[str]"]:
    """The daemon in that folder; killed when the block ends, if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "run"],
        cwd=place,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def settled(place: Path, posts: int) -> bool:
    """Whether nothing waits in any stage."""
    if not (place / ".laurels/laurels.db").exists():
        return False
    engine = open_store(f"sqlite:///{place}/.laurels/laurels.db")
    try:
        with reading(engine) as tx:
            counts = mentions.counts(tx)
            new = tx.exec_driver_sql("SELECT count(*) FROM \"case\" WHERE state = 'new'").scalar()
            waiting = [
                *outbox.listing(tx, MessageState.PENDING, 1),
                *outbox.listing(tx, MessageState.SENDING, 1),
            ]
    except Exception:  # noqa: BLE001 - not made yet
        return False
    finally:
        engine.dispose()
    return counts.posts == posts and not counts.waiting and not new and not waiting


def wait_until_settled(place: Path, posts: int, seconds: float) -> None:
    """Look until everything came to rest; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not settled(place, posts):
        assert time.monotonic() < deadline, "the daemon did not finish its work in time"
        time.sleep(0.2)


def outcome(place: Path) -> dict[str, object]:
    """Everything that must not depend on how often the daemon was killed."""
    engine = open_store(f"sqlite:///{place}/.laurels/laurels.db")
    with reading(engine) as tx:
        acts = Counter(one.act.evidence.value for one in helpgraph.acts(tx))
        points = ledger.totals(tx, datetime.fromisoformat("2000-01-01T00:00Z"),
                               datetime.fromisoformat("2100-01-01T00:00Z"))  # fmt: skip
        sent = outbox.listing(tx, MessageState.SENT, 10_000)
        kinds = Counter(
            tuple(row) for row in tx.exec_driver_sql('SELECT kind, state FROM "case"').all()
        )
        found = {
            "counts": mentions.counts(tx),
            "acts": acts,
            "points": sorted(points.values()),
            "to": sorted(one.draft.recipient_id for one in sent),
            "cases": kinds,
        }
    engine.dispose()
    said = [
        json.loads(line)["key"]
        for line in (place / ".laurels/rehearsal.jsonl").read_text().splitlines()
    ]
    assert len(said) == len(set(said)) == len(sent), "each message was said exactly once"
    return found


def test_daemon_stops_within_five_seconds_of_the_word(place: Path) -> None:
    with running(place) as process:
        deadline = time.monotonic() + 60
        while not (place / ".laurels/laurels.db").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(1.5)
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        _, log = process.communicate(timeout=20)
        assert time.monotonic() - began < 5
    assert process.returncode == 0
    events = [json.loads(line)["event"] for line in log.splitlines() if line.startswith("{")]
    assert events[0] == "running"
    assert events[-1] == "stopped"


def test_second_daemon_on_one_folder_is_refused(place: Path) -> None:
    with running(place) as first:
        deadline = time.monotonic() + 60
        while not (place / ".laurels/run.lock").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.2)
        with running(place) as second:
            _, log = second.communicate(timeout=60)
        assert second.returncode == 1
        assert f"another `laurels run` (process {first.pid})" in log


def test_kill_at_random_moments_loses_and_doubles_nothing(
    place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    posts = COPIES * len(SHIPPED.read_text(encoding="utf-8").splitlines())
    calm = tmp_path_factory.mktemp("calm")
    for name in ("config.yaml", "forum.jsonl"):
        (calm / name).write_bytes((place / name).read_bytes())
    with running(calm):
        wait_until_settled(calm, posts, 180)
    moments = random.Random(7)
    for _ in range(KILLS):
        with running(place) as process:
            time.sleep(moments.uniform(0.3, 5.0))
            process.send_signal(signal.SIGKILL)
    with running(place):
        wait_until_settled(place, posts, 180)
    assert outcome(place) == outcome(calm)
