"""Ranking people by the help they gave."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.experts import Help, rank
from tests.posts import MOMENT


def help_(helper: int, helped: int, evidence: str = "thanked", days: float = 0) -> Help:
    """An act some days ago."""
    return Help(helper, helped, evidence, MOMENT - timedelta(days=days))


def test_old_help_counts_half_after_the_half_life() -> None:
    fresh, old = rank([help_(1, 9), help_(2, 9, days=45)], MOMENT, 45)
    assert (fresh.person, old.person) == (1, 2)
    assert old.score == fresh.score / 2


def test_many_people_helped_beat_one_person_helped_often() -> None:
    acts = [help_(1, 9, days=n) for n in range(4)] + [help_(2, 10 + n, days=n) for n in range(4)]
    assert [one.person for one in rank(acts, MOMENT, 45)] == [2, 1]


def test_proof_counts_more_than_an_answer() -> None:
    acts = [help_(1, 9, "replied"), help_(2, 9, "accepted"), help_(3, 9, "scored")]
    assert [one.person for one in rank(acts, MOMENT, 45)] == [2, 3, 1]


def test_discounted_pair_counts_nothing() -> None:
    acts = [help_(1, 2), help_(2, 1), help_(3, 1)]
    assert [one.person for one in rank(acts, MOMENT, 45, [frozenset((1, 2))])] == [3]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(6, 9), st.floats(0, 900))))
def test_more_help_never_lowers_a_score(rows: list[tuple[int, int, float]]) -> None:
    acts = [help_(helper, helped, days=days) for helper, helped, days in rows]
    before = {one.person: one.score for one in rank(acts, MOMENT, 45)}
    after = {one.person: one.score for one in rank([*acts, help_(1, 20)], MOMENT, 45)}
    assert all(after[person] >= score for person, score in before.items())
