"""Texts in the columns of a terminal."""

import pytest

from bot.wrapping import shortened, wrapped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("forum", "forum"),
        ("eleven long", "eleven lo…"),
        ("0123456789", "0123456789"),
        ("東京太郎東京太郎", "東京太郎…"),
    ],
)
def test_what_is_too_wide_is_marked(text: str, shown: str) -> None:
    assert shortened(text, 10) == shown


def test_lines_are_parted_at_spaces_and_else_anywhere() -> None:
    assert wrapped("a " * 45) == [" ".join("a" * 40), " ".join("a" * 5)]
    assert [len(line) for line in wrapped("b" * 100)] == [80, 20]
