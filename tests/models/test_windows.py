"""Long texts: which windows are read, and what becomes of their answers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.classifier import OnnxClassifier
from models.heads import MAX_TOKENS, TRAINED, clipped
from models.judgement import Text
from models.windows import MOST, pooled, windows

STOPS = frozenset({7})
PLAIN = "The second page lists the files of the folder by name. "
WIDTHS = {"sentiment": 3, "emotion": 2, "offensive": 2}


@given(st.lists(st.integers(0, 50), min_size=1, max_size=4_000))
def test_windows_cover_a_text_and_fit_the_network(ids: list[int]) -> None:
    first, *others = windows(ids, STOPS)
    assert first == clipped(ids)
    assert all(len(one) <= MAX_TOKENS for one in others)
    assert sum(len(one) - 2 for one in others) == max(0, len(ids) - MAX_TOKENS)


def test_text_beyond_the_longest_is_read_evenly() -> None:
    first, *others = windows(list(range(20_000)), STOPS)
    assert first[0] == 0
    assert len(others) == MOST
    assert others[-1][1] > 19_000


def test_word_less_changes_the_windows_around_it_only() -> None:
    ids = np.random.default_rng(3).integers(0, 20, 3_000).tolist()
    before = windows(ids, STOPS)
    after = windows(ids[:1_000] + ids[1_010:], STOPS)
    new = [one for one in after if one not in before]
    assert len(after) > 20
    assert len(new) <= len(after) // 3


def test_window_that_says_something_counts_more_than_plain_ones() -> None:
    plain, sad = [-2.0, 2.0, -2.0, -3.0, -3.0, 3.0, -3.0], [3.0, -1.0, -1.0, -3.0, 3.0, -3.0, 3.0]
    rows = np.array([plain, *[plain] * 9, sad], dtype=np.float32)
    found = pooled(rows, WIDTHS)
    negative, neutral, _ = np.exp(found[:3])
    assert neutral > negative > 0.15
    assert found[6] > found[5], "as offensive as its worst window"
    assert found[3] < found[4] < 0.0, "an emotion of one window is in a tenth of the text"
    assert pooled(rows[:1], WIDTHS).tolist() == plain


def test_mood_towards_a_target_is_told_where_it_is_named() -> None:
    widths = {"target": 3, "irony": 2}
    fond, angry = [-3.0, 0.0, 3.0, 1.0, -1.0], [3.0, 0.0, -3.0, 1.0, -1.0]
    rows = np.array([fond, fond, angry, fond], dtype=np.float32)
    towards = pooled(rows, widths, [False, False, True, False])
    assert int(towards[:3].argmax()) == 0
    assert np.allclose(towards[3:], pooled(rows, widths)[3:]), "what else it tells stays"
    assert int(pooled(rows, widths, [True, False, True, False])[:3].argmax()) == 2
    assert np.array_equal(pooled(rows, widths, [False] * 4), pooled(rows, widths))


def test_mood_towards_us_is_found_in_a_long_text() -> None:
    text = PLAIN * 90 + "I hate Acme, it is awful. " + PLAIN * 90
    moods = OnnxClassifier().towards([text], ["Acme"])
    assert moods is not None
    assert (moods[0].name, moods[0].is_guess) == ("negative", False)


def test_what_stands_in_the_middle_is_read() -> None:
    classifier = OnnxClassifier()
    texts = [PLAIN * 180, PLAIN * 90 + "You are all idiots, shut up you morons. " + PLAIN * 90]
    assert len(texts[1]) > 9_900
    calm, rude = classifier.classify([Text(text) for text in texts])
    assert (calm.offensive.name, rude.offensive.name) == ("inoffensive", "offensive")


def test_short_texts_are_read_as_ever() -> None:
    classifier = OnnxClassifier(threads=1)
    found = classifier.read(["it crashes", PLAIN * 60, "it crashes"])
    assert found.shape == (3, sum(TRAINED.values()))
    assert np.array_equal(found[0], found[2])
