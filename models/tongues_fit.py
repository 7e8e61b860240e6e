"""Fit the head of `models.tongues` on labelled texts: numpy alone, half a minute.

python -m models.tongues_fit --data SETS --weights models/weights
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.corpus import many_tongues
from models.sentiment import LABELS
from models.tongues import BUCKETS, Tongues, pieces
from models.weights_file import describe_again, load


@dataclass(frozen=True, slots=True)
class Fit:
    """How the head is fitted."""

    smoothing: float = 0.2
    strength: float = 3.0
    """How much the texts weigh beside small weights (C of a logistic regression)."""
    steps: int = 150
    rate: float = 0.2


def fit(prepared: Sequence[str], labels: Sequence[int], how: Fit | None = None) -> Tongues:
    """The head for `prepared` texts with the index of each one's label."""
    how = how or Fit()
    found = [pieces(text) for text in prepared]
    sizes = np.array([len(one) for one in found])
    bucket, row = np.concatenate(found), np.repeat(np.arange(len(found)), sizes)
    count = np.bincount(bucket, minlength=BUCKETS)
    kept = count[bucket] > 1
    bucket, row = bucket[kept], row[kept]
    share = 1.0 / np.sqrt(np.maximum(sizes, 1))
    truth = np.asarray(labels)
    weights = np.zeros((BUCKETS, len(LABELS)))
    bias = np.zeros(len(LABELS))
    for label in range(len(LABELS)):
        ratio = _ratio(bucket, truth[row] == label, how.smoothing)
        texts = _Texts(bucket, row, ratio[bucket] * share[row])
        learnt, bias[label] = _logistic(texts, truth == label, how)
        weights[:, label] = learnt * ratio
    scale = np.abs(weights).max(axis=0) / 127.0
    table = np.round(weights / np.maximum(scale, 1e-12)).astype(np.int8)
    return Tongues(table, scale.astype(np.float32), bias.astype(np.float32))


@dataclass(frozen=True, slots=True)
class _Texts:
    bucket: NDArray[np.int64]
    row: NDArray[np.int64]
    value: NDArray[np.float64]


def _ratio(
    bucket: NDArray[np.int64], inside: NDArray[np.bool_], smoothing: float
) -> NDArray[np.float64]:
    """Log of how much more often a bucket is seen inside the class than outside it."""
    here = np.bincount(bucket[inside], minlength=BUCKETS) + smoothing
    there = np.bincount(bucket[~inside], minlength=BUCKETS) + smoothing
    return np.asarray(np.log(here / here.sum()) - np.log(there / there.sum()))


def _logistic(
    texts: _Texts, truth: NDArray[np.bool_], how: Fit
) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of one class against the others, by Adam over all texts at once."""
    wanted = truth.astype(np.float64)
    place = np.zeros(BUCKETS + 1)  # the last one is the bias
    speed, heat = np.zeros_like(place), np.zeros_like(place)
    for step in range(1, how.steps + 1):
        said = np.bincount(texts.row, place[texts.bucket] * texts.value, minlength=len(wanted))
        off = 1.0 / (1.0 + np.exp(-said - place[-1])) - wanted
        slope = np.append(
            np.bincount(texts.bucket, off[texts.row] * texts.value, minlength=BUCKETS), off.sum()
        )
        slope *= how.strength
        slope[:-1] += place[:-1]
        speed = 0.9 * speed + 0.1 * slope
        heat = 0.99 * heat + 0.01 * slope**2
        rate = how.rate * (1.0 - step / (how.steps + 1))
        moved = speed / (1.0 - 0.9**step)
        place -= rate * moved / (np.sqrt(heat / (1.0 - 0.99**step)) + 1e-8)
    return place[:-1], float(place[-1])


def main(argv: Sequence[str] | None = None) -> None:
    """Fit on umsab's eight languages, and write the head beside the weights and into their list."""
    parser = argparse.ArgumentParser(prog="models.tongues_fit", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    asked = parser.parse_args(argv)
    before = load(asked.weights)
    found = many_tongues(asked.data, "train")
    fit([one.text for one in found], [one.sentiment for one in found]).save(asked.weights)
    describe_again(asked.weights, before)


if __name__ == "__main__":
    main()
