"""Which words moved a verdict."""

import pytest

from models.classifier import OnnxClassifier
from models.judgement import Text
from models.weights_file import ModelError
from models.why import Why, why
from tests.fakes import WordJudge

FILL = "one two three four five six seven eight nine ten"


def moved(found: Why) -> list[str]:
    """The words that moved the verdict, the weightiest first."""
    return [found.text[one.start : one.end] for one in found.moving]


def test_word_weighs_what_the_verdict_owes_to_it() -> None:
    found = why(WordJudge(), Text("it is so good today"))
    assert (found.task, found.label, found.confidence) == ("sentiment", "positive", 0.94)
    left = {found.text[one.start : one.end]: one.without for one in found.passages}
    assert left == {"it": 0.94, "is": 0.94, "so": 0.7, "good": 0.1, "today": 0.94}
    assert [one.weight for one in found.passages] == [0, 0, 1.9, 4.95, 0]
    assert moved(found) == ["good", "so"]


def test_word_against_the_verdict_weighs_below_zero() -> None:
    found = why(WordJudge(), Text("good good bad"))
    assert found.label == "positive"
    assert {one.weight > 0 for one in found.passages if one.end == 13} == {False}


def test_words_of_which_one_would_do_are_named() -> None:
    assert moved(why(WordJudge(), Text("good and good"))) == ["good", "good"]


def test_short_text_is_read_alone_and_takes_one_batch() -> None:
    judge = WordJudge()
    why(judge, Text(f"{FILL} {FILL}"))
    assert judge.asked == [1, 21]


@pytest.mark.parametrize("repeats", [3, 6, 200])
def test_long_text_is_opened_where_it_weighs_most(repeats: int) -> None:
    judge = WordJudge()
    found = why(judge, Text(f"{f'{FILL} ' * repeats}bad {f'{FILL} ' * repeats}"))
    assert moved(found) == ["bad"]
    assert sum(judge.asked) <= 25 + 10 * (len(judge.asked) - 1), "each round opens two passages"
    assert len(judge.asked) <= 6


def test_passages_hold_every_word_once() -> None:
    found = why(WordJudge(), Text(f"{FILL} bad {f'{FILL} ' * 9}good"))
    words = " ".join(found.text[one.start : one.end] for one in found.passages).split()
    assert words == found.text.split()


def test_title_counts_and_places_are_of_the_whole() -> None:
    found = why(WordJudge(), Text("it is here", "So good"))
    assert found.text == "So good. it is here"
    assert [(one.start, one.end) for one in found.passages][:2] == [(0, 2), (3, 7)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I **love** it!!!", ["I", "love", "it"]),
        ("good:) 👍🏽👍 :(", ["good", "👍🏽👍", ":("]),
        ("> quoted\n- listed", ["quoted", "listed"]),
        ("don't @leo #tag 2.5", ["don't", "@leo", "#tag", "2.5"]),
        ("太好了，谢谢你们 ok", ["太好了", "，", "谢谢你们", "ok"]),
        ("gr\u200beat שלום", ["gr\u200beat", "שלום"]),
        ("", []),
        (" \n\u200b", ["\u200b"]),
    ],
)
def test_words_are_found_in_any_text(text: str, words: list[str]) -> None:
    found = why(WordJudge(), Text(text))
    assert [found.text[one.start : one.end] for one in found.passages] == words


def test_task_without_a_head_is_told() -> None:
    with pytest.raises(ModelError, match="words-1 has no head for mood; it has sentiment"):
        why(WordJudge(), Text("good"), "mood")


def test_shipped_model_names_the_word_that_counts() -> None:
    judge = OnnxClassifier()
    assert "terrible" in moved(why(judge, Text("The new layout is terrible on my phone")))[:1]
    assert "Thank" in moved(why(judge, Text("Thank you, it works now"), "intent"))
    assert why(judge, Text("😡" * 3)).passages
