"""The intent of 520 posts of six archives, read and labelled by hand.

    python -m benchmarks.intents ../shared/archives

`intents.json` names the posts by archive and id. Half were drawn at random, half so that each
intent that a model had told was as frequent. They were read twice, the second time from the end
and without the first labels: 96.0 of 100 were the same (Cohen's kappa 0.948), the other 21 were
read a third time. What was weighed is in docs/model.md.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Final

from benchmarks.report import record
from models.classifier import OnnxClassifier
from models.labelled import Row
from models.measure import measured
from models.scoring import Scores
from models.tasks import TASKS

LABELS: Final = Path(__file__).parent / "intents.json"
SURE: Final = 0.6


def rows(folder: Path) -> dict[str, list[Row]]:
    """The labelled posts of each archive, a title above its text."""
    known = json.loads(LABELS.read_text(encoding="utf-8"))
    found: dict[str, list[Row]] = {}
    for name, labels in known.items():
        of = {one: label for label, ids in labels.items() for one in ids}
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            posts = [post for post in map(json.loads, lines) if post["id"] in of]
        found[name] = [
            Row("\n".join(filter(None, (post.get("title"), post["text"]))), (of[post["id"]],))
            for post in posts
        ]
    return found


def shown(what: str, found: Scores) -> list[tuple[str, str]]:
    """A line of figures and one of each intent's F1."""
    each = ", ".join(f"{name} {one.f1:.2f} of {one.n}" for name, one in found.per_label.items())
    figures = f"{found.macro_f1:.3f}, accuracy {found.accuracy:.3f}"
    return [(f"{what}: macro F1", f"{figures} of {found.n}"), (f"{what}: F1 of each", each)]


def main(folder: Path) -> None:
    """Judge them as posts are judged, and keep the figures."""
    classifier, task = OnnxClassifier(), TASKS["intent"]
    by_archive = rows(folder)
    together = [row for each in by_archive.values() for row in each]
    figures = shown("all", measured(task, together, classifier, {}, SURE))
    for name, each in by_archive.items():
        figures += shown(name, measured(task, each, classifier, {}, SURE))[:1]
    record("intents", "python -m benchmarks.intents ../shared/archives", figures)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m benchmarks.intents FOLDER")
    main(Path(sys.argv[1]))
