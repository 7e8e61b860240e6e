"""``laurels import`` as a user meets it, killed and interrupted too."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bot.import_progress import lines, size
from bot.replay import extent
from tests.listener.history import test_discord_export as discord
from tests.listener.history import test_reddit_dump as reddit
from tests.listener.history.records import as_json

MANY = 40_000


def started(place: Path, *words: str) -> "subprocess.Popen[str]":
    """``laurels import`` in that folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "import", *words],
        cwd=place,
        env=os.environ | {"PYTHONPATH": str(Path.cwd()), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        # Whoever runs the tests in the background has children that ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )


def imported(place: Path, *words: str) -> tuple[int, dict[str, Any], str]:
    """Exit status, the object on stdout, and what stderr says."""
    with started(place, *words, "--json") as process:
        out, said = process.communicate(timeout=120)
    return process.returncode, json.loads(out), said


def dump(place: Path, count: int) -> Path:
    """A Reddit dump of so many comments."""
    lines_ = (json.dumps(reddit.comment(f"k{n}")) + "\n" for n in range(count))
    path = place / "RC_2024-01"
    path.write_text("".join(lines_), encoding="utf-8")
    return path


def stopped_half_way(place: Path, with_: signal.Signals) -> tuple[int, str]:
    """Import and send the signal when something was stored; the exit status and stderr."""
    with started(place, "RC_2024-01") as process:
        while process.poll() is None and _stored(place) < 4_000:
            time.sleep(0.02)
        process.send_signal(with_)
        _out, said = process.communicate(timeout=60)
    return process.returncode, said


def _stored(place: Path) -> int:
    import sqlite3
    from contextlib import closing

    path = place / ".laurels" / "laurels.db"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        try:
            return int(store.execute("SELECT count(*) FROM post").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


@pytest.mark.parametrize("with_", [signal.SIGKILL, signal.SIGINT])
def test_stopped_import_goes_on_and_nothing_is_lost_or_doubled(
    tmp_path: Path, with_: signal.Signals
) -> None:
    dump(tmp_path, MANY)
    status, said = stopped_half_way(tmp_path, with_)
    assert status == (-9 if with_ is signal.SIGKILL else 130)
    before = _stored(tmp_path)
    assert 0 < before < MANY
    if with_ is signal.SIGINT:
        assert re.search(
            r"laurels: stopped at [\d.]+ .B of [\d.]+ MB. [\d,]+ posts read, [\d,]+ of them "
            r"new, and kept. The same command goes on there.",
            said,
        )
        assert "Traceback" not in said
    status, value, _said = imported(tmp_path, "RC_2024-01")
    assert (status, value["posts"], value["new"]) == (0, MANY - before, MANY - before)
    assert _stored(tmp_path) == MANY
    _status, again, _said = imported(tmp_path, "RC_2024-01")
    assert (again["posts"], again["new"]) == (MANY, 0)


def test_import_stopped_before_the_first_post_says_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "RC_2024-01")
    # The file can be opened when somebody reads it, so by then the import waits for its words.
    with (
        started(tmp_path, "RC_2024-01", "--json") as process,
        (tmp_path / "RC_2024-01").open("w"),
    ):
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said == "laurels: stopped before anything was read; the same command goes on\n"
    assert json.loads(out)["error"] in said


def test_folder_is_imported_with_a_line_that_says_how_far_it_is(tmp_path: Path) -> None:
    as_json(
        tmp_path / "acme" / "a.json", discord.export(discord.message("1"), discord.message("2"))
    )
    as_json(
        tmp_path / "acme" / "b.json", discord.export(discord.message("3", timestamp="?"), id="21")
    )
    status, value, said = imported(tmp_path, "acme")
    assert (status, value["posts"], value["rejected"]) == (0, 2, 1)
    assert "Importing: 100% of 3.1 KB, 3 read" in said
    (line,) = (tmp_path / "acme.rejects.jsonl").read_text().splitlines()
    assert json.loads(line)["reason"].startswith("b.json: timestamp: expected ISO 8601")


def test_what_is_put_aside_is_as_it_stood_until_the_next_import(tmp_path: Path) -> None:
    said = json.dumps(reddit.comment(created_utc=None, body="mail ann@example.com " + "a" * 30_000))
    good = json.dumps(reddit.comment())
    (tmp_path / "RC_2024-01").write_text(f"{said}\n{good}\n")
    _status, value, _said = imported(tmp_path, "RC_2024-01")
    assert value["rejected"] == 1
    aside = tmp_path / "RC_2024-01.rejects.jsonl"
    (line,) = aside.read_text().splitlines()
    assert json.loads(line)["raw"] == said[:20_000]
    assert "ann@example.com" in json.loads(line)["raw"]
    (tmp_path / "RC_2024-01").write_text(f"{good}\n")
    imported(tmp_path, "RC_2024-01")
    assert not aside.exists()


def test_record_without_a_readable_item_fails_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "bad").write_text(json.dumps(reddit.comment(created_utc=None)) + "\n")
    status, value, _said = imported(tmp_path, "bad")
    assert status == 1
    assert (
        "nothing in it could be read as a post; what it has stands in bad.rejects" in value["error"]
    )


def test_search_keeps_matches_and_what_answers_them(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("listener: {queries: [{name: b, query: acme}]}")
    said = [
        reddit.submission("q1", title="My acme broke"),
        reddit.comment("c1", parent_id="t3_q1", body="restart it"),
        reddit.comment("c2", parent_id="t3_other", body="no"),
    ]
    (tmp_path / "RS").write_text("".join(json.dumps(one) + "\n" for one in said))
    _status, value, _said = imported(tmp_path, "RS", "--as", "search")
    assert (value["posts"], value["mentions"]) == (1, 1)
    _status, again, _said = imported(tmp_path, "RS", "--as", "search")
    assert (again["posts"], again["new"]) == (2, 1)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--as", "x"), "--as: expected community or search, got 'x'"),
        (("--format", "zip"), "--format: expected one of auto, archive, discord, reddit, slack"),
        (("--as", "search"), "a search needs a query"),
        ((), "not in a format that is recognised, which are: an archive"),
    ],
)
def test_wrong_words_are_answered_with_the_right_ones(
    tmp_path: Path, words: tuple[str, ...], problem: str
) -> None:
    (tmp_path / "a").write_text("hello")
    status, value, _said = imported(tmp_path, "a", *words)
    assert status == 1
    assert problem in value["error"]


def test_lines_come_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter((0.0, 3.0, 11.0, 12.0, 15.0))
    show = lines(lambda: next(times))
    for done in (100, 400, 500, 1000):
        show(done, 1000, done)
    assert capsys.readouterr().err.splitlines() == [
        "Importing: 40% of 1.0 KB, 400 read (11.0 s)",
        "Importing: 100% of 1.0 KB, 1,000 read (15.0 s)",
    ]


def test_sizes_are_for_people() -> None:
    assert [size(n) for n in (0, 999, 1_000, 1_234_567, 10**13)] == [
        "0 B",
        "999 B",
        "1.0 KB",
        "1.2 MB",
        "10.0 TB",
    ]


def test_demo_learns_the_end_of_any_record(tmp_path: Path) -> None:
    found = extent(dump(tmp_path, 3))
    assert (found.lines, found.end.timestamp()) == (3, reddit.NOON)
