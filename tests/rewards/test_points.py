"""Points of an act of help: whole, never negative, and less each time between the same two."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rewards.points import earned, points_of, same_pair_before
from rewards.policy import Policy
from store.records import ActOfHelp, Evidence

POLICY = Policy()
ACT = ActOfHelp(5, 1, 2, Evidence.THANKED, datetime(2026, 5, 20, tzinfo=UTC))


def test_same_pair_earns_less_each_time() -> None:
    before: list[Evidence] = []
    got = []
    for _ in range(5):
        got.append(earned(Evidence.ACCEPTED, before, POLICY))
        before.append(Evidence.ACCEPTED)
    assert got == [15, 7, 5, 3, 3]


@given(st.lists(st.sampled_from(Evidence), max_size=80), st.integers(0, 60))
def test_pair_never_earns_more_than_its_cap(acts: list[Evidence], cap: int) -> None:
    policy = Policy(pair_monthly_cap=cap)
    points = [earned(each, acts[:place], policy) for place, each in enumerate(acts)]
    assert min(points, default=0) >= 0
    assert {type(each) for each in points} <= {int}
    assert sum(points) <= cap


def test_colluders_and_selves_earn_nothing() -> None:
    assert points_of(ACT, [], POLICY) == 10
    assert points_of(ACT, [], POLICY, colluding=True) == 0
    assert points_of(replace(ACT, helped_id=1), [], POLICY) == 0
    assert points_of(replace(ACT, evidence=Evidence.REPLIED), [], POLICY) == 0


def test_only_earlier_acts_of_the_same_pair_in_the_same_month_count() -> None:
    earlier = replace(ACT, post_id=4, at=ACT.at - timedelta(days=3), evidence=Evidence.SCORED)
    others = [
        ACT,
        earlier,
        replace(earlier, helped_id=9),
        replace(earlier, at=ACT.at + timedelta(days=1)),
        replace(earlier, at=ACT.at - timedelta(days=25)),
    ]
    assert same_pair_before(ACT, others, POLICY) == [Evidence.SCORED]


def test_month_is_that_of_the_configured_zone() -> None:
    late = replace(ACT, at=datetime(2026, 5, 31, 23, 0, tzinfo=UTC))
    first = replace(ACT, post_id=4, at=datetime(2026, 5, 1, 12, 0, tzinfo=UTC))
    assert same_pair_before(late, [first], POLICY) == [Evidence.THANKED]
    assert same_pair_before(late, [first], Policy(time_zone="Asia/Tokyo")) == []
