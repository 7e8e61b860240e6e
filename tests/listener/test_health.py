"""The state of a source as a person reads it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from listener.health import Health, health, needs_attention, span, told
from store.cursors import CursorState
from tests.posts import MOMENT

WELL = CursorState("hn", "17", MOMENT - timedelta(minutes=4))
FAILED = replace(
    WELL,
    error="Hacker News: hn.algolia.com fails (HTTP 503) for acme",
    failing_since=MOMENT - timedelta(hours=26),
    failures=9,
    retry_at=MOMENT + timedelta(minutes=31),
)
STOPPED = replace(FAILED, permanent=True, retry_at=None)


@pytest.mark.parametrize(
    ("state", "word", "attention"),
    [
        (CursorState("hn", None, None), Health.UNHEARD, False),
        (WELL, Health.LISTENING, False),
        (replace(FAILED, failures=1), Health.HICCUP, False),
        (FAILED, Health.FAILING, True),
        (STOPPED, Health.STOPPED, True),
    ],
)
def test_word_for_a_state(state: CursorState, word: Health, attention: bool) -> None:
    assert health(state) is word
    assert needs_attention(state) is attention


def test_sentence_says_since_when_why_and_what_next() -> None:
    assert told(None, MOMENT) == "not heard yet"
    assert told(WELL, MOMENT) == "listening; last asked 4 min ago"
    assert told(FAILED, MOMENT) == (
        "failing for 26 h (9 times); next try in 31 min: "
        "Hacker News: hn.algolia.com fails (HTTP 503) for acme"
    )
    assert "next try is due" in told(replace(FAILED, retry_at=MOMENT), MOMENT)
    assert told(STOPPED, MOMENT).startswith("stopped for 26 h, a person is needed: Hacker News")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0 s"), (59, "59 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (180_000, "2 d")],
)
def test_length_of_time_in_a_word(seconds: int, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words
