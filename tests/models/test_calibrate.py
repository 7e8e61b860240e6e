"""Calibration: temperatures, errors and thresholds of made-up scores whose truth is known."""

import numpy as np
import pytest

from models.calibrate import (
    accuracy_at,
    calibration_error,
    probabilities,
    reliability,
    settle,
    temperature,
    threshold,
)


def too_sure(rows: int, sharper: float) -> tuple[np.ndarray, np.ndarray]:
    """Scores `sharper` times as sure as they are right, and the truth."""
    dice = np.random.default_rng(3)
    honest = dice.normal(0, 1.5, (rows, 3)).astype(np.float32)
    shares = probabilities(honest)
    truth = np.array([dice.choice(3, p=row / row.sum()) for row in shares.astype(np.float64)])
    return honest * np.float32(sharper), truth


@pytest.mark.parametrize("sharper", [0.5, 1.0, 2.0])
def test_temperature_undoes_what_made_scores_too_sure(sharper: float) -> None:
    scores, truth = too_sure(4000, sharper)
    assert temperature(scores, truth) == pytest.approx(sharper, rel=0.1)


def test_temperature_lowers_the_error_of_calibration() -> None:
    scores, truth = too_sure(4000, 3.0)
    found = temperature(scores, truth)
    assert calibration_error(probabilities(scores), truth) > 0.1
    assert calibration_error(probabilities(scores, found), truth) < 0.03


def test_reliability_sets_what_was_said_beside_what_is_so() -> None:
    said = np.array([[0.9, 0.1], [0.4, 0.6]] * 3, dtype=np.float32)
    truth = np.array([0, 1, 0, 0, 1, 1])
    doubtful, sure = reliability(said, truth, 2)
    assert (doubtful.said, doubtful.is_so, doubtful.rows) == pytest.approx((0.6, 2 / 3, 3))
    assert (sure.said, sure.is_so, sure.rows) == pytest.approx((0.9, 2 / 3, 3))
    assert len(reliability(said, truth)) == len(said)
    assert reliability(said[:0], truth[:0]) == []


def test_threshold_answers_the_share_asked_for() -> None:
    scores, _ = too_sure(1000, 1.0)
    said = probabilities(scores)
    assert float((said.max(axis=1) >= threshold(said, 0.8)).mean()) == pytest.approx(0.8, abs=0.01)


def test_surest_rows_are_righter_than_all() -> None:
    scores, truth = too_sure(2000, 1.0)
    said = probabilities(scores)
    assert accuracy_at(said, truth, 0.5) > accuracy_at(said, truth, 1.0)


def test_small_group_is_left_to_the_rest() -> None:
    scores, truth = too_sure(500, 2.0)
    temperatures, thresholds = settle(scores, truth, ["de"] * 450 + ["fr"] * 50)
    assert set(temperatures) == set(thresholds) == {"*", "de"}


def test_nothing_to_fit_on_changes_nothing() -> None:
    assert temperature(np.zeros((0, 3), dtype=np.float32), np.zeros(0, dtype=np.int64)) == 1.0
