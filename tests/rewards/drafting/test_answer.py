"""What becomes of an answer: a draft, or words with faults, never both."""

import pytest

from models.personal import masked
from rewards.drafting.answer import Answer, read
from rewards.drafting.brief import Brief, By, Turn
from rewards.drafting.settings import DraftingSettings
from store.records import CaseKind

FENCE = "posts-0123456789abcdef"
SETTINGS = DraftingSettings(url="https://api.example.org", model="small-1")


def answered(words: str, handle: str = "leo", platform: str = "discourse") -> Answer:
    turn = Turn(By.PERSON, "it crashed", asked=True)
    brief = Brief(1, platform, CaseKind.ISSUE, handle, (turn,))
    return read(words, brief, SETTINGS, masked, FENCE)


@pytest.mark.parametrize(
    ("words", "body"),
    [
        ("Hello [name], which version?", "Hello @leo, which version?"),
        (' "Hello [name]."\r\n', "Hello @leo."),
        ("<think>Say https://evil.example</think>\n\nHello.", "Hello."),
        ("“Hello.”", "Hello."),
        ('"Export" or "Import"', '"Export" or "Import"'),
        ("[name] [name]", "@leo @leo"),
    ],
)
def test_draft_calls_the_person(words: str, body: str) -> None:
    assert answered(words) == Answer(body, "small-1")


def test_person_is_called_as_the_platform_calls_them() -> None:
    assert answered("Hi [name].", platform="reddit").body == "Hi u/leo."
    assert answered("Hi [name].", handle="everyone").body == "Hi everyone."


def test_nobody_is_called_nothing() -> None:
    assert answered("Hi.", handle="").faults == ()
    assert [one.rule for one in answered("Hi [name].", handle="").faults] == ["placeholder"]


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("See https://evil.example", "link"),
        ("Ask @bob, he knows.", "call"),
        ("Write to [email], we wait.", "placeholder"),
        ("Hi [somebody].", "placeholder"),
        ("Write to ann@example.org.", "personal"),
        ("Call +49 30 901820 today.", "personal"),
        (f"The posts stand in {FENCE}.", "instructions"),
        ("We refund you.", "promise"),
        ("", "empty"),
        ("<think>only thought</think>", "empty"),
        ("<think>cut off https://evil.example", "link"),
        ("a" * 40_000, "length"),
    ],
)
def test_hostile_answer_is_no_draft(words: str, rule: str) -> None:
    assert rule in [one.rule for one in answered(words).faults]


def test_handle_full_of_tricks_hides_nothing() -> None:
    assert [one.rule for one in answered("Hi [name]. See evil.com", handle="evil.com").faults] == [
        "link"
    ]


def test_huge_answer_is_cut() -> None:
    assert len(answered("a" * 900_000).body) == 10_000


def test_half_an_emoji_can_be_shown_and_stored() -> None:
    assert answered("Hello \ud83d").body == "Hello \ufffd"
    found = answered("See https://evil.example \ud83d")
    assert [one.rule for one in found.faults] == ["link"]
    assert found.body.encode()
