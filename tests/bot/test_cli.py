"""The command line as a user meets it."""

import io
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from bot.commands.init import wants_to_listen
from bot.program import SECTIONS, Group, app
from bot.replay import SHIPPED

COMMANDS = [
    *("init", "demo", "run", "import", "listen", "understand", "decide", "deliver", "experts"),
    *("leaderboard", "desk", "migrate", "check", "backup", "query", "model", "budget", "people"),
    "purge",
]


def laurels(place: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """A command in that folder."""
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *words],
        cwd=place,
        env=os.environ | {"PYTHONPATH": str(Path.cwd()), "NO_COLOR": "1"},
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


def value(done: "subprocess.CompletedProcess[str]") -> dict[str, object]:
    """The one object on stdout."""
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert isinstance(found, dict)
    return found


def test_help_names_every_command(tmp_path: Path) -> None:
    done = laurels(tmp_path, "--help")
    assert done.returncode == 0
    assert not [name for name in COMMANDS if name not in done.stdout]


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, bot.cli, bot.program; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"sqlalchemy", "onnxruntime", "numpy", "fastapi", "transformers", "yaml"} & {*loaded}


@pytest.mark.parametrize(
    "words",
    [
        ("experts",),
        ("leaderboard",),
        ("listen",),
        ("understand",),
        ("decide",),
        ("deliver",),
        ("migrate",),
        ("query", "explain", 'acme OR "acme cloud"'),
        ("desk", "--link"),
    ],
)
def test_json_is_one_object_and_empty_is_success(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = laurels(tmp_path, *words, "--json")
    assert done.returncode == 0, done.stderr
    assert value(done)


def test_import_twice_adds_nothing_and_reports_bad_lines(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    good = SHIPPED.read_text(encoding="utf-8").splitlines()[:20]
    archive.write_text("\n".join([*good[:5], "{broken", *good[5:]]) + "\n", encoding="utf-8")
    first, second = (laurels(tmp_path, "import", "a.jsonl", "--json") for _ in range(2))
    assert (value(first)["new"], value(first)["rejected"]) == (20, 1)
    assert (value(second)["new"], value(second)["rejected"]) == (0, 1)
    (line,) = (tmp_path / "a.jsonl.rejects.jsonl").read_text().splitlines()
    assert json.loads(line)["number"] == 6


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("import", "none.jsonl"), "none.jsonl: No such file or directory"),
        (("query", "explain", '"open'), "quotation mark is never closed"),
        (("leaderboard", "--month", "2026-13"), "--month: expected YYYY-MM"),
        (("experts", "--config", "none.yaml"), "none.yaml: No such file or directory"),
        (("init",), "--brand: name the brand to listen for"),
        (("listen", "rss", "--base-url", "x"), "--base-url: expected http://… or https://…"),
        (("listen", "--source", "zz"), "no source or connector is called 'zz'"),
        (("demo", "--archive", "none.jsonl", "--no-desk"), "none.jsonl: No such file"),
    ],
)
def test_failure_is_a_line_that_names_the_thing(
    tmp_path: Path, words: tuple[str, ...], problem: str
) -> None:
    done = laurels(tmp_path, *words)
    assert done.returncode == 1
    assert problem in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_failure_with_json_is_an_object_too(tmp_path: Path) -> None:
    done = laurels(tmp_path, "leaderboard", "--month", "x", "--json")
    assert done.returncode == 1
    assert "YYYY-MM" in str(value(done)["error"])


def test_init_writes_settings_that_check_accepts(tmp_path: Path) -> None:
    done = laurels(tmp_path, "init", "--brand", "Acme Cloud", "--own", "acme")
    assert done.returncode == 0
    written = yaml.safe_load((tmp_path / "config.yaml").read_text())
    assert written["listener"]["queries"] == [{"name": "brand", "query": '"Acme Cloud"'}]
    assert written["rewards"]["own_handles"] == ["acme"]
    parts = value(laurels(tmp_path, "check", "--json"))["parts"]
    assert isinstance(parts, list)
    assert parts[0] == {
        "name": "settings",
        "state": "ok",
        "detail": "config.yaml is understood",
        "ok": True,
    }
    again = laurels(tmp_path, "init", "--brand", "x")
    assert again.returncode == 1
    assert "in a folder of your own, or name another file with --path" in again.stderr
    other = laurels(tmp_path, "init", "--brand", "x", "--path", "other.yaml")
    assert "`laurels run --config other.yaml`" in other.stdout


class _Terminal(io.StringIO):
    """Where a person types the answers."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("answers", "is_yes", "asked_again"),
    [("\n", True, 0), ("Yes\n", True, 0), ("no\n", False, 0), ("ja\nmaybe\ny\n", True, 2)],
)
def test_wrong_answer_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, answers: str, is_yes: bool, asked_again: int
) -> None:
    told = _Terminal()
    monkeypatch.setattr(sys, "stdin", _Terminal(answers))
    monkeypatch.setattr(sys, "stderr", told)
    assert wants_to_listen(asked=False) is is_yes
    assert told.getvalue().count("Answer y or n") == asked_again


def test_readme_begins_in_a_folder_of_ones_own(tmp_path: Path) -> None:
    words = shlex.split(_first_of_own_brand(), comments=True)
    assert words[0] == "laurels"
    clone = tmp_path / "clone"
    clone.mkdir()
    shutil.copy("config.yaml", clone)
    assert laurels(clone, *words[1:]).returncode == 1
    (own := tmp_path / "acme").mkdir()
    assert laurels(own, *words[1:]).returncode == 0


def _first_of_own_brand() -> str:
    text = Path("README.md").read_text(encoding="utf-8")
    section = text.partition("## Use it for your own brand")[2]
    before, _, after = section.partition("    laurels ")
    assert "mkdir ../acme && cd ../acme" in before
    return "laurels " + after.partition("\n")[0]


def test_backup_is_a_store_and_never_replaces_a_file(tmp_path: Path) -> None:
    laurels(tmp_path, "migrate")
    assert laurels(tmp_path, "backup", "copy.db").returncode == 0
    assert (tmp_path / "copy.db").read_bytes().startswith(b"SQLite format 3")
    assert "is there already" in laurels(tmp_path, "backup", "copy.db").stderr


def test_backup_keeps_what_the_corrections_made_of_the_model(tmp_path: Path) -> None:
    laurels(tmp_path, "migrate")
    plain = json.loads(laurels(tmp_path, "backup", "plain.db", "--json").stdout)
    assert plain["adapted"] is None
    assert not (tmp_path / "plain.db.adapted").exists()
    made = {"1.undone": b"one", "2.npz": b"two"}
    folder = tmp_path / ".laurels" / "adapted"
    folder.mkdir()
    for name, content in made.items():
        (folder / name).write_bytes(content)
    (folder / "3.77.half").write_bytes(b"unfinished")
    told = laurels(tmp_path, "backup", "copies/of.db").stdout
    assert "copies/of.db.adapted" in told
    assert "copy it to .laurels/adapted" in told
    copied = tmp_path / "copies" / "of.db.adapted"
    assert {one.name: one.read_bytes() for one in copied.iterdir()} == made
    (tmp_path / "copies" / "of.db").unlink()
    assert "of.db.adapted is there already" in laurels(tmp_path, "backup", "copies/of.db").stderr


def test_demo_says_at_once_that_its_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = laurels(tmp_path, "demo", "--json", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "choose another with --port" in str(value(done)["error"])


def test_number_that_leaves_the_calendar_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("rewards: {fresh_days: 9999999999}")
    done = laurels(tmp_path, "understand")
    assert done.returncode == 1
    assert "rewards.fresh_days: from 0 to 100,000" in done.stderr


def test_reader_that_leaves_early_is_no_reason_for_a_traceback(tmp_path: Path) -> None:
    ours, its = os.pipe()
    os.close(ours)
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "query", "explain", "acme"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        check=False,
        stdout=its,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
    )
    os.close(its)
    assert (done.returncode, done.stderr) == (1, "")


def paths() -> list[tuple[str, ...]]:
    """Every command and group, by its words."""
    found: list[tuple[str, ...]] = [()]
    for one in (command for section in SECTIONS.values() for command in section):
        if isinstance(one, Group):
            found += [
                (one.name,),
                *((one.name, each.__name__.rstrip("_")) for each in one.commands),
            ]
        else:
            found.append((one.__name__.rstrip("_"),))
    return found


@pytest.mark.parametrize("words", paths(), ids=" ".join)
def test_help_fits_a_terminal_and_leaves_nothing_out(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "80"}).output
    assert max(map(len, shown.splitlines())) <= 80
    assert "..." not in re.sub(r"[\]}]\.\.\.", "", shown), "nothing is cut off"
    options = re.split(r"\n(?=  -)", shown.partition("Options:\n")[2])
    assert all(re.match(r" *--\S+(?: / --\S+)?(?: [A-Z]\S*)?\s\s+\S", one) for one in options)


def test_help_gives_each_command_one_line() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80"}).output
    rows = re.findall(r"^  (\w+)  +\S", shown, re.MULTILINE)
    assert rows == [words[0] for words in paths() if len(words) == 1]
    assert not re.findall(r"^ {4,}\S", shown, re.MULTILINE), "no summary needs a second line"


def test_version_is_told() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"laurels {version('laurels')}\n"


def test_personal_data_in_wrong_usage_is_masked(tmp_path: Path) -> None:
    done = laurels(tmp_path, "check", "ann@example.org", "--json")
    assert done.returncode == 2
    assert "([email])" in str(value(done)["error"])
    assert "([email])" in done.stderr
    assert "ann@" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("listen", "--nope"), "No such option: --nope"),
        (("import",), "Missing argument 'FILE'"),
        (("experts", "--limit", "x"), "Invalid value for '--limit'"),
        (("desk", "--port", "99999"), "Invalid value for '--port'"),
        (("demo", "--port", "-1"), "Invalid value for '--port'"),
        (("nope",), "No such command 'nope'"),
    ],
)
def test_wrong_usage_with_json_is_an_object_too(
    tmp_path: Path, words: tuple[str, ...], problem: str
) -> None:
    done = laurels(tmp_path, *words, "--json")
    assert done.returncode == 2
    assert problem in str(value(done)["error"])
    assert "Usage: laurels" in done.stderr
    assert laurels(tmp_path, *words).stdout == ""
