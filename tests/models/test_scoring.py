"""Figures of judgements, against ones counted by hand."""

from math import isclose

import numpy as np
from numpy.typing import NDArray

from models.scoring import Judged, calibration_error, score

LABELS = ("negative", "neutral", "positive")


def _one_hot(places: list[int], width: int = 3) -> NDArray[np.bool_]:
    return np.eye(width, dtype=np.bool_)[places]


def _judged(probabilities: list[list[float]], least: float = 0.0) -> Judged:
    found = np.array(probabilities)
    return Judged(found, _one_hot(found.argmax(axis=1).tolist()), found.max(axis=1) >= least)


def test_each_figure_is_what_a_person_counts() -> None:
    judged = _judged([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.1, 0.5, 0.4], [0.0, 0.1, 0.9]], 0.6)
    found = score(LABELS, _one_hot([0, 1, 1, 2]), judged, is_many=False)
    assert found.n == 4
    assert found.accuracy == 0.75
    assert isclose(found.macro_recall, (1 + 0.5 + 1) / 3)
    assert isclose(found.macro_f1, (2 / 3 + 2 / 3 + 1) / 3)
    negative = found.per_label["negative"]
    assert (negative.precision, negative.recall, negative.n) == (0.5, 1.0, 1)
    assert found.coverage == 0.75
    assert isclose(found.accuracy_at_80, 2 / 3)


def test_label_that_no_row_has_counts_in_no_mean() -> None:
    judged = _judged([[0.9, 0.1, 0.0], [0.8, 0.1, 0.1]])
    found = score(LABELS, _one_hot([0, 0]), judged, is_many=False)
    assert (found.macro_f1, found.macro_recall) == (1.0, 1.0)
    assert list(found.per_label) == ["negative"]


def test_several_labels_a_row_are_each_judged() -> None:
    probabilities = np.array([[0.9, 0.8, 0.1], [0.2, 0.7, 0.6]])
    judged = Judged(probabilities, probabilities >= 0.5, np.array([True, True]))
    truth = np.array([[True, True, False], [False, True, False]])
    found = score(LABELS, truth, judged, is_many=True)
    assert found.accuracy == 0.5
    assert found.per_label["positive"].precision == 0.0
    assert found.macro_f1 == 1.0
    assert found.accuracy_at_80 == 1.0


def test_calibration_error_is_the_mean_gap() -> None:
    always = np.full(10, 0.7)
    assert isclose(calibration_error(always, np.array([True] * 7 + [False] * 3)), 0.0, abs_tol=1e-9)
    assert isclose(calibration_error(always, np.array([True] * 2 + [False] * 8)), 0.5)
    sure = np.array([1.0, 1.0])
    assert calibration_error(sure, np.array([True, True])) == 0.0
