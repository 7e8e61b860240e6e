"""Judge labelled rows as posts are judged in use, and score what was said."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.classifier import OnnxClassifier, sigmoid, softmax
from models.labelled import Row
from models.language import LanguageIdentifier
from models.scoring import Judged, Scores, Truth, score
from models.tasks import Task
from models.text import prepare
from models.weights_file import ModelError

_HEADS: Final[Mapping[str, str]] = {"target": "sentiment"}
"""Which head answers for a task that has none of its own."""


def measured(
    task: Task,
    rows: Sequence[Row],
    classifier: OnnxClassifier,
    thresholds: Mapping[str, Mapping[str, float]],
    sure: float,
) -> Scores:
    """Figures of one task over labelled rows; below `sure` it abstains.

    Where every row is positive or negative, only these two are chosen from. Raises ModelError
    where the model has no head for the task.
    """
    if task.name == "language":
        return _languages(rows, sure)
    truth = _truth(task.labels, rows)
    probabilities = _probabilities(task, [row.text for row in rows], classifier)
    if task.is_many:
        cuts = np.array([thresholds[task.name][name] for name in task.labels])
        chosen = probabilities >= cuts
        is_told = chosen.any(axis=1)
    else:
        if (
            task.name in ("sentiment", "target")
            and not truth[:, task.labels.index("neutral")].any()
        ):
            probabilities[:, task.labels.index("neutral")] = 0.0
            probabilities /= probabilities.sum(axis=1, keepdims=True)
        chosen = _best(probabilities)
        is_told = probabilities.max(axis=1) >= sure
    judged = Judged(probabilities, chosen, np.asarray(is_told))
    return score(task.labels, truth, judged, is_many=task.is_many)


def _probabilities(
    task: Task, texts: Sequence[str], classifier: OnnxClassifier
) -> NDArray[np.float64]:
    scores = classifier.scores([prepare(text) for text in texts])
    head = _HEADS.get(task.name, task.name)
    if head not in scores:
        raise ModelError(f"{classifier.model} has no head for {task.name}; train one that has")
    found = sigmoid(scores[head]) if task.is_many else softmax(scores[head])
    return found.astype(np.float64)


def _languages(rows: Sequence[Row], sure: float) -> Scores:
    identifier = LanguageIdentifier()
    told = [identifier.language(row.text) for row in rows]
    labels = sorted({row.labels[0] for row in rows} | {one.name for one in told})
    probabilities = np.zeros((len(rows), len(labels)))
    for at, one in enumerate(told):
        probabilities[at, labels.index(one.name)] = max(one.confidence, 1e-6)
    is_told = np.array([one.name != "und" and one.confidence >= sure for one in told])
    judged = Judged(probabilities, _best(probabilities), is_told)
    return score(labels, _truth(labels, rows), judged, is_many=False)


def _truth(labels: Sequence[str], rows: Sequence[Row]) -> Truth:
    places = {name: at for at, name in enumerate(labels)}
    truth = np.zeros((len(rows), len(labels)), dtype=np.bool_)
    for at, row in enumerate(rows):
        truth[at, [places[one] for one in row.labels]] = True
    return truth


def _best(probabilities: NDArray[np.float64]) -> Truth:
    chosen = np.zeros(probabilities.shape, dtype=np.bool_)
    chosen[np.arange(len(probabilities)), probabilities.argmax(axis=1)] = True
    return chosen
