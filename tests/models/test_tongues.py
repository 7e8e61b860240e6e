"""The head for other languages: who judges what, and that it learns from a few texts."""

from pathlib import Path

import numpy as np
import pytest

from models.sentiment import LABELS
from models.tongues import FILE, Tongues, load, pieces, tongue
from models.tongues_fit import Fit, fit
from models.weights_file import BUNDLED

GOOD, DULL, BAD = LABELS.index("positive"), LABELS.index("neutral"), LABELS.index("negative")
TAUGHT = [
    ("das ist wunderbar und schön", GOOD),
    ("ich liebe es, wunderbar", GOOD),
    ("das ist schrecklich und kaputt", BAD),
    ("schrecklich, ich hasse es", BAD),
    ("die Sitzung ist am Dienstag", DULL),
    ("am Dienstag ist die Sitzung um zehn", DULL),
]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("thank you so much, it works now", "en"),
        ("Worst update ever", "en"),
        ("das funktioniert leider immer noch nicht", "de"),
        ("merci beaucoup, c'est très gentil", "fr"),
        ("no me gusta nada, es muy malo", "es"),
        ("não gostei, é muito ruim", "pt"),
        ("non mi piace per niente, è un disastro", "it"),
        ("bahut accha hai bhai", "hi"),
        ("यह बहुत अच्छा है", "hi"),
        ("هذا رائع جدا", "ar"),
        ("アプリが毎回クラッシュします", "other"),
        ("приложение постоянно падает", "other"),
        ("I like the Москва office", "en"),
        ("http", None),
        ("", None),
    ],
)
def test_language_is_told_by_letters_and_small_words(text: str, language: str | None) -> None:
    assert tongue(text) == language


def test_pieces_keep_the_vowel_signs_of_a_word_together() -> None:
    assert len(pieces("अच्छा")) > len(pieces("अ"))
    assert len(pieces("")) == 0


def test_head_learns_from_a_few_texts() -> None:
    head = fit([text for text, _ in TAUGHT], [label for _, label in TAUGHT], Fit(steps=40))
    found = head.scores(["wunderbar", "kaputt und schrecklich", "die Sitzung am Dienstag"])
    assert found.argmax(axis=1).tolist() == [GOOD, BAD, DULL]


def test_head_comes_back_from_its_file(tmp_path: Path) -> None:
    head = fit([text for text, _ in TAUGHT], [label for _, label in TAUGHT], Fit(steps=5))
    head.save(tmp_path)
    again = load(tmp_path)
    assert again is not None
    assert np.array_equal(again.scores(["wunderbar"]), head.scores(["wunderbar"]))
    assert load(tmp_path / "nothing") is None


def test_english_is_left_to_the_network_and_arabic_to_the_head() -> None:
    table = np.zeros((1 << 19, 3), dtype=np.int8)
    head = Tongues(table, np.ones(3, dtype=np.float32), np.array([0, 0, 9], dtype=np.float32))
    read = np.array([[4, 0, 0], [4, 0, 0]], dtype=np.float32)
    joined = head.joined(read, ["this is the worst", "هذا سيء للغاية"], ["en", "ar"])
    assert joined.argmax(axis=1).tolist() == [BAD, GOOD]
    assert np.array_equal(joined[0], read[0])


def test_head_that_ships_is_small() -> None:
    assert (BUNDLED / FILE).stat().st_size < 2_000_000
