"""Figures: what is counted, and which thresholds are chosen."""

import numpy as np

from models import emotion
from models.evaluate import emotions, halves, macro, tune
from models.example import Example
from models.heads import HEADS


def logits(rows: int) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """Rows in which every label is unlikely."""
    return np.full((rows, sum(HEADS.values())), -5.0, dtype=np.float32)


def test_macro_recall_weighs_rare_labels_like_frequent_ones() -> None:
    truth = np.array([0, 0, 0, 1])
    score = macro(truth, np.array([0, 0, 0, 0]), ("a", "b"))
    assert (score.macro_recall, score.rows) == (0.5, 4)
    assert score.labels["b"] == 0.0


def test_threshold_separates_what_can_be_separated() -> None:
    joy = emotion.LABELS.index("joy")
    examples = [Example(str(n), "s", emotion=(joy,) if n % 2 else ()) for n in range(20)]
    found = logits(20)
    column = HEADS["sentiment"] + joy
    found[:, column] = [1.0 if n % 2 else -1.0 for n in range(20)]
    chosen = tune(examples, found)
    assert 0.27 < chosen["joy"] <= 0.74
    assert emotions(examples, found, chosen).labels["joy"] == 1.0


def test_halves_share_nothing() -> None:
    examples = [Example(str(n), "s") for n in range(5)]
    one, other = halves(examples)
    assert sorted(one + other, key=lambda each: each.text) == examples
