"""Who thanks whom for nothing, and who is mostly hostile."""

from datetime import timedelta

from rewards.abuse import hostile_people, is_hostile, reciprocal_pairs
from rewards.policy import Policy
from rewards.reading import Label, Reading
from store.records import ActOfHelp, Evidence
from tests.posts import MOMENT
from tests.rewards.examples import a_reading

POLICY = Policy()
KIND = a_reading("answer")
RUDE = a_reading("other", offensive=0.9)


def thanks(helper: int, helped: int, times: int) -> list[ActOfHelp]:
    return [
        ActOfHelp(100 * helper + n, helper, helped, Evidence.THANKED, MOMENT + timedelta(days=n))
        for n in range(times)
    ]


def test_two_who_mostly_thank_each_other_are_a_pair() -> None:
    assert reciprocal_pairs([*thanks(1, 2, 4), *thanks(2, 1, 3)]) == {frozenset({1, 2})}


def test_friends_who_help_each_other_twice_are_none() -> None:
    assert reciprocal_pairs([*thanks(1, 2, 2), *thanks(2, 1, 2)]) == set()


def test_expert_with_one_grateful_regular_is_no_colluder() -> None:
    everyone = [act for helped in range(3, 9) for act in thanks(1, helped, 1)]
    assert reciprocal_pairs([*thanks(1, 2, 4), *thanks(2, 1, 4), *everyone]) == set()


def test_one_way_thanks_are_no_collusion() -> None:
    assert reciprocal_pairs(thanks(1, 2, 20)) == set()


def test_replies_without_thanks_do_not_count() -> None:
    acts = [ActOfHelp(n, 1 + n % 2, 2 - n % 2, Evidence.REPLIED, MOMENT) for n in range(20)]
    assert reciprocal_pairs(acts) == set()


def test_mostly_rude_person_is_hostile() -> None:
    posts = [(1, RUDE)] * 4 + [(1, KIND)] * 4
    assert hostile_people(posts, POLICY) == {1}


def test_bad_day_is_not_hostility() -> None:
    assert hostile_people([(1, RUDE)] * 3, POLICY) == set()
    assert hostile_people([(1, RUDE)] * 4 + [(1, KIND)] * 5, POLICY) == set()


def test_angry_complaint_is_no_attack() -> None:
    def angry(intent: str) -> Reading:
        return a_reading(intent, emotion=Label("anger", 0.9), sentiment=Label("negative", 0.9))

    assert not is_hostile(angry("issue"), POLICY)
    assert is_hostile(angry("other"), POLICY)
