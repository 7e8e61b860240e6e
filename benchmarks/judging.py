"""How good each task is on the dev part of its set, as `laurels model eval` measures it.

    python -m benchmarks.judging ../shared/data

Thresholds and temperatures were tuned on these same dev parts (what half of them gives the other
half is in docs/model.md); the official test parts are not among the sets. Handles are masked, as
in use. In semeval2017_4b only the positive and the negative rows count, as there.
"""

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.report import record
from models.classifier import OnnxClassifier
from models.labelled import Row
from models.measure import measured
from models.scoring import Scores
from models.tasks import TASKS
from models.weights_file import load

SURE: Final = 0.6
MEASURES: Final[Mapping[str, Callable[[Scores], float]]] = {
    "macro recall": lambda one: one.macro_recall,
    "macro F1": lambda one: one.macro_f1,
}
TABLE: Final = (
    ("sentiment", "semeval2017_4a", "macro recall", 0.725),
    ("sentiment", "umsab", "macro F1", 0.60),
    ("emotion", "goemotions", "macro F1", 0.50),
    ("complaint", "complaints_acl19", "macro F1", 0.84),
    ("target", "dong2014_target", "macro F1", 0.72),
    ("target", "semeval2017_4b_topic", "macro recall", 0.87),
    ("offensive", "tweeteval_offensive", "macro F1", 0.79),
    ("irony", "tweeteval_irony", "macro F1", None),
)
"""Task, set, measure and what is to be reached on the set's test part."""


def rows(folder: Path, name: str, task: str) -> dict[str, list[Row]]:
    """The dev rows of a set: all, and of each language where the set has several."""
    found: dict[str, list[Row]] = defaultdict(list)
    with gzip.open(folder / name / "dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            one = _row(row, task)
            if name == "semeval2017_4b_topic" and one.labels == ("neutral",):
                continue
            found[""].append(one)
            if name == "umsab":
                found[row["lang"]].append(one)
    return found


def _row(row: Mapping[str, Any], task: str) -> Row:
    known = TASKS[task]
    spelled = row.get("labels") or [row["label"]]
    labels = tuple(label for one in spelled if (label := known.label(one)) is not None)
    return Row(row["text"], labels, row.get("target"))


def main(folder: Path) -> None:
    """Judge every set, and keep the figures."""
    classifier, thresholds = OnnxClassifier(), load().thresholds
    figures = []
    for task, name, measure, aim in TABLE:
        for part, each in rows(folder, name, task).items():
            found = measured(TASKS[task], each, classifier, thresholds, SURE)
            of = MEASURES[measure](found)
            wanted = "" if aim is None or part else f" (to reach {100 * aim:.1f})"
            figures.append(
                (
                    f"{task}, {name}{f', {part}' if part else ''}: {measure}",
                    f"{100 * of:.1f}{wanted}; ECE {found.ece:.3f}, {found.coverage:.0%} told, "
                    f"{100 * found.accuracy_at_80:.1f} right of the surest 80 %; {found.n:,} rows",
                )
            )
    record("judging", "python -m benchmarks.judging ../shared/data", figures)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m benchmarks.judging FOLDER")
    main(Path(sys.argv[1]))
