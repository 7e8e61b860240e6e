"""Preparing text: the same words reach the model however a platform wraps them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text import MAX_CHARS, prepare, says_nothing


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("@Ann_B see https://a.example/x?y=1 now", "@user see http now"),
        ("mail ann@b.example", "mail ann@b.example"),
        ("a &amp; b &lt;3", "a & b <3"),
        ("<b>bold</b> <script>alert(1)</script>", "bold alert(1)"),
        ("> you said\nno I did not", "no I did not"),
        ("> only a quote", "> only a quote"),
        ("try ```rm -rf``` then", "try code then"),
        ("use `pip install`", "use pip install"),
        ("[docs](https://a.example) help", "docs help"),
        ("soooooo good!!!!!!", "sooo good!!!"),
        ("nice \U0001f600\U0001f44d\U0001f3fd", "nice grinning face thumbs up sign"),
        (":thumbs_up: <:leaf_love:123456789> at 10:30:20", "thumbs up leaf love at 10:30:20"),
        ("zero\u200bwidth", "zerowidth"),
        ("tab\tand\nline", "tab and line"),
        ("", ""),
    ],
)
def test_wrapping_is_removed(raw: str, wanted: str) -> None:
    assert prepare(raw) == wanted


@pytest.mark.parametrize(
    ("raw", "nothing"),
    [
        *(
            ("", True),
            ("\u200b", True),
            ("https://a.example/b", True),
            ("@ann: www.b.example", True),
        ),
        *(("@ann, @bo", True), ("- https://a.example.", True), ("ok https://a.example", False)),
        *(
            (":(", False),
            (":|", False),
            ("?", False),
            ("\U0001f44d", False),
            ("7", False),
            ("...", True),
        ),
    ],
)
def test_addresses_and_handles_alone_say_nothing(raw: str, *, nothing: bool) -> None:
    assert says_nothing(prepare(raw)) is nothing


def test_title_comes_first() -> None:
    assert prepare("It stops.", "Sync") == "Sync. It stops."


def test_long_text_keeps_beginning_and_end() -> None:
    text = prepare("begin " + "word " * MAX_CHARS + "end")
    assert text.startswith("begin")
    assert text.endswith("end")
    assert len(text) <= MAX_CHARS + 1


@given(st.text())
def test_any_text_becomes_one_clean_line(text: str) -> None:
    prepared = prepare(text)
    assert prepared == prepared.strip()
    assert "\n" not in prepared


def test_half_a_character_is_a_mark_for_one() -> None:
    assert prepare("so \ud800 good") == "so \ufffd good"
