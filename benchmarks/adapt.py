"""What corrections teach: airlines' posts, and intents of six archives, which trained nothing.

    python -m benchmarks.adapt ../shared/data ../shared/archives

A made-up team reads posts in a drawn order until it corrected N by the set's labels; what the model
read right it leaves as it is. 500 posts that nobody judged stand by. The figure is of posts that
the team never saw.
"""

import gzip
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.intents import rows as intents_of
from benchmarks.report import record
from models.adapt import Evidence, Origin, Outcome, fit, macro_f1, trial
from models.classifier import LABELS, OnnxClassifier
from models.text import prepare

UNSEEN: Final = 1_200
UNJUDGED: Final = 500
SET: Final = 3_900
Places = NDArray[np.int64]


class Community:
    """Labelled posts of one task, and what the model makes of them."""

    def __init__(self, task: str, labelled: Sequence[tuple[str, str]], unseen: int, unjudged: int):
        order = np.random.default_rng(1).permutation(len(labelled))
        kept = [labelled[at] for at in order]
        began = time.perf_counter()
        texts = [prepare(text) for text, _ in kept]
        self._features, scores = OnnxClassifier().features_and_scores(texts)
        self.seconds = (time.perf_counter() - began) / len(texts)
        self._shipped = scores[task]
        self._right = np.array([LABELS[task].index(label) for _, label in kept], dtype=np.int64)
        self._said = self._shipped.argmax(axis=1)
        places = np.arange(len(kept))
        self._unseen, rest = places[:unseen], places[unseen:]
        self._unjudged, self._pool = rest[:unjudged], rest[unjudged:]

    def corrected(self, count: int, *, may_train: bool = True) -> Evidence | None:
        """What a team leaves that corrected so many; None where there are not so many mistakes."""
        wrong = np.cumsum(self._said[self._pool] != self._right[self._pool])
        if wrong[-1] < count:
            return None
        read = self._pool[: int(np.searchsorted(wrong, count)) + 1]
        rows = np.concatenate([read, self._unjudged])
        right = self._right.copy()
        right[self._unjudged] = self._said[self._unjudged]
        origin = np.where(right == self._said, Origin.CONFIRMED, Origin.CORRECTED)
        origin[self._unjudged] = Origin.UNJUDGED
        return Evidence(
            self._features[rows],
            self._shipped[rows],
            right[rows],
            origin[rows].astype(np.int64),
            np.full(len(rows), may_train),
            np.ones(len(rows), dtype=np.bool_),
            rows.astype(np.int64),
        )

    def figures(self, found: Evidence) -> str:
        """Macro F1 and accuracy on what the team never saw, as it ships and adapted."""
        shipped, right = self._shipped[self._unseen], self._right[self._unseen]
        moved = fit(found).scores(shipped, self._features[self._unseen]).argmax(axis=1)
        return " to ".join(_figure(right, said) for said in (shipped.argmax(axis=1), moved))

    def lines(self, name: str, counts: Sequence[int]) -> list[tuple[str, str]]:
        """A row for each number of corrections, may they train or not."""
        told = []
        for count in counts:
            for may_train in (True, False):
                found = self.corrected(count, may_train=may_train)
                if found is None:
                    continue
                began = time.perf_counter()
                outcome = trial(found).outcome
                took = time.perf_counter() - began + self.seconds * len(found.right)
                kept = "kept" if outcome is Outcome.KEPT else f"not kept, {outcome.value}"
                words = "may train" if may_train else "scale and bias alone"
                figures = f"{self.figures(found)}; {kept}; {len(found.right):,} posts, {took:.1f} s"
                told.append((f"{name}, {count} corrections, {words}", figures))
        return told


def _figure(right: Places, said: Places) -> str:
    return f"{macro_f1(right, said):.3f} ({float((right == said).mean()):.3f})"


def airlines(data: Path) -> list[tuple[str, str]]:
    """Posts to six airlines with their moods."""
    found = []
    for part in ("train", "dev"):
        path = data / "airline_sentiment" / f"{part}.jsonl.gz"
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            found += [(row["text"], row["label"]) for row in map(json.loads, lines)]
    order = np.random.default_rng(2).permutation(len(found))[:SET]
    return [found[at] for at in order]


def main(data: Path, archives: Path) -> None:
    """Adapt to both, and keep the figures."""
    moods = Community("sentiment", airlines(data), UNSEEN, UNJUDGED)
    told = moods.lines("mood of posts to airlines", (20, 50, 100, 200, 500))
    posts = [(row.text, row.labels[0]) for some in intents_of(archives).values() for row in some]
    intents = Community("intent", posts, 200, 60)
    told += intents.lines("intent of posts of archives", (20, 40))
    record("adapt", "python -m benchmarks.adapt ../shared/data ../shared/archives", told)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("usage: python -m benchmarks.adapt DATA ARCHIVES")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
