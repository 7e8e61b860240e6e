"""Who answers whom, and whom a thank-you is for."""

from datetime import timedelta

from models.conversation import Turn, answered, helped_by
from tests.posts import MOMENT

NAMES = {"ann": 1, "bob": 2, "cem": 3, "dot": 4}


def talk(*lines: str, flat: bool = True) -> list[Turn]:
    """Turns from ``name/intent: text``, a minute apart; ``name/intent^2`` answers turn 2."""
    turns = []
    for number, text in enumerate(lines):
        head, _, words = text.partition(": ")
        name, _, intent = head.partition("/")
        intent, _, parent = intent.partition("^")
        at = MOMENT + timedelta(minutes=number)
        turns.append(
            Turn(number, NAMES[name], name, at, words, intent, intent == "thanks",
                 int(parent) if parent else None, flat)
        )  # fmt: skip
    return turns


def answers(turns: list[Turn], at: int) -> int | None:
    """Id of the turn that is answered."""
    found = answered(turns, at)
    return None if found is None else found.id


def helpers(turns: list[Turn], at: int) -> list[int]:
    """Ids of the turns that the thanks is for."""
    return [turn.id for turn in helped_by(turns, at)]


def test_platform_reference_wins_over_the_rules() -> None:
    turns = talk("ann/question: a?", "bob/question: b?", "cem/answer^0: @bob try c")
    assert answers(turns, 2) == 0


def test_named_person_is_answered() -> None:
    turns = talk("ann/question: a?", "bob/question: b?", "cem/answer: @ann try c")
    assert answers(turns, 2) == 0
    colon = talk("ann/question: a?", "bob/question: b?", "cem/answer: ann: try c")
    assert answers(colon, 2) == 0


def test_who_called_me_is_answered() -> None:
    turns = talk("ann/other: @bob hi", "cem/other: lunch", "bob/other: hello")
    assert answers(turns, 2) == 0


def test_question_opens_a_conversation() -> None:
    turns = talk("ann/other: hi", "bob/question: how?")
    assert answers(turns, 1) is None


def test_turn_in_a_thread_without_reference_answers_nobody() -> None:
    turns = talk("ann/question: a?", "bob/answer: so", flat=False)
    assert answers(turns, 1) is None


def test_thanks_by_name_goes_to_their_last_answer() -> None:
    turns = talk(
        "ann/question: a?", "bob/answer: do it", "bob/other: brb", "cem/answer: or so",
        "ann/thanks: thanks @bob",
    )  # fmt: skip
    assert helpers(turns, 4) == [1]


def test_thanks_may_name_several() -> None:
    turns = talk("ann/question: a?", "bob/answer: x", "cem/answer: y", "ann/thanks: ty @bob @cem")
    assert sorted(helpers(turns, 3)) == [1, 2]


def test_unnamed_thanks_goes_to_who_answered_the_question() -> None:
    turns = talk("ann/question: how?", "bob/answer: like so", "ann/thanks: thanks!")
    assert helpers(turns, 2) == [1]


def test_thanks_without_anybody_else_helps_nobody() -> None:
    assert helpers(talk("ann/question: how?", "ann/thanks: thanks!"), 1) == []
    assert helpers(talk("ann/thanks: thanks @dot"), 0) == []


def test_reply_with_thanks_goes_to_the_post_answered() -> None:
    turns = talk(
        "ann/question: how?", "bob/answer^0: so", "cem/answer^0: or", "ann/thanks^1: ty",
        flat=False,
    )  # fmt: skip
    assert helpers(turns, 3) == [1]


def test_thanks_on_ones_own_question_goes_to_the_answer_before() -> None:
    turns = talk("ann/question: how?", "bob/answer^0: so", "ann/thanks^0: thanks all", flat=False)
    assert helpers(turns, 2) == [1]
