"""Fit the tasks that the weights of a folder were not trained for, on what their network tells.

python -m models.probe_fit --weights models/weights --data SETS --archives ARCHIVES
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models import probe
from models.classifier import OnnxClassifier
from models.corpus import examples
from models.example import UNKNOWN, Example
from models.heads import TRAINED
from models.weights_file import describe_again, load

TASKS: Final[tuple[str, ...]] = ("emotion", "irony")
_SEVERAL, _ONE = 0.03, 0.01
"""Strengths of a task whose labels come several at once, and of one that has two."""


def wanted(found: Sequence[Example], task: str) -> NDArray[np.bool_]:
    """Which labels each example has [examples, labels]; of two labels, only the second counts."""
    out = np.zeros((len(found), TRAINED[task]), dtype=np.bool_)
    for row, one in enumerate(found):
        if task == "emotion":
            out[row, list(one.emotion or ())] = True
        else:
            out[row, getattr(one, task)] = True
    if TRAINED[task] == 2:
        out[:, 0] = False
    return out


def fit_all(folder: Path, found: Sequence[Example]) -> None:
    """Fit on `found`, write to the weights in `folder`, and bring their manifest up to date."""
    before = load(folder)
    classifier = OnnxClassifier(folder, threads=1)
    probes = {}
    for task in TASKS:
        known = [one for one in found if getattr(one, task) not in (UNKNOWN, None)]
        rows = classifier.features([one.text for one in known])
        several = task == "emotion"
        strength = _SEVERAL if several else _ONE
        probes[task] = probe.fit(rows, wanted(known, task), strength=strength, even=not several)
    probe.save(folder, probes)
    describe_again(folder, before)


def main(argv: Sequence[str] | None = None) -> None:
    """Fit the probes of the weights in a folder."""
    parser = argparse.ArgumentParser(prog="models.probe_fit", description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--archives", type=Path, required=True)
    asked = parser.parse_args(argv)
    fit_all(asked.weights, examples(asked.data, asked.archives, "train"))


if __name__ == "__main__":
    main()
