"""``laurels model eval``: how good the model is on a file of labelled texts."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bot import wiring
from bot.failures import CommandError
from bot.settings import Settings
from bot.terminal import columns, counted, emit, note
from bot.wrapping import wrapped
from models.labelled import Row, read
from models.measure import measured
from models.scoring import Scores
from models.target import stands
from models.tasks import TASKS
from models.weights_file import BUNDLED, load


def evaluate(settings: Settings, name: str, path: Path, *, as_json: bool) -> None:
    """Every row is judged as a post is; raises CommandError, LabelledError and ModelError."""
    task = TASKS.get(name)
    if task is None:
        raise CommandError(f"{name!r} is no task; there are {', '.join(TASKS)}")
    rows = list(read(path, task))
    if name == "target":
        _note_unnamed(rows)
    classifier = wiring.bundled(settings)
    thresholds = load(settings.models.path or BUNDLED).thresholds
    began = time.perf_counter()
    found = measured(task, rows, classifier, thresholds, settings.rewards.confident)
    speed = len(rows) / (time.perf_counter() - began)
    model = classifier.model
    if name == "target" and not classifier.tells_targets:
        model += ", by the mood of the whole text"
    value = asdict(found) | {"posts_per_second": speed, "model": model}
    emit(_rounded(value), _shown(name, found, speed, model), as_json=as_json)


def _note_unnamed(rows: Sequence[Row]) -> None:
    """Tell of rows whose target is written otherwise in the text: they are read, and read worse."""
    unnamed = sum(not stands(row.text, row.target or "") for row in rows)
    if unnamed:
        told = counted(unnamed, "target")
        note(f"{told} of {len(rows):,} not found in the text: scored as if named before it.")


def _rounded(value: dict[str, object]) -> dict[str, object]:
    return {key: _short(one) for key, one in value.items()}


def _short(value: object) -> object:
    if isinstance(value, dict):
        return {key: _short(one) for key, one in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def _shown(name: str, found: Scores, speed: float, model: str) -> str:
    rows = [("label", "rows", "precision", "recall", "F1")]
    rows += [
        (label, f"{one.n:,}", _percent(one.precision), _percent(one.recall), _percent(one.f1))
        for label, one in found.per_label.items()
    ]
    figures = [
        ("macro recall", _percent(found.macro_recall)),
        ("macro F1", _percent(found.macro_f1)),
        ("accuracy", _percent(found.accuracy)),
        ("calibration error", f"{found.ece:.3f}"),
        ("told", f"{found.coverage:.0%} of rows; below, a person decides"),
        ("accuracy of the surest 80 %", _percent(found.accuracy_at_80)),
        ("speed", f"{speed:,.0f} posts a second"),
    ]
    return "\n\n".join(
        (
            "\n".join(wrapped(f"{name}: {found.n:,} rows, {model}")),
            columns(rows, right=frozenset({1, 2, 3, 4})),
            columns(figures),
        )
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
