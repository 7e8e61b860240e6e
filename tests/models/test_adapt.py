"""A head learns what is systematic, is kept only if it is better, and reads no forbidden text."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from models import adapt
from models.adapt import ENOUGH, Evidence, Origin, Outcome, fit, trial
from models.adapted import Head

LABELS = 3


def community(rows: int, *, mistaken: bool = True, seed: int = 7) -> Evidence:
    """Texts of which the fourth part is read as 0 and is 2, told by the first feature alone.

    All are judged, half as many others are not.
    """
    dice = np.random.default_rng(seed)
    features = dice.normal(0, 1, (rows + rows // 2, 12)).astype(np.float32)
    odd = dice.random(len(features)) < 0.25
    features[:, 0] = np.where(odd, 3.0, -1.0) + dice.normal(0, 0.3, len(features))
    said = np.where(odd, 0, dice.integers(0, LABELS, len(features)))
    right = np.where(odd & mistaken, 2, said)
    shipped = (1.5 * np.eye(LABELS)[said] + dice.normal(0, 0.1, (len(said), LABELS))).astype("f4")
    origin = np.where(right == said, Origin.CONFIRMED, Origin.CORRECTED)
    origin[rows:] = Origin.UNJUDGED
    right[rows:] = said[rows:]
    return Evidence(
        features,
        shipped,
        right.astype(np.int64),
        origin.astype(np.int64),
        np.ones(len(said), dtype=np.bool_),
        np.ones(len(said), dtype=np.bool_),
        dice.integers(0, 10_000, len(said)),
    )


def right_of(head: Head, rows: Evidence) -> float:
    said = head.scores(rows.shipped, rows.features).argmax(axis=1)
    judged = rows.origin != Origin.UNJUDGED
    return float((said == rows.right)[judged].mean())


def misread(rows: Evidence, right: NDArray[np.int64]) -> Evidence:
    """The corrected rows corrected to other labels."""
    return replace(rows, right=np.where(rows.origin == Origin.CORRECTED, right, rows.right))


def test_systematic_mistake_is_learned_and_kept() -> None:
    rows = community(400)
    found = trial(rows)
    assert found.outcome is Outcome.KEPT
    assert found.after > found.before + 0.1
    assert found.mended > 10 * found.broken
    assert right_of(fit(rows), community(400, seed=8)) > 0.95


def test_few_corrections_fit_nothing() -> None:
    rows = community(400)
    kept = np.flatnonzero(rows.origin != Origin.CORRECTED).tolist()
    kept += np.flatnonzero(rows.origin == Origin.CORRECTED)[: ENOUGH - 1].tolist()
    chosen = np.isin(np.arange(len(rows.right)), kept)
    found = trial(rows.only(chosen))
    assert (found.outcome, found.corrected) == (Outcome.FEW, ENOUGH - 1)


@pytest.mark.parametrize("seed", range(5))
def test_corrections_by_dice_are_not_kept(seed: int) -> None:
    rows = community(300, mistaken=False, seed=seed)
    dice = np.random.default_rng(seed)
    wrong = (dice.random(len(rows.right)) < 0.2) & (rows.origin != Origin.UNJUDGED)
    other = (rows.right + dice.integers(1, LABELS, len(rows.right))) % LABELS
    rows = replace(
        rows,
        right=np.where(wrong, other, rows.right),
        origin=np.where(wrong, Origin.CORRECTED, rows.origin),
    )
    assert trial(rows).outcome in {Outcome.WORSE, Outcome.CHANCE}


def test_texts_corrected_one_way_and_the_other_are_not_kept() -> None:
    rows = community(400)
    dice = np.random.default_rng(3)
    assert trial(misread(rows, dice.integers(1, LABELS, len(rows.right)))).outcome is Outcome.KEPT
    both = np.arange(len(rows.right)) % 2 * 2  # what ships is right as often as not
    assert trial(misread(rows, both)).outcome is not Outcome.KEPT


def test_corrections_alone_do_not_speak_for_reading_all_otherwise() -> None:
    rows = community(300, mistaken=False)
    dice = np.random.default_rng(1)
    some = (rows.right == 0) & (dice.random(len(rows.right)) < 0.5)
    some &= rows.origin != Origin.UNJUDGED
    rows = replace(
        rows,
        right=np.where(some, 1, rows.right),
        origin=np.where(some, Origin.CORRECTED, rows.origin),
    )
    only = rows.only(rows.origin != Origin.CONFIRMED)
    found = trial(only)
    assert found.outcome is not Outcome.KEPT
    assert found.as_read > found.corrected


def sought_out(corrected: int, confirmed: int, seed: int) -> Evidence:
    """Of what reads as 0 some was found and corrected to 1, nothing tells which; little else was
    looked at."""
    rows = community(600, mistaken=False, seed=seed)
    dice = np.random.default_rng(seed)
    judged = rows.origin != Origin.UNJUDGED
    zeros = dice.permutation(np.flatnonzero(judged & (rows.right == 0)))[:corrected]
    wrong = np.isin(np.arange(len(judged)), zeros)
    left = dice.permutation(np.flatnonzero(judged & ~wrong))[:confirmed]
    rows = replace(
        rows,
        right=np.where(wrong, 1, rows.right),
        origin=np.where(wrong, Origin.CORRECTED, rows.origin),
    )
    return rows.only(wrong | ~judged | np.isin(np.arange(len(judged)), left))


@pytest.mark.parametrize("seed", range(3))
def test_one_more_approval_is_no_cliff(seed: int) -> None:
    found = [trial(sought_out(60, confirmed, seed)) for confirmed in (58, 59, 60, 61, 75, 120)]
    assert [one.as_read for one in found] == [122, 121, 120, 119, 105, 60]
    assert Outcome.KEPT not in {one.outcome for one in found}


def test_features_of_what_may_not_train_are_never_learned_from() -> None:
    rows = community(400)
    forbidden = np.arange(len(rows.right)) % 2 == 0
    rows = replace(rows, may_train=~forbidden)
    scrambled = rows.features.copy()
    scrambled[forbidden] = 1e6
    fitted, other = fit(rows), fit(replace(rows, features=scrambled))
    assert fitted.scale == other.scale
    assert np.array_equal(fitted.bias, other.bias)
    assert np.array_equal(fitted.weights, other.weights)
    assert fitted.weights.any()


def test_what_may_not_train_moves_scale_and_bias_alone() -> None:
    rows = community(400)
    rows = replace(rows, may_train=np.zeros(len(rows.right), dtype=np.bool_))
    fitted = fit(rows)
    assert not fitted.weights.any()
    assert fitted.bias[2] > fitted.bias[0]


def test_rows_of_one_group_stand_on_one_side() -> None:
    rows = community(400)
    alone = replace(rows, groups=np.full(len(rows.right), 5))
    assert trial(alone).outcome is Outcome.WORSE  # nothing is left to fit on


def test_version_in_use_stays_where_it_is_better_on_what_is_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = community(400)
    slopes = np.zeros((rows.features.shape[1], LABELS), dtype=np.float32)
    slopes[0, 2] = 0.5  # mends about half of the mistakes
    weak, strong = Head(1.0, np.zeros(LABELS, dtype=np.float32), slopes), fit(rows)
    monkeypatch.setattr(adapt, "fit", lambda _: weak)
    assert trial(rows).outcome is Outcome.KEPT
    assert trial(rows, weak).outcome is Outcome.KEPT
    assert trial(rows, strong).outcome is Outcome.BEHIND
    old = replace(rows, is_new=np.zeros(len(rows.right), dtype=np.bool_))
    assert trial(old, strong).outcome is Outcome.KEPT


def test_head_that_moves_only_what_nobody_judged_is_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = community(400)
    unjudged = rows.origin == Origin.UNJUDGED
    truth = fit(rows)
    features = rows.features.copy()
    features[unjudged, 0] = 3.0  # everything that nobody judged looks like the mistakes
    monkeypatch.setattr(adapt, "fit", lambda _: truth)
    found = trial(replace(rows, features=features))
    assert found.outcome is Outcome.SPREADS
    assert found.moved > 0.3


def test_macro_f1_counts_each_label_alike() -> None:
    right = np.array([0, 0, 0, 0, 1, 1])
    assert adapt.macro_f1(right, right) == 1.0
    assert adapt.macro_f1(right, np.zeros(6, dtype=np.int64)) == pytest.approx(0.4)
