"""How good judgements are: recall, F1, calibration, and what abstaining would cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_BINS: Final = 15
_KEPT: Final = 0.8
Truth = NDArray[np.bool_]
"""[rows, labels]: which labels a row has."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of rows: [rows, labels] probabilities and choices, [rows] whether in use."""

    probabilities: NDArray[np.float64]
    chosen: Truth
    is_told: NDArray[np.bool_]
    """False where it abstains: the case goes to a person."""


@dataclass(frozen=True, slots=True)
class LabelScore:
    """Of one label: the share of what was said that is so, of what is so that was said."""

    precision: float
    recall: float
    f1: float
    n: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures over all rows, each between 0 and 1; `n` counts rows."""

    n: int
    macro_recall: float
    macro_f1: float
    accuracy: float
    per_label: dict[str, LabelScore]
    ece: float
    coverage: float
    accuracy_at_80: float


def score(labels: Sequence[str], truth: Truth, judged: Judged, *, is_many: bool) -> Scores:
    """Figures of one task.

    Means are over labels that some row has. Accuracy asks for all labels of a row; of the surest
    80 of 100 rows the first label must be one of theirs. Calibration error: Guo et al., "On
    Calibration of Modern Neural Networks", ICML 2017, of the chosen label's probability, or of
    each label's where a row has several.
    """
    per_label = {
        name: _of_label(truth[:, at], judged.chosen[:, at])
        for at, name in enumerate(labels)
        if truth[:, at].any() or judged.chosen[:, at].any()
    }
    there = [one for one in per_label.values() if one.n]
    first = judged.probabilities.argmax(axis=1)
    rows = np.arange(len(truth))
    sure, is_right = judged.probabilities[rows, first], truth[rows, first]
    each = (judged.probabilities.ravel(), truth.ravel()) if is_many else (sure, is_right)
    kept = np.argsort(-sure, kind="stable")[: max(1, round(_KEPT * len(rows)))]
    return Scores(
        n=len(rows),
        macro_recall=_mean([one.recall for one in there]),
        macro_f1=_mean([one.f1 for one in there]),
        accuracy=float((truth == judged.chosen).all(axis=1).mean()),
        per_label=per_label,
        ece=calibration_error(*each),
        coverage=float(judged.is_told.mean()),
        accuracy_at_80=float(is_right[kept].mean()),
    )


def calibration_error(said: NDArray[np.float64], is_so: NDArray[np.bool_]) -> float:
    """By how much the said probabilities are off, weighed by how often each was said."""
    bins = np.minimum((said * _BINS).astype(np.int64), _BINS - 1)
    counts = np.bincount(bins, minlength=_BINS)
    gaps = np.bincount(bins, said, _BINS) - np.bincount(bins, is_so, _BINS)
    return float(np.abs(gaps).sum() / max(counts.sum(), 1))


def _of_label(is_so: NDArray[np.bool_], is_said: NDArray[np.bool_]) -> LabelScore:
    both, so, said = (float(one.sum()) for one in (is_so & is_said, is_so, is_said))
    return LabelScore(
        precision=both / said if said else 0.0,
        recall=both / so if so else 0.0,
        f1=2 * both / (so + said) if so + said else 0.0,
        n=int(so),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
