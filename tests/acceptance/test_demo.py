"""The demo as a user runs it: the whole flow on the shipped community."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from bot.commands.desk import clock
from bot.replay import SHIPPED
from store import cases, outbox
from store.db import open_store, reading

DEMO = [sys.executable, "-m", "bot.cli", "demo"]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path.cwd())}
KEYS = {
    "posts", "mentions", "understood", "cases", "drafts", "thanks", "acts_of_help", "experts",
    "leaderboard", "seconds", "planted", "found",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo is kept."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def outcome(folder: Path) -> dict[str, object]:
    """What ``laurels demo --no-desk --json`` prints."""
    done = subprocess.run(
        [*DEMO, "--no-desk", "--json", "--keep", str(folder)],
        cwd=folder,
        env=ENVIRONMENT,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert isinstance(found, dict)
    return found


def part(outcome: dict[str, object], name: str) -> dict[str, list[str]]:
    """`planted` or `found`."""
    found = outcome[name]
    assert isinstance(found, dict)
    return found


def test_every_stage_did_something(outcome: dict[str, object]) -> None:
    assert set(outcome) >= KEYS
    assert outcome["posts"] == len(SHIPPED.read_text(encoding="utf-8").splitlines())
    assert outcome["understood"] == int(str(outcome["posts"])) - 2, "two posts were deleted"
    assert all(outcome[name] for name in KEYS)
    seconds = outcome["seconds"]
    assert isinstance(seconds, dict)
    assert list(seconds) == ["hear", "understand", "decide", "act", "measure"]


@pytest.mark.parametrize("name", ["expert", "newcomer", "troll", "colluders"])
def test_hidden_people_are_found(outcome: dict[str, object], name: str) -> None:
    assert part(outcome, "found")[name] == part(outcome, "planted")[name]


def test_most_spam_is_found_and_nobody_wrongly(outcome: dict[str, object]) -> None:
    found, hidden = (set(part(outcome, name)["spam"]) for name in ("found", "planted"))
    assert len(found & hidden) >= 7
    assert not found - hidden


def test_sarcasm_is_mostly_found(outcome: dict[str, object]) -> None:
    found, hidden = (set(part(outcome, name)["sarcasm"]) for name in ("found", "planted"))
    assert len(found & hidden) >= 6
    assert len(found - hidden) <= 8


def test_colluders_stand_on_no_board(outcome: dict[str, object]) -> None:
    board = outcome["leaderboard"]
    assert isinstance(board, list)
    assert not {"kip", "lornaw"} & {row["person"] for row in board}


def test_nothing_that_the_desk_of_the_demo_tells_lies_ahead(
    folder: Path, outcome: dict[str, object]
) -> None:
    engine = open_store(f"sqlite:///{folder}/laurels.db")
    now = clock(engine)()
    with reading(engine) as tx:
        thanked = outbox.last_thanked(tx, range(int(str(outcome["posts"]))))
        closed = [one.closed_at for one in cases.of_posts(tx, range(int(str(outcome["posts"]))))]
    engine.dispose()
    assert thanked
    assert max(thanked.values()) <= now
    assert max(at for at in closed if at is not None) <= now
    assert f"{now:%Y-%m}" == outcome["month"], "or the desk opens at a month without a board"


@pytest.mark.parametrize("moment", ["Hearing", "The desk is at"])
def test_demo_that_is_told_to_end_leaves_no_folder(tmp_path: Path, moment: str) -> None:
    kept = tmp_path / "temporary"
    kept.mkdir()
    with subprocess.Popen(
        [*DEMO, "--port", "0"],
        cwd=tmp_path,
        env={**ENVIRONMENT, "TMPDIR": str(kept)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        next(one for one in process.stderr if moment in one)
        assert list(kept.glob("laurels-demo-*"))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert not list(kept.glob("laurels-demo-*"))


def test_desk_is_served_after_the_demo_and_stops_on_interrupt(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*DEMO, "--port", "0"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        line = next(one for one in process.stderr if "The desk is at" in one)
        found = re.search(r"http://127\.0\.0\.1:\d+/sign-in/\S+", line)
        assert found is not None
        with urllib.request.urlopen(found.group(), timeout=10) as page:
            assert page.status == 200
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode in {0, 130}
