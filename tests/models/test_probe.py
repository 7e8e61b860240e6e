"""Lines through features: they learn what is there to learn, and come back from their file."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import probe


def cloud(labels: int, rows: int = 400) -> tuple[probe.Rows, NDArray[np.bool_]]:
    """Rows around a centre of their own for each label, the last label rare; what each has."""
    dice = np.random.default_rng(5)
    shares = np.array([9] * (labels - 1) + [1]) / (9 * (labels - 1) + 1)
    truth = dice.choice(labels, rows, p=shares)
    centres = dice.normal(0, 2, (labels, 6))
    return (centres[truth] + dice.normal(0, 1, (rows, 6))).astype(np.float32), np.eye(
        labels, dtype=bool
    )[truth]


def test_two_labels_and_three_are_told_apart() -> None:
    for labels in (2, 3):
        found, truth = cloud(labels)
        fitted = probe.fit(found[:300], truth[:300], strength=1.0, even=True)
        said = fitted.scores(found[300:]).argmax(axis=1)
        assert float((said == truth[300:].argmax(axis=1)).mean()) > 0.9


def test_rare_label_is_found_as_well_as_the_others() -> None:
    found, truth = cloud(2)
    said = probe.fit(found, truth, strength=0.1, even=True).scores(found)[:, 1] > 0
    assert float(said[truth[:, 1]].mean()) > 0.9


def test_probes_come_back_from_their_file(tmp_path: Path) -> None:
    found, truth = cloud(2)
    fitted = probe.fit(found, truth, strength=0.1, even=False)
    probe.save(tmp_path, {"complaint": fitted})
    again = probe.load(tmp_path)
    assert list(again) == ["complaint"]
    assert np.array_equal(again["complaint"].scores(found), fitted.scores(found))
    assert probe.load(tmp_path / "nowhere") == {}
