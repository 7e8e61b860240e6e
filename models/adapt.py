"""Fit a head of one task to what a team said, and tell whether it is better. No effects.

What ships stays as the ground: a head adds to its log-scores, and is held close to adding nothing.
What may not train is read by its shipped scores alone, which move the scale and a bias a label; the
features of a text are read only where a model may learn from it.

Corrections are the model's mistakes and nothing else, so that by themselves they speak for any head
that reads everything otherwise. Beside them stand readings that a person saw and left as they were,
and posts that nobody judged, whose shipped reading is rehearsed.
"""

from dataclasses import dataclass, fields
from enum import IntEnum, StrEnum
from math import comb
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.adapted import Head, Rows
from models.likelihood import log_softmax

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

ENOUGH: Final = 20
"""Corrections of a task below which no head is fitted."""
CHANCE: Final = 0.05
"""What chance may have done as well, at most."""
_FOLDS: Final = 5
_AS_READ: Final = 3
"""Readings that are right beside each wrong one, as of what ships three in four are. Where fewer
were confirmed, the wrong ones were sought out: posts that nobody judged count as read right, until
there are so many."""
_HOLD_BIAS: Final = 3.0
_HOLD_LINES: Final = 300.0
"""How strongly a head is held to what ships; chosen on sanders_brand (docs/model.md)."""
_ROUNDS: Final = 20
_NEWTON: Final = 30
_TINY: Final = 1e-300
_SPREADS: Final = (1.5, 0.05)
"""Of posts that nobody judged, this many times the share of the judged ones, and this much, may
read otherwise."""


class Origin(IntEnum):
    """How the right label of a row is known."""

    CORRECTED = 0
    CONFIRMED = 1
    UNJUDGED = 2
    """It is not: what ships is taken for right."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Posts of one task, a row each."""

    features: Rows
    """[rows, features]; where `may_train` is false they judge and are not learned from."""
    shipped: Rows
    """[rows, labels]: log-scores as they ship."""
    right: NDArray[np.int64]
    """[rows]: the place of the right label."""
    origin: NDArray[np.int64]
    may_train: Mask
    is_new: Mask
    """Judged since the version in use was fitted."""
    groups: NDArray[np.int64]
    """Rows of one number are alike (an author's, or copies) and stand on one side of a split."""

    def only(self, chosen: Mask) -> "Evidence":
        """Some of the rows."""
        return Evidence(*(getattr(self, one.name)[chosen] for one in fields(self)))

    def count(self, origin: Origin) -> int:
        """Rows of an origin."""
        return int((self.origin == origin).sum())


class Outcome(StrEnum):
    """Whether a head is kept, or why not."""

    KEPT = "kept"
    FEW = "too few corrections"
    WORSE = "not better"
    CHANCE = "may be chance"
    SPREADS = "moves too much else"
    BEHIND = "behind the version in use"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a head does on posts that it was not fitted on."""

    outcome: Outcome
    corrected: int
    confirmed: int
    as_read: int = 0
    """Posts that nobody judged, counted as read right."""
    before: float = 0.0
    after: float = 0.0
    """Macro F1 between 0 and 1 of what ships and of the head."""
    mended: int = 0
    broken: int = 0
    """Rows that only the head reads right, and that only what ships does."""
    chance: float = 1.0
    """How likely chance alone mends so many of those that differ (exact McNemar test)."""
    moved: float = 0.0
    """Share of the posts that nobody judged that would be read otherwise."""


def fit(evidence: Evidence) -> Head:
    """A head for all rows of the evidence."""
    wanted, weight = _wanted(evidence)
    shipped = log_softmax(evidence.shipped).astype(np.float64)
    scale, bias = _moved(shipped, wanted, weight)
    learned = evidence.may_train
    found = evidence.features[learned].astype(np.float64)
    judged = learned & (evidence.origin != Origin.UNJUDGED)
    if judged.sum() < ENOUGH:
        none = np.zeros((evidence.features.shape[1], len(bias)), dtype=np.float32)
        return Head(scale, bias.astype(np.float32), none)
    mean, spread = found.mean(axis=0), np.sqrt(found.var(axis=0).mean()) + 1e-6
    ground = scale * shipped[learned] + bias
    inputs = (found - mean) / spread
    slopes = _lines(inputs, ground, wanted[learned], weight[learned]) / spread
    return Head(scale, (bias - mean @ slopes).astype(np.float32), slopes.astype(np.float32))


def trial(evidence: Evidence, in_use: Head | None = None) -> Trial:
    """How a head fares on rows left out of its fit, each part of them once, against what ships.

    Where a version is `in_use`, it must read the rows that are new to it no better.
    """
    corrected, confirmed = evidence.count(Origin.CORRECTED), evidence.count(Origin.CONFIRMED)
    if corrected < ENOUGH:
        return Trial(Outcome.FEW, corrected, confirmed)
    before = evidence.shipped.argmax(axis=1)
    after = _left_out(evidence)
    scored = _scored(evidence)
    was, is_now = (before == evidence.right)[scored], (after == evidence.right)[scored]
    mended, broken = int((is_now & ~was).sum()), int((was & ~is_now).sum())
    judged = evidence.origin != Origin.UNJUDGED
    moved = [_share((before != after)[which]) for which in (judged, ~judged)]
    old, new = (macro_f1(evidence.right[scored], said[scored]) for said in (before, after))
    chance = _chance(mended, broken)
    spreads = moved[1] > _SPREADS[0] * moved[0] + _SPREADS[1]
    if new <= old or mended <= broken:
        outcome = Outcome.WORSE
    elif chance > CHANCE:
        outcome = Outcome.CHANCE
    elif spreads:
        outcome = Outcome.SPREADS
    elif in_use is not None and _is_behind(evidence, after, in_use):
        outcome = Outcome.BEHIND
    else:
        outcome = Outcome.KEPT
    as_read = int(scored.sum()) - corrected - confirmed
    return Trial(outcome, corrected, confirmed, as_read, old, new, mended, broken, chance, moved[1])


def macro_f1(right: NDArray[np.int64], said: NDArray[np.int64]) -> float:
    """Mean F1 of the labels that are right of some row, or were said."""
    found = []
    for label in np.union1d(right, said):
        both = int(((right == label) & (said == label)).sum())
        found.append(2 * both / int((right == label).sum() + (said == label).sum()))
    return float(np.mean(found))


def _wanted(evidence: Evidence) -> tuple[Numbers, Numbers]:
    """What to say of each row [rows, labels], and how much each counts."""
    wanted = np.eye(evidence.shipped.shape[1])[evidence.right]
    unjudged = evidence.origin == Origin.UNJUDGED
    wanted[unjudged] = np.exp(log_softmax(evidence.shipped[unjudged]))
    corrected = evidence.count(Origin.CORRECTED)
    rehearsed = max(corrected, _missing(evidence))
    weight = np.where(unjudged, rehearsed / max(int(unjudged.sum()), 1), 1.0)
    return wanted, weight


def _missing(evidence: Evidence) -> int:
    """Readings that are right and were not confirmed, to stand beside the corrections."""
    corrected, confirmed = evidence.count(Origin.CORRECTED), evidence.count(Origin.CONFIRMED)
    return max(0, _AS_READ * corrected - confirmed)


def _scored(evidence: Evidence) -> Mask:
    """The rows that a trial counts: the judged ones, and as many others as are missing."""
    scored: Mask = evidence.origin != Origin.UNJUDGED
    others = np.flatnonzero(~scored)
    order = others[np.argsort(evidence.groups[others], kind="stable")]
    scored[order[: _missing(evidence)]] = True
    return scored


def _left_out(evidence: Evidence) -> NDArray[np.int64]:
    """What is said of each row by a head that was fitted without its group's part."""
    said = np.zeros(len(evidence.right), dtype=np.int64)
    parts = evidence.groups % _FOLDS
    for part in np.unique(parts):
        here = parts == part
        rows = evidence.only(here)
        said[here] = fit(evidence.only(~here)).scores(rows.shipped, rows.features).argmax(axis=1)
    return said


def _is_behind(evidence: Evidence, after: NDArray[np.int64], in_use: Head) -> bool:
    judged = evidence.is_new & (evidence.origin != Origin.UNJUDGED)
    rows = evidence.only(judged)
    now = in_use.scores(rows.shipped, rows.features).argmax(axis=1)
    return int((after[judged] == rows.right).sum()) < int((now == rows.right).sum())


def _chance(mended: int, broken: int) -> float:
    n = mended + broken
    return float(sum(comb(n, k) for k in range(mended, n + 1)) / 2**n)


def _share(mask: Mask) -> float:
    return float(mask.mean()) if len(mask) else 0.0


def _moved(shipped: Numbers, wanted: Numbers, weight: Numbers) -> tuple[float, Numbers]:
    """A scale and a bias a label, by Newton's method with steps that never lose."""
    place = start = np.append(1.0, np.zeros(shipped.shape[1]))
    hold = _HOLD_BIAS * np.eye(len(place))

    def loss(at: Numbers) -> float:
        said = np.log(np.maximum(_softmax(at[0] * shipped + at[1:]), _TINY))
        missed = -(weight[:, None] * wanted * said).sum()
        return float(missed + (at - start) @ hold @ (at - start) / 2)

    for _ in range(_NEWTON):
        said = _softmax(place[0] * shipped + place[1:])
        off = weight[:, None] * (said - wanted)
        slope = np.append((off * shipped).sum(), off.sum(axis=0)) + hold @ (place - start)
        step = np.linalg.solve(_bend(shipped, said, weight) + hold, slope)
        size = 1.0
        while size > 1e-6 and loss(place - size * step) > loss(place):
            size /= 2
        place = place - size * step
        if float(np.abs(size * step).max()) < 1e-7:
            break
    return float(place[0]), place[1:]


def _bend(shipped: Numbers, said: Numbers, weight: Numbers) -> Numbers:
    mean = (said * shipped).sum(axis=1, keepdims=True)
    apart = weight[:, None] * said
    bend = np.diag(np.append(0.0, apart.sum(axis=0)))
    bend[1:, 1:] -= apart.T @ said
    bend[0, 0] = float((apart * (shipped - mean) ** 2).sum())
    bend[0, 1:] = bend[1:, 0] = (apart * (shipped - mean)).sum(axis=0)
    return bend


def _lines(inputs: Numbers, ground: Numbers, wanted: Numbers, weight: Numbers) -> Numbers:
    """Slopes [features, labels] on top of `ground`.

    Each step goes down a bound on the curvature that holds everywhere, so that it is inverted once
    (Böhning, "Multinomial logistic regression algorithm", 1992).
    """
    held = _HOLD_LINES * np.eye(inputs.shape[1])
    bound = np.linalg.inv(0.5 * (inputs.T @ (inputs * weight[:, None])) + held)
    place = np.zeros((inputs.shape[1], ground.shape[1]))
    for _ in range(_ROUNDS):
        off = weight[:, None] * (_softmax(ground + inputs @ place) - wanted)
        place = place - bound @ (inputs.T @ off + _HOLD_LINES * place)
    return place


def _softmax(scores: Numbers) -> Numbers:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
