"""Tune what the weights of a folder answer on dev, and say what half of dev gives the other half.

    python -m models.tune --weights models/weights --data SETS --archives ARCHIVES

Thresholds of the emotions, temperatures and abstention of every head that chooses one label: all
go into ``model.json``. The network stays as it is.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from models import intent, sentiment
from models.calibrate import Truth, accuracy_at, calibration_error, probabilities, settle
from models.classifier import OnnxClassifier
from models.corpus import examples
from models.evaluate import emotions, halves, macro, tune
from models.example import UNKNOWN, Example
from models.heads import HEADS
from models.reader import Logits
from models.tongues import ENGLISH, LANGUAGES, OTHER, SUPPORTED, tongue
from models.weights_file import NEVER, describe, load, of_language

Numbers = dict[str, dict[str, float]]
Figures = dict[str, dict[str, float]]
"""Of each task, and of each source of it, the figures by name; shares are per cent."""

SINGLE: Final[Mapping[str, tuple[str, ...]]] = {
    "sentiment": sentiment.LABELS,
    "intent": intent.LABELS,
    "irony": ("literal", "irony"),
    "offensive": ("inoffensive", "offensive"),
    "complaint": ("fine", "complaint"),
    "target": sentiment.LABELS,
}
"""The heads that choose one label, and the words for it."""

COUNTED: Final = ("sentiment", "intent")


def settled(found: Sequence[Example], scores: Mapping[str, Logits]) -> tuple[Numbers, Numbers]:
    """Temperatures and abstention thresholds of each head; sentiment's by language.

    In a language that nothing was learnt of, a head only guesses.
    """
    temperatures: Numbers = {}
    abstain: Numbers = {}
    for head in SINGLE:
        if head not in scores:
            continue
        rows, truth = _unlearnt(found, head)
        groups = ["*"] * len(rows)
        if head == "sentiment":
            groups = [tongue(found[row].text) or "*" for row in rows]
        temperatures[head], abstain[head] = settle(scores[head][rows], truth, groups)
        read = SUPPORTED if head == "sentiment" else ENGLISH
        guessed = [name for name in (*LANGUAGES, OTHER) if name not in read]
        abstain[head] |= dict.fromkeys(guessed, NEVER)
    return temperatures, abstain


def told(
    found: Sequence[Example],
    scores: Mapping[str, Logits],
    head: str,
    temperatures: Mapping[str, float],
) -> tuple[list[int], Logits, Truth]:
    """The rows of `found` that have a label of `head`, their probabilities, and their labels."""
    rows, truth = _known(found, head)
    cool = np.array([of_language(temperatures, tongue(found[row].text), 1.0) for row in rows])
    said = probabilities(np.divide(scores[head][rows], cool[:, None], dtype=np.float32))
    return rows, said, truth


def _known(found: Sequence[Example], head: str) -> tuple[list[int], Truth]:
    rows = [at for at, one in enumerate(found) if getattr(one, head) != UNKNOWN]
    return rows, np.array([getattr(found[at], head) for at in rows], dtype=np.int64)


def _unlearnt(found: Sequence[Example], head: str) -> tuple[list[int], Truth]:
    """As `_known`, without what taught: most of umsab's English stands in another set's train."""
    rows, truth = _known(found, head)
    kept = [
        at
        for at, row in enumerate(rows)
        if found[row].source != "umsab" or tongue(found[row].text) != "en"
    ]
    return [rows[at] for at in kept], truth[kept]


def mistakes(
    found: Sequence[Example], scores: Mapping[str, Logits]
) -> dict[str, dict[str, dict[str, int]]]:
    """Of each task that the posts of a store are counted by, what texts of a label were called."""
    out: dict[str, dict[str, dict[str, int]]] = {}
    for head in COUNTED:
        rows, truth = _unlearnt(found, head)
        called, labels = scores[head][rows].argmax(axis=1), SINGLE[head]
        out[head] = {
            true: {
                said: int(((truth == at) & (called == to)).sum()) for to, said in enumerate(labels)
            }
            for at, true in enumerate(labels)
        }
    return out


def figures(
    found: Sequence[Example], scores: Mapping[str, Logits], temperatures: Numbers
) -> Figures:
    """How good each head is on each source, with its calibration at the temperatures."""
    out: Figures = {}
    for head, labels in SINGLE.items():
        if head not in scores:
            continue
        rows, said, truth = told(found, scores, head, temperatures.get(head, {}))
        sources = np.array([found[row].source for row in rows])
        for source in ["", *sorted(set(sources.tolist()))]:
            part = np.flatnonzero((sources == source) | (source == ""))
            score = macro(truth[part], said[part].argmax(axis=1), labels)
            out[f"{head}:{source}" if source else head] = {
                "rows": score.rows,
                "macro_recall": round(100 * score.macro_recall, 1),
                "macro_f1": round(100 * score.macro_f1, 1),
                "ece": round(calibration_error(said[part], truth[part]), 3),
                "accuracy_at_80": round(100 * accuracy_at(said[part], truth[part], 0.8), 1),
            }
    return out


def _side_by_side(scores: Mapping[str, Logits]) -> Logits:
    return np.concatenate([scores[head] for head in HEADS], axis=1)


def scores_of_halves(scores: Mapping[str, Logits]) -> tuple[dict[str, Logits], dict[str, Logits]]:
    """The scores of both `models.evaluate.halves`."""
    first, second = ({head: rows[at::2] for head, rows in scores.items()} for at in range(2))
    return first, second


def _held_out(found: Sequence[Example], scores: Mapping[str, Logits]) -> Figures:
    """The figures of one half of `found` with what was tuned on the other."""
    tuned, rest = halves(found)
    on, left = scores_of_halves(scores)
    chosen = tune(tuned, _side_by_side(on))
    felt = emotions(rest, _side_by_side(left), chosen)
    shown = figures(rest, left, settled(tuned, on)[0])
    shown["emotion"] = {
        "rows": felt.rows,
        "macro_f1": round(100 * felt.macro_f1, 1),
        "gratitude": round(100 * felt.labels["gratitude"], 1),
    }
    return shown


def settle_all(folder: Path, found: Sequence[Example]) -> Figures:
    """Tune the weights in `folder` on `found`, write their manifest, and return the figures."""
    before = load(folder)
    heads = before.heads
    describe(folder, before.name, before.thresholds, heads=heads)
    classifier = OnnxClassifier(folder, threads=1)
    scores = classifier.uncalibrated([one.text for one in found])
    shown = _held_out(found, scores)
    temperatures, abstain = settled(found, scores)
    chosen = tune(found, _side_by_side(scores))
    describe(
        folder,
        before.name,
        {"emotion": chosen},
        heads=heads,
        temperatures=temperatures,
        abstain=abstain,
        errors=mistakes(found, scores),
    )
    return shown


def main(argv: Sequence[str] | None = None) -> None:
    """Tune, write the manifest, print the figures."""
    parser = argparse.ArgumentParser(prog="models.tune", description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--archives", type=Path, required=True)
    asked = parser.parse_args(argv)
    shown = settle_all(asked.weights, examples(asked.data, asked.archives, "dev"))
    sys.stdout.write(json.dumps(shown, indent=1) + "\n")


if __name__ == "__main__":
    main()
