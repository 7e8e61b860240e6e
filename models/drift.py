"""Drift: whether what the model reads of late differs from what it read before. Pure.

Three signs, each told only where there are posts enough: more or less in doubt, surer or less sure,
and another mix of labels. None needs a right label; a sign says that somebody should look, not that
the model is wrong: a launch or an outage moves the labels too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import log, log2, sqrt
from typing import Final

ENOUGH_NOW: Final = 100
ENOUGH_BEFORE: Final = 200
"""Posts below which nothing is told: the bounds below are about what chance alone gives there."""
UNSURE_MOVES: Final = 0.10
"""A tenth of the posts more or fewer for people to read: what a team notices in its day."""
CONFIDENCE_MOVES: Final = 0.05
"""As much as the calibration of a shipped head may be off, and more than its error of 0.03."""
MIX_MOVES: Final = 0.05
"""Of a Jensen-Shannon divergence in bits. For small shifts it is the population stability index
divided by 8 ln 2, so that this is an index of 0.28: practice calls 0.25 a major shift."""
_Z: Final = 3.29
"""Both the size and this must be passed: by chance one comparison in a thousand passes it, and a
store of twenty sources makes some hundred a day."""
_Z_ONE_SIDED: Final = 3.09


class Sign(StrEnum):
    """What may move."""

    UNSURE = "unsure"
    """The share of posts below the line at which a person decides."""
    CONFIDENCE = "confidence"
    """The mean confidence."""
    MIX = "mix"
    """The mix of labels."""


@dataclass(frozen=True, slots=True)
class Span:
    """What a model said in a span of time: posts by label, those in doubt, and the sums of the
    confidences and of their squares."""

    labels: Mapping[str, int] = field(default_factory=dict)
    unsure: int = 0
    confidence: float = 0.0
    squares: float = 0.0

    @property
    def n(self) -> int:
        """How many posts."""
        return sum(self.labels.values())

    def part(self, label: str) -> float:
        """The share of the posts that have a label; 0 of nothing."""
        return self.labels.get(label, 0) / self.n if self.n else 0.0

    @property
    def share_unsure(self) -> float:
        """The part in doubt; 0 of nothing."""
        return self.unsure / self.n if self.n else 0.0

    @property
    def mean(self) -> float:
        """The mean confidence; 0 of nothing."""
        return self.confidence / self.n if self.n else 0.0

    @property
    def variance(self) -> float:
        """Of the confidences."""
        return max(0.0, self.squares / self.n - self.mean**2) if self.n else 0.0


@dataclass(frozen=True, slots=True)
class Drift:
    """Two spans side by side, and which signs moved; `divergence` is in bits, from 0 to 1."""

    before: Span
    now: Span
    divergence: float
    moved: frozenset[Sign]

    @property
    def is_enough(self) -> bool:
        """Whether there are posts enough to tell."""
        return self.now.n >= ENOUGH_NOW and self.before.n >= ENOUGH_BEFORE

    @property
    def label(self) -> str:
        """The label whose share of the posts changed most; empty where there is none."""
        labels = sorted(self.before.labels.keys() | self.now.labels.keys())
        return max(
            labels, key=lambda one: abs(self.now.part(one) - self.before.part(one)), default=""
        )


def drift(before: Span, now: Span) -> Drift:
    """Compare; with too few posts nothing moved."""
    found = Drift(before, now, divergence(before.labels, now.labels), frozenset())
    if not found.is_enough:
        return found
    signs = {
        Sign.UNSURE: _unsure_moved(before, now),
        Sign.CONFIDENCE: _confidence_moved(before, now),
        Sign.MIX: _mix_moved(found),
    }
    moved = frozenset(sign for sign, has_moved in signs.items() if has_moved)
    return Drift(before, now, found.divergence, moved)


def divergence(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """How far two mixes of labels lie apart: 0 alike, 1 without a label in common.

    Jensen-Shannon divergence in bits (J. Lin, Divergence measures based on the Shannon entropy,
    1991); unlike the population stability index it stays finite where a label is new.
    """
    return _divergence(one, other, 0.5)


def _unsure_moved(before: Span, now: Span) -> bool:
    apart = now.share_unsure - before.share_unsure
    pooled = (now.unsure + before.unsure) / (now.n + before.n)
    error = sqrt(pooled * (1 - pooled) * (1 / now.n + 1 / before.n))
    return abs(apart) >= UNSURE_MOVES and abs(apart) > _Z * error


def _confidence_moved(before: Span, now: Span) -> bool:
    apart = now.mean - before.mean
    error = sqrt(now.variance / now.n + before.variance / before.n)
    return abs(apart) >= CONFIDENCE_MOVES and abs(apart) > _Z * error


def _mix_moved(found: Drift) -> bool:
    """By the G test, whose statistic is the divergence weighed by the posts of each span."""
    before, now = found.before, found.now
    freedom = len(before.labels.keys() | now.labels.keys()) - 1
    if found.divergence < MIX_MOVES or freedom < 1:
        return False
    n = before.n + now.n
    in_nats = _divergence(before.labels, now.labels, before.n / n) * log(2)
    return 2 * n * in_nats > _chi_square(freedom)


def _divergence(one: Mapping[str, int], other: Mapping[str, int], weight: float) -> float:
    n, m = sum(one.values()), sum(other.values())
    if not n or not m:
        return 0.0
    total = 0.0
    for label in one.keys() | other.keys():
        p, q = one.get(label, 0) / n, other.get(label, 0) / m
        middle = weight * p + (1 - weight) * q
        total += weight * _term(p, middle) + (1 - weight) * _term(q, middle)
    return max(0.0, total)


def _term(share: float, middle: float) -> float:
    return share * log2(share / middle) if share else 0.0


def _chi_square(freedom: int) -> float:
    """What chance passes once in a thousand (Wilson and Hilferty 1931)."""
    part = 2 / (9 * freedom)
    return float(freedom * (1 - part + _Z_ONE_SIDED * sqrt(part)) ** 3)
