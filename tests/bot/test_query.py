"""``laurels query`` as a user meets it: what a query means, and what it finds in a record."""

import gzip
import hashlib
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
FOUND = [
    {"platform": "discourse", "id": "1", "spans": [[3, 7]]},
    {"platform": "discourse", "id": "3", "spans": [[0, 4], [11, 15]]},
]


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


def test_person_reads_where_each_match_stands(tmp_path: Path) -> None:
    long = {"id": "5" * 40, "text": "so many words " * 9 + "acme " * 30, "channel": "help"}
    other = {"id": "1", "text": "acme", "platform": "reddit"}
    (tmp_path / "a.jsonl").write_bytes(archived(*POSTS, long, other))
    done = laurels(tmp_path, "query", "test", "acme", "--archive", "a.jsonl")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) == 80
    assert lines[:5] == [
        "discourse  1  2026-05-04",
        "  my [acme] is down",
        "discourse  3  2026-05-04",
        "  [Acme] it is [ACME]'s",
        f"discourse/help  {'5' * 40}  2026-05-04",
    ]
    assert lines[5].startswith("  …words so many words [acme] ")
    assert lines[6:] == [
        "reddit  1  2026-05-04", "  [acme]", "", "4 of 6 posts match (66.67 %).",
        "1 item could not be read.",
    ]  # fmt: skip


def test_hardly_any_is_not_none(tmp_path: Path) -> None:
    posts = [{"id": f"n{number}", "text": "hello"} for number in range(25_000)]
    (tmp_path / "a.jsonl").write_bytes(archived(POSTS[0], *posts))
    found = laurels(tmp_path, "query", "test", "acme", "--archive", "a.jsonl").stdout
    assert "1 of 25,001 posts match (<0.01 %)." in found
    none = laurels(tmp_path, "query", "test", "acne", "--archive", "a.jsonl").stdout
    assert "0 of 25,001 posts match (0.00 %)." in none


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_matches_before_a_damage_are_told_with_it(tmp_path: Path, more: tuple[str, ...]) -> None:
    words = (hashlib.sha256(bytes([one])).hexdigest() for one in range(200))
    posts = [{"id": str(at), "text": f"acme {word}"} for at, word in enumerate(words)]
    packed = gzip.compress(archived(*posts))
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    done = laurels(tmp_path, "query", "test", "acme", "--archive", "a.jsonl.gz", *more)
    assert done.returncode == 1
    assert re.match(r"laurels: a.jsonl.gz: damaged after .*; the matches are those", done.stderr)
    assert "is kept" not in done.stderr
    if more:
        found = value(done)
        assert found["matched"] == found["posts"]
        assert "damaged" in str(found["error"])
    else:
        assert "posts match (100.00 %)." in done.stdout


def test_limit_shortens_the_table_alone(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(archived(*POSTS))
    done = laurels(tmp_path, "query", "test", "acme", "--archive", "a.jsonl", "--limit", "1")
    assert "[ACME]" not in done.stdout
    assert "2 of 4 posts match (50.00 %).\nShown: the first 1; --limit N shows more." in done.stdout


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


@pytest.mark.parametrize(
    "words",
    [
        (b"test", b"caf\xe9", b"--archive", b"a.jsonl", b"--json"),
        (b"explain", b"caf\xe9", b"--json"),
        (b"backfill", b"caf\xe9", b"--json"),
    ],
)
def test_query_that_is_no_text_is_refused_in_text(tmp_path: Path, words: tuple[bytes]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "query", *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        check=False,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert "it is not valid UTF-8" in json.loads(done.stdout.decode())["error"]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--json",), "Put a command before it, one of: explain, test, tune, backfill, voice"),
        (("test", "--json", "--archive", "a", "-jobs x"), "laurels query test … -- '-jobs acme'"),
        (("explain", "--json", "-jobs x"), "laurels query explain … -- '-jobs acme'"),
    ],
)
def test_option_that_is_none_is_answered_with_the_way_out(
    tmp_path: Path, words: tuple[str, ...], problem: str
) -> None:
    done = laurels(tmp_path, "query", *words)
    assert done.returncode == 2
    assert problem in str(value(done)["error"])
    assert problem in done.stderr


@pytest.mark.parametrize(
    ("redirected", "problem"),
    [
        (">/dev/full", "stdout: No space left on device"),
        (">&-", "stdout: closed, so that the result could not be printed"),
        ("--json >/dev/full", "stdout: No space left on device"),
        ("--archive - <&-", "stdin is closed; name a file with --archive"),
    ],
)
def test_stream_that_is_full_or_closed_is_said_in_a_line(
    tmp_path: Path, redirected: str, problem: str
) -> None:
    (tmp_path / "a.jsonl").write_bytes(archived(*POSTS))
    done = subprocess.run(
        f"{sys.executable} -m bot.cli query test acme --archive a.jsonl {redirected}",
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        check=False,
        capture_output=True,
        shell=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"laurels: {problem}")


@pytest.mark.parametrize("more", ["", "--json"])
def test_output_that_cannot_show_a_letter_shows_the_rest(tmp_path: Path, more: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(archived({"id": "ü", "text": "acme – ü"}))
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "query", "test", "acme", "--archive", "a.jsonl",
         *more.split()],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path.cwd()), "PYTHONIOENCODING": "ascii"},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )  # fmt: skip
    if more:
        assert json.loads(done.stdout)["matches"][0]["id"] == "ü"
    else:
        assert "  [acme] ? ?" in done.stdout


INTERRUPTED_AT = """
import sys
from bot import cli

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Finder())
sys.argv = ["laurels", "query", "explain", "acme", "--json"]
cli.main()
"""


@pytest.mark.parametrize(
    "module", ["typer", "bot.program", "bot.settings", "bot.commands.explain", "listener.query"]
)
def test_ctrl_c_while_it_starts_is_one_object(tmp_path: Path, module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AT.format(module=module)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (130, "laurels: stopped\n")
    assert value(done) == {"error": "stopped"}


@pytest.mark.parametrize("words", [("tune",), ("backfill", "acme"), ("voice",)])
def test_where_nothing_was_heard_it_is_said_and_nothing_made(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = laurels(tmp_path, "query", *words)
    assert done.returncode == 1
    assert "nothing was heard yet; call laurels import FILE or laurels listen first" in done.stderr
    assert not list(tmp_path.iterdir())
