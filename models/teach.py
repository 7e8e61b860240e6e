r"""Train a teacher and write what it says of every text (training only; needs torch).

    python -m models.teach train --base MPNET --task sentiment --data SETS --archives ARCHIVES \
        --out DIR
    python -m models.teach soften --base MPNET --task sentiment --data SETS --archives ARCHIVES \
        --out DIR --soft FILE

A teacher is larger than what ships; only its soft labels are used, by ``models.train``.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from models import soft
from models.corpus import examples
from models.example import UNKNOWN, Example
from models.extras import of_extra
from models.heads import TRAINED

with of_extra("train", __name__):
    import torch

    from models.network import Network
    from models.torch_reading import said
    from models.train import LegEnded, Plan, train

TASKS: Final[dict[str, tuple[str, ...]]] = {
    "sentiment": ("sentiment",),
    "manner": ("emotion", "offensive", "irony", "complaint"),
    "target": ("target", "sentiment"),
    "intent": ("intent",),
}
"""A teacher and the heads that it learns together."""
_ENGLISH_ONLY: Final = {"umsab"}


def lessons(found: Sequence[Example], heads: Sequence[str]) -> list[Example]:
    """The examples that know something of `heads`."""
    return [
        one
        for one in found
        if one.source not in _ENGLISH_ONLY
        and any(getattr(one, head) not in (UNKNOWN, None) for head in heads)
    ]


def say(base: Path, out: Path, texts: Sequence[str], heads: Sequence[str]) -> soft.Rows:
    """What the teacher in `out` says [texts, sum of widths] of `texts`."""
    widths = {head: TRAINED[head] for head in heads}
    network = Network(base, widths)
    state = torch.load(out / "checkpoint.pt", weights_only=True)
    network.load_state_dict(state["network"])
    began = time.monotonic()

    def report(read: int) -> None:
        _report(f"read {read}/{len(texts)} {time.monotonic() - began:.0f} s")

    return said(network, base, texts, half=True, report=report)


def _report(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="models.teach", description=__doc__)
    parser.add_argument("step", choices=("train", "soften"))
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--task", choices=tuple(TASKS), required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--archives", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--soft", type=Path, help="where soften writes")
    parser.add_argument(
        "--all", action="store_true", help="soften: read the English texts of every set"
    )
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2.5e-5)
    parser.add_argument("--frozen", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=85.0)
    asked = parser.parse_args(argv)
    if asked.step == "soften" and asked.soft is None:
        parser.error("soften needs --soft FILE, where the labels go")
    return asked


def main(argv: Sequence[str] | None = None) -> int:
    """Train a teacher, or have it read; 0 when all is done, 3 when a leg ended before."""
    asked = _arguments(argv)
    heads = TASKS[asked.task]
    found = examples(asked.data, asked.archives, "train")
    if asked.step == "soften":
        read = lessons(found, tuple(TRAINED) if asked.all else heads)
        texts = list(dict.fromkeys(one.text for one in read))
        told = say(asked.base, asked.out, texts, heads)
        soft.write(asked.soft, texts, {head: TRAINED[head] for head in heads}, told)
        return 0
    plan = Plan(
        epochs=asked.epochs,
        batch=asked.batch,
        learning_rate=asked.rate,
        minutes=asked.minutes,
        frozen=asked.frozen,
    )
    widths = {head: TRAINED[head] for head in heads}
    try:
        train(lessons(found, heads), asked.out, plan, _report, base=asked.base, heads=widths)
    except LegEnded as ended:
        _report(str(ended))
        return 3
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
