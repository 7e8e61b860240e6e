"""Train the network that ships, with what teachers said, and write it as a folder of weights.

    python -m models.student --data SETS --archives ARCHIVES --out DIR --name laurels-2 \\
        --soft SOFT/sentiment.npz SOFT/manner.npz

Run the same again to go on where a leg ended or was cut. At the end it tells what int8 costs, and
`models.tune` tunes the rest.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from models import emotion
from models.classifier import OnnxClassifier, heads_of
from models.corpus import UNKNOWN, Example, examples
from models.evaluate import macro
from models.export import export
from models.heads import TRAINED, clipped
from models.network import Network
from models.soft import Rows, Soft
from models.train import LegEnded, Plan, base_model, padded, tokenizer_of, train
from models.tune import SINGLE
from models.weights_file import describe


def in_float(network: Network, texts: Sequence[str]) -> Rows:
    """What the network says [texts, all heads] before its weights are rounded."""
    network.eval()
    rows = [clipped(one.ids) for one in tokenizer_of(base_model()).encode_batch(list(texts))]
    order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
    told = np.zeros((len(rows), sum(network.widths.values())), dtype=np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), 64):
            places = order[start : start + 64]
            told[places] = network(*padded([rows[at] for at in places])).numpy()
    return told


def lost(
    network: Network, folder: Path, found: Sequence[Example]
) -> dict[str, tuple[float, float]]:
    """Macro recall of each head in float and in int8, on `found`."""
    texts = [one.text for one in found]
    whole = heads_of(in_float(network, texts), network.widths)
    # Neither weighed nor calibrated: only the rounding differs.
    rounded = heads_of(OnnxClassifier(folder, threads=1).read(texts), network.widths)
    out = {}
    for head, labels in SINGLE.items():
        rows = [at for at, one in enumerate(found) if getattr(one, head) != UNKNOWN]
        truth = np.array([getattr(found[at], head) for at in rows], dtype=np.int64)
        before, after = (
            macro(truth, said[head][rows].argmax(axis=1), labels).macro_recall
            for said in (whole, rounded)
        )
        out[head] = (before, after)
    return out


def _report(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="models.student", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--archives", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--soft", type=Path, nargs="*", default=[])
    parser.add_argument("--begin", type=Path, help="the checkpoint of a run to begin with")
    parser.add_argument("--without", nargs="*", default=[], help="sources to leave out")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=7e-5)
    parser.add_argument("--minutes", type=float, default=85.0)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Train, export, compare; 0 when all is done, 3 when a leg ended before."""
    asked = _arguments(argv)
    without = frozenset(asked.without)
    found = examples(asked.data, asked.archives, "train", without=without)
    plan = Plan(epochs=asked.epochs, learning_rate=asked.rate, minutes=asked.minutes)
    run = asked.out / "run"
    try:
        network = train(
            found, run, plan, _report, begin=asked.begin, soft=Soft(asked.soft), heads=TRAINED
        )
    except LegEnded as ended:
        _report(str(ended))
        return 3
    export(network, asked.out)
    even = dict.fromkeys(emotion.LABELS, 0.5)
    describe(asked.out, asked.name, {"emotion": even}, heads=network.widths)
    dev = examples(asked.data, asked.archives, "dev")
    for head, (before, after) in lost(network, asked.out, dev).items():
        _report(f"{head}: macro recall {100 * before:.1f} in float, {100 * after:.1f} in int8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
