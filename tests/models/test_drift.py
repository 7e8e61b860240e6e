"""Whether what the model reads moved, beyond chance and by as much as matters."""

import random
from collections import Counter

import pytest

from models.drift import ENOUGH_BEFORE, ENOUGH_NOW, Sign, Span, divergence, drift

LABELS = ("negative", "neutral", "positive")


def span(n: int, *, mix: tuple[float, ...] = (0.3, 0.5, 0.2), unsure: float = 0.2) -> Span:
    """Posts in exactly these shares; those in doubt are 0.5 sure, the others 0.9."""
    labels = {label: round(n * share) for label, share in zip(LABELS, mix, strict=True)}
    doubt = round(n * unsure)
    sums = doubt * 0.5 + (n - doubt) * 0.9, doubt * 0.25 + (n - doubt) * 0.81
    return Span(labels, doubt, *sums)


def drawn(rng: random.Random, n: int) -> Span:
    """Posts of one and the same source, as chance gives them."""
    labels = Counter(rng.choices(LABELS, (0.3, 0.5, 0.2), k=n))
    sure = [rng.betavariate(8, 2) for _ in range(n)]
    below = sum(one < 0.6 for one in sure)
    return Span(labels, below, sum(sure), sum(one * one for one in sure))


def test_alike_has_not_moved() -> None:
    found = drift(span(2000), span(400))
    assert found.is_enough
    assert found.moved == frozenset()
    assert found.divergence == pytest.approx(0.0, abs=1e-9)


def test_more_in_doubt_is_told_and_lowers_the_confidence() -> None:
    found = drift(span(2000), span(400, unsure=0.4))
    assert found.moved == {Sign.UNSURE, Sign.CONFIDENCE}
    assert (found.before.share_unsure, found.now.share_unsure) == (0.2, 0.4)
    assert found.before.mean == pytest.approx(0.82)
    assert found.now.mean == pytest.approx(0.74)


def test_another_mix_is_told() -> None:
    found = drift(span(2000), span(400, mix=(0.6, 0.3, 0.1)))
    assert found.moved == {Sign.MIX}
    assert found.label == "negative"
    assert (found.before.part("negative"), found.now.part("negative")) == (0.3, 0.6)
    assert 0.05 < found.divergence < 0.1


def test_small_shift_is_none_however_many_posts_there_are() -> None:
    later = span(100_000, mix=(0.35, 0.47, 0.18), unsure=0.25)
    assert drift(span(1_000_000), later).moved == frozenset()


@pytest.mark.parametrize(
    ("before", "now"), [(ENOUGH_BEFORE - 10, 5000), (5000, ENOUGH_NOW - 10), (0, 0)]
)
def test_too_few_posts_say_nothing(before: int, now: int) -> None:
    found = drift(span(before), span(now, mix=(1.0, 0.0, 0.0), unsure=1.0))
    assert not found.is_enough
    assert found.moved == frozenset()


def test_chance_alone_hardly_moves_anything_even_with_the_fewest_posts() -> None:
    rng = random.Random(5)
    told = [drift(drawn(rng, ENOUGH_BEFORE), drawn(rng, ENOUGH_NOW)).moved for _ in range(1000)]
    assert sum(bool(one) for one in told) <= 5


@pytest.mark.parametrize(
    ("one", "other", "bits"),
    [
        ({"a": 5}, {"a": 90}, 0.0),
        ({"a": 5}, {"b": 5}, 1.0),
        ({"a": 1, "b": 1}, {"a": 1}, 0.3113),
        ({}, {"a": 1}, 0.0),
    ],
)
def test_divergence(one: dict[str, int], other: dict[str, int], bits: float) -> None:
    assert divergence(one, other) == pytest.approx(bits, abs=1e-4)
    assert divergence(other, one) == pytest.approx(bits, abs=1e-4)


def test_label_that_is_new_is_finite() -> None:
    new = Span({"a": 100, "b": 100}, 0, 200.0, 200.0)
    old = Span({"a": 300}, 0, 300.0, 300.0)
    assert drift(old, new).moved == {Sign.MIX}
