"""Measure a classifier on labelled examples: recall, F1 and the thresholds of the emotions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import emotion
from models.classifier import heads_of
from models.example import Example
from models.likelihood import sigmoid
from models.reader import Logits


@dataclass(frozen=True, slots=True)
class Score:
    """One task's figures on `rows` examples; `labels` holds the F1 of each label."""

    rows: int
    macro_recall: float
    macro_f1: float
    labels: Mapping[str, float]


def macro(truth: NDArray[np.int64], found: NDArray[np.int64], labels: Sequence[str]) -> Score:
    """Macro recall and F1 over the labels that occur in `truth`."""
    recalls: list[float] = []
    scores: dict[str, float] = {}
    for code, name in enumerate(labels):
        there, said = truth == code, found == code
        if not there.any():
            continue
        hit = float((there & said).sum())
        recalls.append(hit / float(there.sum()))
        scores[name] = 2 * hit / float(there.sum() + said.sum())
    if not scores:
        return Score(0, 0.0, 0.0, {})
    return Score(
        len(truth), sum(recalls) / len(recalls), sum(scores.values()) / len(scores), scores
    )


def _emotion_truth(examples: Sequence[Example]) -> tuple[list[int], NDArray[np.bool_]]:
    rows = [at for at, example in enumerate(examples) if example.emotion is not None]
    truth = np.zeros((len(rows), len(emotion.LABELS)), dtype=np.bool_)
    for place, at in enumerate(rows):
        truth[place, list(examples[at].emotion or ())] = True
    return rows, truth


def tune(examples: Sequence[Example], logits: Logits) -> dict[str, float]:
    """The threshold of each emotion that gives the best F1, smoothed over its neighbours."""
    rows, truth = _emotion_truth(examples)
    probabilities = sigmoid(heads_of(logits)["emotion"][rows])
    grid = np.geomspace(0.004, 0.8, 70)
    chosen = {}
    for code, name in enumerate(emotion.LABELS):
        scores = np.array([_f1(truth[:, code], probabilities[:, code] >= cut) for cut in grid])
        smooth = np.convolve(np.pad(scores, 2, mode="edge"), np.full(5, 0.2), mode="valid")
        chosen[name] = round(float(grid[int(smooth.argmax())]), 4)
    return chosen


def _f1(truth: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    both = float((truth & said).sum())
    return 2 * both / max(float(truth.sum() + said.sum()), 1.0)


def emotions(examples: Sequence[Example], logits: Logits, thresholds: Mapping[str, float]) -> Score:
    """Macro F1 over the 28 labels at the thresholds (recall likewise)."""
    rows, truth = _emotion_truth(examples)
    probabilities = sigmoid(heads_of(logits)["emotion"][rows])
    cuts = np.array([thresholds[name] for name in emotion.LABELS])
    said = probabilities >= cuts
    scores = {name: _f1(truth[:, code], said[:, code]) for code, name in enumerate(emotion.LABELS)}
    recall = (truth & said).sum(axis=0) / np.maximum(truth.sum(axis=0), 1)
    return Score(len(rows), float(recall.mean()), sum(scores.values()) / len(scores), scores)


def halves(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Two halves of the examples: one to tune on, one to report."""
    return list(examples[::2]), list(examples[1::2])
