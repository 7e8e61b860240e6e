"""The network that ships: trained with what teachers said, and written as a folder of weights.

    python -m models.student CHECKPOINT --out DIR --name NAME

writes the network of a checkpoint, an average say (`models.average`); `models.probe_fit` and
`models.tune` do the rest.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch

from models import emotion
from models.classifier import OnnxClassifier, heads_of
from models.corpus import examples
from models.evaluate import macro
from models.example import UNKNOWN, Example
from models.export import export
from models.heads import TRAINED
from models.network import Network
from models.soft import Soft
from models.torch_reading import said
from models.train import Plan, base_model, network_of, train
from models.tune import SINGLE
from models.weights_file import describe

BALANCE: Final = {"target": (0.4, 0.0, -0.4)}
"""Added to a head's log-odds. What teaches the mood towards something praises four times as often
as it complains, which says nothing of the posts to come (docs/model.md)."""
RUN: Final = "run"
"""Where in the folder the checkpoint stands."""


def lost(
    network: Network, folder: Path, found: Sequence[Example]
) -> dict[str, tuple[float, float]]:
    """Macro recall of each head in float and in int8, on `found`."""
    texts = [one.text for one in found]
    whole = heads_of(said(network, base_model(), texts), network.widths)
    # Neither weighed nor calibrated: only the rounding differs.
    rounded = heads_of(OnnxClassifier(folder, threads=1).read(texts), network.widths)
    out = {}
    for head, labels in SINGLE.items():
        rows = [at for at, one in enumerate(found) if getattr(one, head) != UNKNOWN]
        truth = np.array([getattr(found[at], head) for at in rows], dtype=np.int64)
        before, after = (
            macro(truth, answered[head][rows].argmax(axis=1), labels).macro_recall
            for answered in (whole, rounded)
        )
        out[head] = (before, after)
    return out


@dataclass(frozen=True, slots=True)
class Sets:
    """The folders of labelled sets and of archives, and sources of them to leave out."""

    data: Path
    archives: Path
    without: frozenset[str] = frozenset()

    def examples(self, split: str) -> list[Example]:
        """Raises FileNotFoundError where a set is missing."""
        return examples(self.data, self.archives, split, without=self.without)


def make(
    sets: Sets,
    out: Path,
    name: str,
    plan: Plan,
    report: Callable[[str], None],
    *,
    begin: Path | None = None,
    soft: Sequence[Path] = (),
) -> None:
    """Train, export to `out`, and tell what int8 costs.

    `begin` and `soft` as in `models.train.train`. Raises models.train.LegEnded where the plan's
    minutes were over first, OtherRunError where another run stands in `out`, and FileNotFoundError
    where a set is missing.
    """
    found = sets.examples("train")
    network = train(found, out / RUN, plan, report, begin=begin, soft=Soft(soft), heads=TRAINED)
    report("exporting")
    write(network, out, name)
    for head, (before, after) in lost(network, out, sets.examples("dev")).items():
        report(f"{head}: macro recall {100 * before:.1f} in float, {100 * after:.1f} in int8")


def balance(network: Network) -> None:
    """Move the heads of `BALANCE`, each the last layer of its part."""
    with torch.no_grad():
        for head, shift in BALANCE.items():
            network.heads.get_submodule(f"{head}.3").get_parameter("bias").add_(torch.tensor(shift))


def write(network: Network, out: Path, name: str) -> None:
    """Export the network, its heads balanced, to the folder `out`, not tuned yet."""
    balance(network)
    export(network, out)
    even = dict.fromkeys(emotion.LABELS, 0.5)
    describe(out, name, {"emotion": even}, heads=network.widths)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the network of a checkpoint as weights."""
    parser = argparse.ArgumentParser(prog="models.student", description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", required=True)
    asked = parser.parse_args(argv)
    network = Network(base_model(), TRAINED)
    network.load_state_dict(network_of(asked.checkpoint))
    write(network, asked.out, asked.name)


if __name__ == "__main__":
    main()
