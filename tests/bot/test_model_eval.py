"""``laurels model eval`` with the shipped model."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from models.weights_file import BUNDLED, describe_again, load
from tests.bot.terminals import shown, started

FIGURES = {
    *("n", "macro_recall", "macro_f1", "accuracy", "per_label", "ece", "coverage"),
    *("accuracy_at_80", "posts_per_second", "model"),
}


def _eval(
    folder: Path, task: str, *rows: object, here: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", "model", "eval", task, str(path), "--json"],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=here,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )


def test_every_row_is_scored_and_every_figure_there(tmp_path: Path) -> None:
    done = _eval(
        tmp_path,
        "sentiment",
        {"text": "I love it, works great!", "label": "positive"},
        {"text": "Terrible. I hate this, it broke again.", "label": "negative"},
        {"text": "", "label": "neutral"},
    )
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert set(found) == FIGURES
    assert (found["n"], found["accuracy"], found["macro_recall"]) == (3, 1.0, 1.0)
    assert set(found["per_label"]["positive"]) == {"precision", "recall", "f1", "n"}


def test_text_without_words_is_scored_and_not_told(tmp_path: Path) -> None:
    rows = [
        {"text": "I love it, works great!", "label": "positive"},
        {"text": "https://a.example/b", "label": "neutral"},
        {"text": "", "label": "neutral"},
        {"text": "I hate it, it broke again.", "label": "negative"},
    ]
    found = json.loads(_eval(tmp_path, "sentiment", *rows).stdout)
    assert (found["n"], found["accuracy"], found["coverage"]) == (4, 1.0, 0.5)
    emotions = [
        {"text": "Thank you so much for the help!", "labels": ["gratitude"]},
        {"text": " ", "labels": ["neutral"]},
    ]
    assert json.loads(_eval(tmp_path, "emotion", *emotions).stdout)["coverage"] == 0.5


def test_neutral_is_not_chosen_where_no_row_is(tmp_path: Path) -> None:
    rows = [
        {"text": "The new acme arrives on Monday.", "target": "acme", "label": "positive"},
        {"text": "acme is the worst", "target": "acme", "label": "negative"},
    ]
    assert set(json.loads(_eval(tmp_path, "target", *rows).stdout)["per_label"]) <= {
        "positive",
        "negative",
    }


def test_mood_towards_a_target_is_read_apart_from_that_of_the_whole(tmp_path: Path) -> None:
    text = "I love Acme. Globex is a disaster."
    rows = [
        {"text": text, "target": "Acme", "label": "positive"},
        {"text": text, "target": "Globex", "label": "negative"},
    ]
    found = json.loads(_eval(tmp_path, "target", *rows).stdout)
    assert (found["accuracy"], found["model"]) == (1.0, load(BUNDLED).name)


def test_target_that_is_not_in_the_text_is_told_of(tmp_path: Path) -> None:
    rows = [
        {"text": "acme is wonderful", "target": "acme", "label": "positive"},
        {"text": "it is wonderful", "target": "acme", "label": "positive"},
    ]
    done = _eval(tmp_path, "target", *rows)
    assert set(json.loads(done.stdout)) == FIGURES
    assert "1 target of 2 not found in the text" in done.stderr


def test_guess_of_the_whole_mood_is_no_answer_towards_a_target(tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    shutil.copytree(BUNDLED, weights)
    before = load(weights)
    unnamed = {"spare" if head == "target" else head: n for head, n in before.heads.items()}
    describe_again(weights, replace(before, heads=unnamed))
    (tmp_path / "config.yaml").write_text("models: {path: weights}\n")
    rows = [
        {"text": "acme is wonderful, I love it!", "target": "acme", "label": "positive"},
        {"text": "J'adore acme, c'est vraiment génial !", "target": "acme", "label": "positive"},
        {"text": "acme is on the phone", "target": "acme", "label": "neutral"},
    ]
    found = json.loads(_eval(tmp_path, "target", *rows, here=tmp_path).stdout)
    assert "by the mood of the whole text" in found["model"]
    assert found["coverage"] == pytest.approx(2 / 3, abs=0.001)


def test_emotions_may_be_several_and_languages_are_told(tmp_path: Path) -> None:
    found = json.loads(
        _eval(
            tmp_path,
            "emotion",
            {"text": "Thank you so much for the help!", "labels": ["gratitude"]},
            {"text": "I am so angry about this", "labels": ["anger", "annoyance"]},
        ).stdout
    )
    assert found["per_label"]["gratitude"]["f1"] == 1.0
    rows = [{"text": "Das Wetter ist heute wirklich sehr schön", "label": "german"}]
    assert json.loads(_eval(tmp_path, "language", *rows).stdout)["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("task", "row", "told"),
    [
        ("mood", {"text": "a", "label": "positive"}, "'mood' is no task; there are sentiment"),
        ("sentiment", {"text": "a", "label": "angry"}, "line 1: has the label 'angry'"),
    ],
)
def test_what_cannot_be_measured_is_told(
    tmp_path: Path, task: str, row: dict[str, str], told: str
) -> None:
    done = _eval(tmp_path, task, row)
    assert done.returncode == 1
    assert told in json.loads(done.stdout)["error"]


def test_long_error_is_lines_on_a_terminal_and_a_line_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "a", "label": "angry"}\n', encoding="utf-8")
    words = ("model", "eval", "emotion", "rows.jsonl")
    process, ours = started(tmp_path, *words)
    lines = shown(ours).splitlines()
    assert process.wait(60) == 1
    assert process.communicate()[0] == ""
    assert len(lines) > 2
    assert max(map(len, lines)) <= 80
    piped = subprocess.run(
        [sys.executable, "-m", "bot.cli", *words],
        check=False, capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert piped.stderr.splitlines() == [" ".join(lines)]
