"""A further task on a network that stays as it is: a straight line through what it tells.

A row of features is the network's logits and, beside them, what the text speaks of. Each label
stands against the rest, fitted by Newton's method in seconds. A task that the network was trained
for can gain from it too: it is fitted on its own set alone, and to the end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]

FILE: Final = "probes.npz"


@dataclass(frozen=True, slots=True)
class Probe:
    """The lines of a task: `weights` [features, labels] and a `bias` [labels]."""

    weights: Rows
    bias: Rows

    def scores(self, features: Rows) -> Rows:
        """Log-odds [texts, labels]."""
        return np.asarray(features @ self.weights + self.bias, dtype=np.float32)


def features(logits: Rows, topics: Rows) -> Rows:
    """What a probe reads of each text, a row each."""
    return np.concatenate([logits, topics], axis=1)


def fit(
    found: Rows, wanted: NDArray[np.bool_], *, strength: float, even: bool, rounds: int = 8
) -> Probe:
    """Lines through rows of features [texts, features] for what is `wanted` [texts, labels].

    With `even`, texts with a label and texts without it weigh alike however rare it is. The smaller
    `strength`, the smaller the weights. A column of `wanted` that no text has gets no line.
    """
    mean, spread = found.mean(axis=0), found.std(axis=0) + 1e-6
    inputs = np.column_stack([(found - mean) / spread, np.ones(len(found))]).astype(np.float32)
    lines = np.zeros((found.shape[1], wanted.shape[1]))
    bias = np.zeros(wanted.shape[1])
    for label in np.flatnonzero(wanted.any(axis=0)):
        here = wanted[:, label]
        weight = np.full(len(here), strength)
        if even:
            weight *= np.where(here, 0.5 / here.mean(), 0.5 / max(1.0 - here.mean(), 1e-6))
        lines[:, label], bias[label] = _line(inputs, here.astype(np.float64), weight, rounds)
    slopes = lines / spread[:, None]
    return Probe(slopes.astype(np.float32), (bias - mean @ slopes).astype(np.float32))


def _line(
    inputs: Rows, wanted: NDArray[np.float64], weight: NDArray[np.float64], rounds: int
) -> tuple[NDArray[np.float64], float]:
    held = np.append(np.ones(inputs.shape[1] - 1), 1e-6)  # the bias is free
    place = np.zeros(inputs.shape[1])
    for _ in range(rounds):
        said = 1.0 / (1.0 + np.exp(-np.clip(inputs @ place, -30, 30)))
        slope = inputs.T @ (weight * (said - wanted)) + held * place
        pull = (weight * said * (1.0 - said)).astype(np.float32)
        bend = ((inputs * pull[:, None]).T @ inputs).astype(np.float64) + np.diag(held)
        place = place - np.linalg.solve(bend, slope)
    return place[:-1], float(place[-1])


def save(folder: Path, probes: Mapping[str, Probe]) -> None:
    """Write all probes of a folder of weights."""
    kept = {f"{task}.weights": one.weights for task, one in probes.items()}
    kept |= {f"{task}.bias": one.bias for task, one in probes.items()}
    np.savez_compressed(folder / FILE, **cast("dict[str, Any]", kept))


def load(folder: Path) -> dict[str, Probe]:
    """The probes of a folder of weights by task; none where it has none."""
    path = folder / FILE
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as kept:
        tasks = [name.removesuffix(".bias") for name in kept.files if name.endswith(".bias")]
        return {task: Probe(kept[f"{task}.weights"], kept[f"{task}.bias"]) for task in tasks}
