"""What a command prints."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.terminal import columns, counted, emit, plain, progress


def test_columns_line_up_whatever_the_script() -> None:
    rows = [("1", "ann", "10"), ("12", "東京太郎", "5")]
    assert columns(rows, right=frozenset({0, 2})) == " 1  ann       10\n12  東京太郎   5"
    assert columns([]) == ""


def test_cells_are_no_commands_to_the_terminal() -> None:
    assert columns([("\x1b[2Jann", "1"), ("bob\n", "2")]) == " [2Jann  1\nbob      2"


def test_numbers_have_their_nouns() -> None:
    told = [counted(n, "post") for n in (0, 1, 1_000)]
    assert told == ["0 posts", "1 post", "1,000 posts"]


def test_commands_to_a_terminal_are_spaces() -> None:
    assert plain("\x1b[2Ja\x9b1m\r\u202eü 東") == " [2Ja 1m  ü 東"


def test_object_or_text_never_both(capsys: pytest.CaptureFixture[str]) -> None:
    emit({"a": "ü"}, "for you", as_json=True)
    assert json.loads(capsys.readouterr().out) == {"a": "ü"}
    emit({"a": 1}, "for you", as_json=False)
    assert capsys.readouterr().out == "for you\n"


def test_moments_and_paths_are_text_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    moment = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    emit({"at": moment, "on": moment.date(), "in": Path("a/b")}, "", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told == {"at": "2026-01-02T03:04:00+00:00", "on": "2026-01-02", "in": "a/b"}
    with pytest.raises(TypeError, match="timedelta has no form in JSON"):
        emit({"every": timedelta(days=7)}, "", as_json=True)


def test_progress_off_a_terminal_is_a_line_a_stage(capsys: pytest.CaptureFixture[str]) -> None:
    with progress({"hear": "Hearing", "act": "Acting"}) as show:
        show("hear", 1, 2)
        show("hear", 2, 2)
        show("hear", 2, 2)
        show("act", 0, 0)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert [line.split(" (")[0] for line in shown.err.splitlines()] == ["Hearing: 2", "Acting: 0"]
