"""Strings of platforms are made fit for both databases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.clean import LONGEST_KEY, key, scrub


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("plain", "plain"),
        ("naïve 🎉", "naïve 🎉"),
        ("a\x00b", "a\ufffdb"),
        ("half \ud83d here", "half \ufffd here"),
    ],
)
def test_what_no_database_takes_is_replaced(text: str, scrubbed: str) -> None:
    assert scrub(text) == scrubbed


@given(st.text(st.characters(exclude_categories=[])))
def test_positions_stay_and_the_rest_can_be_written(text: str) -> None:
    assert len(scrub(text)) == len(text)
    assert "\x00" not in scrub(text)
    scrub(text).encode()


@given(st.text(st.characters(exclude_categories=[]), min_size=200, max_size=600))
def test_key_fits_its_column(value: str) -> None:
    assert len(key(value)) <= LONGEST_KEY
    assert key(key(value)) == key(value)


def test_long_ids_that_differ_at_the_end_stay_apart() -> None:
    assert key("x" * 400 + "1") != key("x" * 400 + "2")
