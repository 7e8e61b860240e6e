"""Irony: praise for something that went wrong."""

import pytest

from models.irony import irony


@pytest.mark.parametrize(
    "text",
    [
        "Oh great, another update that eats my notes. Love it.",
        "Fantastic, the app crashed again during my talk",
        "love how it deletes everything every single time",
    ],
)
def test_praise_for_trouble_keeps_the_heads_word(text: str) -> None:
    assert irony(0.9, text).name == "irony"


@pytest.mark.parametrize(
    "text",
    [
        "Thank you so much, that fixed the crash!",
        "green for an hour now. appreciate it!",
        "Lovely work on the editor",
        "The app crashed again during my talk",
    ],
)
def test_warm_thanks_and_plain_trouble_are_literal(text: str) -> None:
    label = irony(0.9, text)
    assert label.name == "literal"
    assert label.confidence > 0.5


def test_words_alone_are_not_enough() -> None:
    assert irony(0.2, "Oh great, another update that eats my notes").name == "literal"
