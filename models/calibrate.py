"""Make a probability mean what it says: temperature (Guo et al., ICML 2017), error, abstention."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.likelihood import softmax

Scores = NDArray[np.float32]
Truth = NDArray[np.int64]

_GRID = np.exp(np.linspace(np.log(0.4), np.log(4.0), 93))
_BINS = 15


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that were said with like probability: its mean, and the share that is so."""

    said: float
    is_so: float
    rows: int


def probabilities(scores: Scores, temperature: float = 1.0) -> Scores:
    """Softmax of log-scores [rows, labels] made flatter by a `temperature` above 1."""
    return softmax(np.divide(scores, temperature, dtype=np.float32))


def temperature(scores: Scores, truth: Truth) -> float:
    """The temperature at which `scores` give `truth` most likelihood; 1 where there are no rows."""
    if not len(truth):
        return 1.0
    rows = np.arange(len(truth))
    losses = [
        -float(np.log(probabilities(scores, one)[rows, truth] + 1e-9).mean()) for one in _GRID
    ]
    return round(float(_GRID[int(np.argmin(losses))]), 3)


def calibration_error(said: Scores, truth: Truth) -> float:
    """Expected calibration error of probabilities [rows, labels], over bins of equal width."""
    sure, hit = said.max(axis=1), said.argmax(axis=1) == truth
    place = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    found = 0.0
    for one in range(_BINS):
        inside = place == one
        if inside.any():
            found += float(inside.mean()) * abs(float(hit[inside].mean() - sure[inside].mean()))
    return found


def reliability(said: Scores, truth: Truth, parts: int = 10) -> list[Part]:
    """Rows of probabilities [rows, labels] by that of their likeliest label, in parts of like size.

    From the least sure to the surest; of fewer rows than `parts` each is one.
    """
    sure, hit = said.max(axis=1), said.argmax(axis=1) == truth
    split = np.array_split(np.argsort(sure, kind="stable"), parts)
    return [
        Part(float(sure[rows].mean()), float(hit[rows].mean()), len(rows))
        for rows in split
        if len(rows)
    ]


def threshold(said: Scores, coverage: float = 0.8) -> float:
    """The probability from which on a share of `coverage` of the rows is answered."""
    if not len(said):
        return 0.0
    return round(float(np.quantile(said.max(axis=1), 1.0 - coverage)), 3)


def accuracy_at(said: Scores, truth: Truth, coverage: float) -> float:
    """How many of the surest rows, a share of `coverage`, are right."""
    surest = np.argsort(-said.max(axis=1), kind="stable")[: max(1, round(coverage * len(said)))]
    return float((said[surest].argmax(axis=1) == truth[surest]).mean())


def settle(
    scores: Scores, truth: Truth, groups: Sequence[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Temperature and abstention threshold of each group of rows (a language, say).

    A group of fewer than 100 rows is left to ``*``, which is fitted on all rows.
    """
    names = np.asarray(groups)
    temperatures, thresholds = {}, {}
    parts = [name for name in sorted(set(groups)) if int((names == name).sum()) >= 100]
    for name in ["*", *parts]:
        rows = np.flatnonzero((names == name) | (name == "*"))
        found = temperature(scores[rows], truth[rows])
        temperatures[name] = found
        thresholds[name] = threshold(probabilities(scores[rows], found))
    return temperatures, thresholds
