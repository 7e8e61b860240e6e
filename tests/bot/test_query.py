"""``laurels query`` as a user meets it: what a query means, and what it finds in a record."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

from tests.bot import terminals
from tests.bot.test_cli import laurels, value

POSTS = (
    {"id": "1", "text": "my acme is down"},
    {"id": "2", "text": "hello"},
    {"id": "3", "text": "it is ACME's", "title": "Acme"},
    {"id": "4", "text": "acme was here", "deleted_at": "2026-05-04T13:00:00Z"},
)
FOUND = [{"id": "1", "spans": [[3, 7]]}, {"id": "3", "spans": [[0, 4], [11, 15]]}]


def archived(*posts: dict[str, str]) -> bytes:
    """An archive of them, with a line in it that is none."""
    common = {
        "platform": "discourse",
        "kind": "post",
        "author": {"id": "u", "handle": "ann"},
        "created_at": "2026-05-04T12:00:00Z",
    }
    lines = [json.dumps(common | one) for one in posts]
    return "\n".join(["{broken", *lines, ""]).encode()


@pytest.mark.parametrize(
    ("name", "packed"),
    [
        ("a.jsonl", archived(*POSTS)),
        ("a.jsonl.gz", gzip.compress(archived(*POSTS))),
        ("a.jsonl.zst", zstandard.compress(archived(*POSTS))),
    ],
)
@pytest.mark.parametrize("is_piped", [False, True])
def test_all_matches_are_told_with_their_spans(
    tmp_path: Path, name: str, packed: bytes, *, is_piped: bool
) -> None:
    (tmp_path / name).write_bytes(packed)
    with (tmp_path / name).open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", "query", "test", "acme", "--json", "--limit", "1",
             "--archive", "-" if is_piped else name],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(Path.cwd())},
            check=True,
            stdin=file,
            stdout=subprocess.PIPE,
            text=True,
            timeout=120,
        )  # fmt: skip
    assert value(done) == {
        "query": "acme",
        "posts": 4,
        "matched": 2,
        "rejected": 1,
        "matches": FOUND,
    }


def test_person_reads_a_table_that_fits(tmp_path: Path) -> None:
    long = {"id": "5" * 40, "text": "so many words " * 9 + "acme " * 30}
    (tmp_path / "a.jsonl").write_bytes(archived(*POSTS, long))
    done = laurels(tmp_path, "query", "test", "acme", "--archive", "a.jsonl")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) == 80
    assert re.match(r"1 +2026-05-04  my \[acme\] is down$", lines[0])
    assert re.match(r"3 +2026-05-04  \[Acme\] it is \[ACME\]'s$", lines[1])
    assert re.match(r"5+…  2026-05-04  …words so many words \[acme\] ", lines[2])
    assert lines[3:] == ["", "3 of 5 posts match (60.00%).", "1 item could not be read."]


def test_limit_shortens_the_table_alone(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(archived(*POSTS))
    done = laurels(tmp_path, "query", "test", "acme", "--archive", "a.jsonl", "--limit", "1")
    assert "[ACME]" not in done.stdout
    assert "2 of 4 posts match (50.00%).\nShown: the first 1; --limit N shows more." in done.stdout


def test_language_is_detected_where_the_post_has_none(tmp_path: Path) -> None:
    told = {"id": "7", "text": "acme", "lang": "de"}
    german = {"id": "8", "text": "Seit gestern Abend ist acme bei mir leider überhaupt nicht da"}
    english = {"id": "9", "text": "Since yesterday evening acme has not been there for me at all"}
    (tmp_path / "a.jsonl").write_bytes(archived(told, german, english))
    words = ("query", "test", "acme lang:de", "--archive", "a.jsonl", "--json")
    matches = value(laurels(tmp_path, *words))["matches"]
    assert isinstance(matches, list)
    assert [one["id"] for one in matches] == ["7", "8"]


@pytest.mark.parametrize(
    ("query", "archive", "problem"),
    [
        ("acme OR", "a.jsonl", "a word is missing after OR"),
        ("acme", "none.jsonl", "none.jsonl: No such file"),
        ("acme", "bad.jsonl", "bad.jsonl: "),
    ],
)
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_what_is_wrong_is_said_in_a_line(
    tmp_path: Path, query: str, archive: str, problem: str, more: tuple[str, ...]
) -> None:
    (tmp_path / "a.jsonl").write_bytes(archived(*POSTS))
    (tmp_path / "bad.jsonl").write_bytes(archived())
    done = laurels(tmp_path, "query", "test", query, "--archive", archive, *more)
    assert done.returncode == 1
    assert problem in done.stderr
    assert "Traceback" not in done.stderr
    assert not more or problem in str(value(done)["error"])


def test_nothing_on_stdin_is_said(tmp_path: Path) -> None:
    done = laurels(tmp_path, "query", "test", "acme", "--archive", "-")
    assert done.returncode == 1
    assert done.stderr == "laurels: stdin: nothing in it could be read as a post\n"


def test_error_of_a_query_points_at_its_column(tmp_path: Path) -> None:
    told = laurels(tmp_path, "query", "explain", "acme (jobs").stderr.splitlines()
    assert told[1:] == ["  acme (jobs", "       ^", "  try: acme (jobs)"]


def test_ctrl_c_says_how_far_it_was(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    process, terminal = terminals.started(
        tmp_path, "query", "test", "acme", "--archive", "pipe", "--json"
    )
    # Opened once the command reads it.
    with (tmp_path / "pipe").open("wb"):
        process.send_signal(signal.SIGINT)
        told = terminals.shown(terminal)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped: 0 of 0 posts matched so far; nothing was kept" in told
    assert "stopped" in json.loads(out)["error"]


def test_terminal_shows_how_far_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(archived(*POSTS))
    process, terminal = terminals.started(
        tmp_path, "query", "test", "acme", "--archive", "a.jsonl", "--json"
    )
    told = terminals.shown(terminal)
    out, _ = process.communicate(timeout=60)
    assert json.loads(out)["matched"] == 2
    assert re.search(r"Testing [ ━]+ 4 read, 2 found", told)
