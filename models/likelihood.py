"""Scores as probabilities."""

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]


def softmax(scores: Rows) -> Rows:
    """Probabilities of labels of which one is right, along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)


def log_softmax(scores: Rows) -> Rows:
    """Their logarithms."""
    low = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(low - np.log(np.exp(low).sum(axis=-1, keepdims=True)), dtype=np.float32)


def sigmoid(scores: Rows) -> Rows:
    """Probabilities, each on its own."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30))), dtype=np.float32)
