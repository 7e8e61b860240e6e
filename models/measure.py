"""Judge labelled rows as posts are judged in use, and score what was said."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.classifier import OnnxClassifier
from models.labelled import Row
from models.language import LanguageIdentifier
from models.likelihood import sigmoid, softmax
from models.reader import Logits
from models.scoring import Judged, Scores, Truth, score
from models.tasks import Task
from models.text import prepare
from models.weights_file import ModelError


def measured(
    task: Task,
    rows: Sequence[Row],
    classifier: OnnxClassifier,
    thresholds: Mapping[str, Mapping[str, float]],
    sure: float,
) -> Scores:
    """Figures of one task over labelled rows; it abstains where the model only found.

    Below `sure` no language is told. Where every row is positive or negative, only these two are
    chosen from. Raises ModelError where the model has no head for the task.
    """
    if task.name == "language":
        return _languages(rows, sure)
    truth = _truth(task.labels, rows)
    prepared = [prepare(row.text) for row in rows]
    head, scores = _scored(task, rows, prepared, classifier)
    if task.is_many:
        probabilities = sigmoid(scores).astype(np.float64)
        cuts = np.array([thresholds[task.name][name] for name in task.labels])
        chosen = np.asarray(probabilities >= cuts, dtype=np.bool_)
        is_told = chosen.any(axis=1) & classifier.stands(head, prepared, sigmoid(scores))
    else:
        found = softmax(scores)
        is_told = classifier.stands(head, prepared, found)
        probabilities = _among(task, truth, found.astype(np.float64))
        chosen = _best(probabilities)
    judged = Judged(probabilities, chosen, is_told)
    return score(task.labels, truth, judged, is_many=task.is_many)


def _scored(
    task: Task, rows: Sequence[Row], prepared: Sequence[str], classifier: OnnxClassifier
) -> tuple[str, Logits]:
    """The head that answers the task, and what it scores."""
    head = task.name
    if head == "target":
        texts, targets = [row.text for row in rows], [row.target or "" for row in rows]
        if (found := classifier.scores_towards(texts, targets)) is not None:
            return head, found
        # What is said of anything is the best guess at what is said of one thing.
        head = "sentiment"
    scores = classifier.scores(prepared)
    if head not in scores:
        raise ModelError(f"{classifier.model} has no head for {head}; train one that has")
    return head, scores[head]


def _among(task: Task, truth: Truth, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probabilities, without the neutral ones where no row is neutral."""
    if task.name in ("sentiment", "target"):
        neutral = task.labels.index("neutral")
        if not truth[:, neutral].any():
            probabilities[:, neutral] = 0.0
            probabilities /= probabilities.sum(axis=1, keepdims=True)
    return probabilities


def _languages(rows: Sequence[Row], sure: float) -> Scores:
    """Every row is scored by the likeliest language; what would be `und` in use is not told."""
    identifier = LanguageIdentifier()
    found = [identifier.likeliest(row.text) for row in rows]
    labels = sorted({row.labels[0] for row in rows} | {one.name for one in found})
    probabilities = np.zeros((len(rows), len(labels)))
    for at, one in enumerate(found):
        probabilities[at, labels.index(one.name)] = max(one.sure, 1e-6)
    is_told = np.array([one.is_told and one.sure >= sure for one in found])
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
