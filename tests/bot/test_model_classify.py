"""``laurels model classify``: texts given on the command line are judged."""

import json
import subprocess
import sys


def shown(*words: str) -> str:
    """What the command prints, in a process of its own."""
    command = [sys.executable, "-m", "bot.cli", "model", "classify", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_labels_are_shown_and_guesses_marked() -> None:
    told = shown("I love this update, thank you!", "J'adore, merci à vous")
    assert "positive" in told
    assert "? a guess: a person decides" in told
    assert max(map(len, told.splitlines())) <= 80


def test_json_has_every_task_of_a_judgement() -> None:
    (found,) = json.loads(shown("I love this update, thank you!", "--json"))["judgements"]
    tasks = {"sentiment", "emotion", "intent", "irony", "offensive", "complaint"}
    assert set(found) == {"text"} | tasks
    assert found["sentiment"]["name"] == "positive"
    assert found["sentiment"]["is_guess"] is False
