"""``laurels model why`` and ``laurels model behave`` with the shipped model."""

import json
import subprocess
import sys

import pytest

from bot import wiring
from bot.settings import Settings
from desk.reason import Unexplained
from models.judgement import Text
from models.settings import ModelSettings
from models.why import why

LONG = "The settings page lists the files by date. " * 60 + "I hate this awful app."


def asked(*words: str) -> "subprocess.CompletedProcess[str]":
    """A command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", "model", *words],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def shown(*words: str) -> str:
    """What a command prints."""
    done = asked(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_words_are_marked_and_weighed() -> None:
    told = shown("why", "I absolutely hate this update")
    assert told.startswith("sentiment: negative 0.")
    assert "[hate]" in told
    assert "without it  words" in told


@pytest.mark.parametrize("text", [LONG, "🙂" * 300, "a" * 500, "\x1b[31mred\x07 \u202eevil", ""])
def test_any_text_fits_a_terminal(text: str) -> None:
    told = shown("why", text)
    assert max(map(len, told.splitlines())) <= 80
    assert not {"\x1b", "\x07", "\u202e"} & set(told)


def test_json_has_the_places_in_the_text() -> None:
    text = "so good, thank you!"
    found = json.loads(shown("why", text, "--task", "emotion", "--json"))
    assert (found["task"], found["label"]) == ("emotion", "gratitude")
    assert [one["text"] for one in found["words"]] == ["so", "good", "thank", "you"]
    assert all(text[one["start"] : one["end"]] == one["text"] for one in found["words"])


def test_unknown_task_is_told() -> None:
    done = asked("why", "good", "--task", "mood")
    assert done.returncode == 1
    told = "has no head for mood; it has sentiment, emotion, intent, irony, offensive, complaint"
    assert told in done.stderr


def test_mood_towards_a_target_is_asked_for_by_its_words() -> None:
    text = "I love Acme. Globex is a disaster."
    assert shown("why", text, "--target", "Acme").startswith("towards Acme: positive 0.")
    found = json.loads(shown("why", text, "--task", "target", "--target", "Globex", "--json"))
    assert (found["task"], found["target"], found["label"]) == ("target", "Globex", "negative")
    assert max(found["words"], key=lambda one: one["weight"])["text"] == "disaster"
    assert "bolt does not stand in the text" in asked("why", text, "--target", "bolt").stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--task", "target"), "name it with --target WORDS"),
        (("--task", "irony", "--target", "Acme"), "goes with --task target, not with irony"),
        (("--target", "@"), "names nobody"),
    ],
)
def test_target_and_its_task_belong_together(words: tuple[str, ...], told: str) -> None:
    done = asked("why", "Acme is good", *words)
    assert done.returncode == 1
    assert told in done.stderr


def test_help_names_each_task_that_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    told = shown("why", "--help")
    judge = wiring.judge(Settings())
    assert [task for task in judge.tasks if task not in told] == []
    assert [why(judge, Text("It broke"), task).task for task in judge.tasks] == judge.tasks


def test_another_model_is_not_explained_by_the_bundled_one() -> None:
    with pytest.raises(Unexplained, match=r"set models\.hub to null"):
        wiring.explain(Settings(models=ModelSettings(hub="other")))("good", None, "sentiment")


def test_desk_is_told_the_words_in_their_order() -> None:
    found = wiring.explain(Settings())("It is terrible, I hate it", "Update", "sentiment")
    assert found.text == "Update. It is terrible, I hate it"
    assert found.label == "negative"
    starts = [one.start for one in found.words]
    assert starts == sorted(starts) != []


def test_behaviour_is_told_by_capability_with_its_failures() -> None:
    found = json.loads(shown("behave", "--json"))
    assert found["probes"] >= 240
    assert found["passed"] == found["judged"] - len(found["failures"])
    assert found["pass_rate"] == round(found["passed"] / found["judged"], 4)
    told = shown("behave", "--limit", "2")
    assert max(map(len, told.splitlines())) <= 80
    assert f"{found['passed']} of {found['judged']} probes passed" in told
    assert "more failures; --limit N shows them" in told


def test_guess_is_told() -> None:
    assert "? (a guess: a person decides)" in shown("why", "مرحبا الخدمة سيئة جدا")
    assert json.loads(shown("why", "I love it, thank you!", "--json"))["is_guess"] is False
