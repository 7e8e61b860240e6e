"""A policy that cannot be is refused with its key."""

from collections.abc import Callable

import pytest

from rewards.policy import PointRates, Policy, Responder, ResponseHours


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: Policy(unsure=0.7), "rewards.unsure"),
        (lambda: Policy(irony=1.5), "rewards.irony"),
        (lambda: Policy(cooldown_days=-1), "rewards.cooldown_days"),
        (lambda: Policy(half_life_days=0), "rewards.half_life_days"),
        (lambda: Policy(time_zone="Mars/Olympus"), "rewards.time_zone"),
        (lambda: Policy(time_zone=""), "rewards.time_zone"),
        (lambda: PointRates(thanked=-1), "rewards.points"),
        (lambda: ResponseHours(issue=-1), "rewards.response_hours.issue"),
        (lambda: Responder("team", kinds=("isue",)), "isue"),
        (lambda: Responder(" "), "rewards.responders"),
    ],
)
def test_impossible_policy_names_its_key(make: Callable[[], object], key: str) -> None:
    with pytest.raises(ValueError, match=key):
        make()


@pytest.mark.parametrize("written", ["nimbusleaf", "@Nimbusleaf", "u/nimbusleaf", "/u/NimbusLeaf"])
def test_own_handle_is_known_however_it_is_written(written: str) -> None:
    assert Policy(own_handles=("@nimbusleaf",)).is_own(written)
    assert not Policy(own_handles=("nimbus",)).is_own(written)
