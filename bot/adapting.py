"""Fit the heads again to what the team said, and keep those that are better."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.lessons import Lesson, digest, evidence
from models.adapt import ENOUGH, Origin, Outcome, Trial, fit, trial
from models.adapted import Adaptation, Head
from models.classifier import LABELS, OnnxClassifier
from rewards.correction import CORRECTABLE
from store.records import Task

TASKS: Final[Mapping[Task, tuple[str, ...]]] = {task: LABELS[task.value] for task in CORRECTABLE}
"""What the team can correct, with the labels in the order of the model."""


@dataclass(frozen=True, slots=True)
class Adapted:
    """How each task fared, and the version that came of it; None where none did."""

    trials: Mapping[Task, Trial]
    made: Adaptation | None
    seconds: float


def adapted(
    found: Mapping[Task, Sequence[Lesson]],
    classifier: OnnxClassifier,
    in_use: Adaptation | None,
    version: int,
) -> Adapted:
    """Try a head of each task beside what ships, which `classifier` says, and what is in use.

    A task whose new head is not kept keeps the one it has.
    """
    began = time.perf_counter()
    trials: dict[Task, Trial] = {}
    heads: dict[str, Head] = {}
    for task, some in found.items():
        trials[task], head = _tried(task, some, classifier, in_use)
        if head is not None:
            heads[task.value] = head
    made = None
    if heads:
        held = {} if in_use is None else in_use.heads
        until = max(one.at for some in found.values() for one in some if one.at is not None)
        made = Adaptation(version, classifier.identity, {**held, **heads}, digest(found), until)
    return Adapted(trials, made, time.perf_counter() - began)


def _tried(
    task: Task,
    some: Sequence[Lesson],
    classifier: OnnxClassifier,
    in_use: Adaptation | None,
) -> tuple[Trial, Head | None]:
    by = [sum(one.origin is origin for one in some) for origin in Origin]
    if by[Origin.CORRECTED] < ENOUGH:
        return Trial(Outcome.FEW, by[Origin.CORRECTED], by[Origin.CONFIRMED]), None
    since: datetime | None = None if in_use is None else in_use.until
    features, scores = classifier.features_and_scores([one.text for one in some])
    rows = evidence(some, TASKS[task], features, scores[task.value], since)
    result = trial(rows, None if in_use is None else in_use.heads.get(task.value))
    return result, fit(rows) if result.outcome is Outcome.KEPT else None
