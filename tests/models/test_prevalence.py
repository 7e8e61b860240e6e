"""Shares corrected for the errors of a classifier, against made-up truths."""

import numpy as np
import pytest

from models.prevalence import adjusted

TWO = {"yes": {"yes": 80, "no": 20}, "no": {"yes": 10, "no": 90}}
THREE = {
    "negative": {"negative": 140, "neutral": 50, "positive": 10},
    "neutral": {"negative": 30, "neutral": 150, "positive": 20},
    "positive": {"negative": 10, "neutral": 40, "positive": 150},
}


def rates(errors: dict[str, dict[str, int]]) -> dict[str, dict[str, float]]:
    return {
        true: {one: n / sum(called.values()) for one, n in called.items()}
        for true, called in errors.items()
    }


def expected(
    truth: dict[str, float], errors: dict[str, dict[str, int]], n: int = 10_000
) -> dict[str, int]:
    """What the classifier says of `n` posts with these true shares, but for chance."""
    wrong = rates(errors)
    return {one: round(n * sum(truth[true] * wrong[true][one] for true in truth)) for one in errors}


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.5, 0.97, 1.0])
def test_two_labels_are_found_by_the_formula(share: float) -> None:
    truth = {"yes": share, "no": 1 - share}
    said = expected(truth, TWO)
    found = adjusted(said, TWO)
    by_hand = (said["yes"] / 10_000 - 0.1) / (0.8 - 0.1)
    assert found["yes"].share == pytest.approx(by_hand, abs=1e-3)
    assert found["yes"].share == pytest.approx(share, abs=1e-3)
    assert found["yes"].share + found["no"].share == pytest.approx(1.0)


@pytest.mark.parametrize("truth", [(0.1, 0.8, 0.1), (0.6, 0.3, 0.1), (0.0, 1.0, 0.0)])
def test_several_labels_are_found(truth: tuple[float, float, float]) -> None:
    shares = dict(zip(THREE, truth, strict=True))
    found = adjusted(expected(shares, THREE), THREE)
    for label, share in shares.items():
        assert found[label].share == pytest.approx(share, abs=2e-3)
        assert found[label].low <= found[label].share <= found[label].high


def test_share_beyond_what_errors_explain_is_clipped() -> None:
    found = adjusted({"yes": 2, "no": 98}, TWO)
    assert found["yes"].share == pytest.approx(0.0, abs=1e-9)
    assert found["no"].share == pytest.approx(1.0)
    assert found["yes"].low == pytest.approx(0.0, abs=1e-9)
    assert 0.03 < found["yes"].high < 0.3
    assert 0.7 < found["no"].low < 0.97


def test_counts_alone_would_be_far_off() -> None:
    said = expected({"yes": 0.02, "no": 0.98}, TWO)
    assert said["yes"] / 10_000 > 0.1
    assert adjusted(said, TWO)["yes"].share == pytest.approx(0.02, abs=1e-3)


@pytest.mark.parametrize(
    ("errors", "truth"),
    [(TWO, (0.25, 0.75)), (THREE, (0.2, 0.65, 0.15)), (THREE, (0.4, 0.2, 0.4))],
)
def test_interval_holds_the_truth_about_as_often_as_it_says(
    errors: dict[str, dict[str, int]], truth: tuple[float, ...]
) -> None:
    rng = np.random.default_rng(3)
    wrong = np.array([list(one.values()) for one in rates(errors).values()])
    held = 0
    for seed in range(60):
        seen = {
            true: dict(zip(errors, rng.multinomial(200, row).tolist(), strict=True))
            for true, row in zip(errors, wrong, strict=True)
        }
        counts = rng.multinomial(500, np.array(truth) @ wrong)
        said = dict(zip(errors, counts.tolist(), strict=True))
        found = adjusted(said, seen, draws=200, seed=seed)
        held += sum(
            found[label].low <= share <= found[label].high
            for label, share in zip(errors, truth, strict=True)
        )
    assert 0.9 <= held / (60 * len(truth)) <= 1.0


def test_more_posts_and_more_labelled_texts_make_it_narrower() -> None:
    def width(posts: int, texts: int) -> float:
        errors = {
            true: {one: n * texts // 100 for one, n in called.items()}
            for true, called in TWO.items()
        }
        found = adjusted(expected({"yes": 0.3, "no": 0.7}, TWO, posts), errors)["yes"]
        return found.high - found.low

    assert width(100_000, 100) < width(200, 100)
    assert width(100_000, 10_000) < width(100_000, 100)


def test_classifier_that_cannot_tell_leaves_all_open() -> None:
    blind = {"yes": {"yes": 50, "no": 50}, "no": {"yes": 50, "no": 50}}
    found = adjusted({"yes": 500, "no": 500}, blind)["yes"]
    assert found.high - found.low > 0.9


@pytest.mark.parametrize(
    "said",
    [
        {"neutral": 1_000_000},
        {"negative": 1_000_000},
        {"neutral": 999_999, "positive": 1},
        {"neutral": 500_000, "positive": 500_000},
    ],
)
def test_posts_that_the_known_errors_cannot_make_leave_much_open(said: dict[str, int]) -> None:
    for one in adjusted(said, THREE).values():
        assert 0 <= one.low <= one.share <= one.high <= 1
        assert one.high - one.low > 0.2


def test_posts_that_they_can_make_at_the_edge_are_told_closely() -> None:
    said = expected({"negative": 0.0, "neutral": 1.0, "positive": 0.0}, THREE, 100_000)
    found = adjusted(said, THREE)
    assert 0.0 < 1 - found["neutral"].low < 0.2
    assert 0.0 < found["positive"].high < 0.1


@pytest.mark.parametrize(
    ("errors", "open_to"),
    [
        ({"yes": {"yes": 50}, "no": {"no": 50}}, (0.01, 0.1)),
        ({"yes": {"yes": 50}, "no": {"yes": 50}}, (0.9, 1.0)),
        ({"yes": {"yes": 1}, "no": {"no": 1}}, (0.3, 1.0)),
    ],
)
def test_few_or_blank_errors_are_no_certainty(
    errors: dict[str, dict[str, int]], open_to: tuple[float, float]
) -> None:
    found = adjusted({"yes": 1_000_000}, errors)["yes"]
    assert open_to[0] <= found.high - found.low <= open_to[1]


def test_same_input_gives_the_same_interval() -> None:
    said = {"yes": 40, "no": 60}
    assert adjusted(said, TWO) == adjusted(said, TWO)


@pytest.mark.parametrize(
    ("said", "errors", "why"),
    [
        ({}, TWO, "nothing to adjust"),
        ({"yes": 0}, TWO, "nothing to adjust"),
        ({"maybe": 3}, TWO, "of maybe no labelled text"),
        ({"yes": 3}, {"yes": {"yes": 3}, "no": {}}, "no: no labelled text"),
        ({"yes": 3}, {"yes": {"yes": 3, "hm": 1}}, "yes was called hm"),
    ],
)
def test_what_cannot_be_adjusted_says_why(
    said: dict[str, int], errors: dict[str, dict[str, int]], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        adjusted(said, errors)
