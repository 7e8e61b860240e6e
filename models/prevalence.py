"""Prevalence: how common each label is, corrected for the known errors of the classifier. Pure.

Counting what a classifier says is wrong by its errors, ever more so the rarer a label is. Where it
is known how often each true label is called what, on texts that were labelled by people and that
trained nothing, the counts can be adjusted: G. Forman, Quantifying counts and costs via
classification, Data Mining and Knowledge Discovery 17, 2008 (adjusted classify and count); for
several labels as the shares, none below 0 and 1 in all, whose expected counts lie nearest
(M. Bunse, On multi-class extensions of adjusted classify and count, LQ 2022).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.float64]

_DRAWS: Final = 1000
_STEPS: Final = 400
"""Of the accelerated descent, the most; it ends where nothing moves by more than `_STILL`."""
_STILL: Final = 1e-9
_TAILS: Final = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Prevalence:
    """The share of a label, and the interval that holds it 95 times in 100."""

    share: float
    low: float
    high: float


def adjusted(
    said: Mapping[str, int],
    errors: Mapping[str, Mapping[str, int]],
    *,
    draws: int = _DRAWS,
    seed: int = 0,
) -> dict[str, Prevalence]:
    """The share of each label among posts of which a classifier `said` so many of each.

    `errors` holds, by true label, how often the classifier called labelled texts what; it must know
    each label that was said. It is taken to err the same way in both places: that holds while the
    labels change in number, not while the texts of one label change. The interval counts both the
    posts and the labelled texts as the samples that they are, and is wider where the posts cannot
    have been called so by the known errors; the same input gives the same one.
    Raises ValueError for no posts, a label without labelled texts, or one that `errors` lacks.
    """
    labels = list(errors)
    counts, table = _counts(said, labels), _table(errors, labels)
    found = _nearest(_rates(table)[None], (counts / counts.sum())[None])[0]
    telling = counts / _dispersion(counts, table, found)
    low, high = np.percentile(_drawn(telling, table, draws, seed), _TAILS, axis=0)
    # So many posts cannot exclude a smaller part, were each of them read without an error.
    least = 1 - (_TAILS[0] / 100) ** (1 / telling.sum())
    high = np.maximum(np.maximum(high, found), least)
    low = np.minimum(np.minimum(low, found), 1 - least)
    return {
        label: Prevalence(float(found[at]), float(low[at]), float(high[at]))
        for at, label in enumerate(labels)
    }


def _counts(said: Mapping[str, int], labels: list[str]) -> Shares:
    strange = sorted(set(said) - set(labels))
    if strange:
        raise ValueError(f"of {', '.join(strange)} no labelled text tells how it is called")
    counts = np.array([said.get(label, 0) for label in labels], dtype=np.float64)
    if counts.sum() <= 0:
        raise ValueError("no post was counted; there is nothing to adjust")
    return counts


def _table(errors: Mapping[str, Mapping[str, int]], labels: list[str]) -> Shares:
    """Rows by what was said, columns by what is true."""
    for label, called in errors.items():
        strange = sorted(set(called) - set(labels))
        if strange:
            raise ValueError(f"{label} was called {', '.join(strange)}, which is no true label")
        if sum(called.values()) <= 0:
            raise ValueError(f"{label}: no labelled text; its errors are not known")
    rows = [[errors[true].get(one, 0) for true in labels] for one in labels]
    return np.array(rows, dtype=np.float64)


def _rates(table: Shares) -> Shares:
    return np.asarray(table / table.sum(axis=-2, keepdims=True))


def _dispersion(counts: Shares, table: Shares, shares: Shares) -> float:
    """How many posts tell as much as one would, at least 1.

    What was said may lie beyond what the known errors make of any shares: of posts that are all
    called one thing, say, though a tenth of each label is called another. Then all draws would end
    at the same bound. So far as that is beyond chance, the posts are no such sample as the labelled
    texts, and tell less (the dispersion by Pearson's statistic; R. Wedderburn, Biometrika 61,
    1974).
    """
    bound = int((shares < _STILL).sum())
    if not bound:
        return 1.0
    wanted = counts.sum() * _rates(table + 1 / len(counts)) @ shares
    return max(1.0, float(((counts - wanted) ** 2 / wanted).sum()) / bound)


def _drawn(counts: Shares, table: Shares, draws: int, seed: int) -> Shares:
    """Shares as they may be: counts and errors drawn from what is likely after seeing these.

    One text is shared among the labels beforehand, so that an error that was never seen is not
    impossible.
    """
    rng = np.random.default_rng(seed)
    few = 1 / len(counts)
    said = rng.dirichlet(counts + few, size=draws)
    columns = [rng.dirichlet(table[:, at] + few, size=draws) for at in range(len(counts))]
    return _nearest(np.stack(columns, axis=2), said)


def _nearest(rates: Shares, said: Shares) -> Shares:
    """For each draw the shares on the simplex with the least squared error of `rates @ shares`.

    By projected gradient with Nesterov's acceleration, all draws at once.
    """
    turned = np.swapaxes(rates, 1, 2)
    square, aim = turned @ rates, (turned @ said[..., None])[..., 0]
    step = 1 / np.linalg.norm(square, ord=2, axis=(1, 2))[:, None]
    shares = ahead = np.full(said.shape, 1 / said.shape[1])
    speed = 1.0
    for _ in range(_STEPS):
        slope = (square @ ahead[..., None])[..., 0] - aim
        moved = _on_simplex(ahead - step * slope)
        faster = (1 + np.sqrt(1 + 4 * speed * speed)) / 2
        ahead = moved + (speed - 1) / faster * (moved - shares)
        is_still = np.abs(moved - shares).max() < _STILL
        shares, speed = moved, faster
        if is_still:
            break
    return shares


def _on_simplex(points: Shares) -> Shares:
    """The nearest points whose parts are none below 0 and 1 in all (Duchi and others 2008)."""
    falling = -np.sort(-points, axis=1)
    over = np.cumsum(falling, axis=1) - 1
    places = np.arange(1, points.shape[1] + 1)
    last = (falling - over / places > 0).sum(axis=1)
    cut = over[np.arange(len(points)), last - 1] / last
    return np.asarray(np.maximum(points - cut[:, None], 0.0))
