"""Acts of help and the scores that follow from them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from store import helpgraph
from store.db import Connection
from store.records import ActOfHelp, Evidence, ExpertScore
from tests.posts import MOMENT, a_post
from tests.store.seeds import person, saved

_DAY = timedelta(days=1)


def _act(tx: Connection, name: str = "answer", day: int = 0) -> ActOfHelp:
    (post_id,) = saved(tx, a_post(name, author="helper"))
    helper, helped = person(tx, "helper"), person(tx, "helped")
    return ActOfHelp(post_id, helper, helped, Evidence.REPLIED, MOMENT + day * _DAY)


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (Evidence.REPLIED, Evidence.THANKED, Evidence.THANKED),
        (Evidence.THANKED, Evidence.REPLIED, Evidence.THANKED),
        (Evidence.THANKED, Evidence.ACCEPTED, Evidence.ACCEPTED),
        (Evidence.SCORED, Evidence.REPLIED, Evidence.SCORED),
    ],
)
def test_stronger_evidence_wins(
    tx: Connection, first: Evidence, second: Evidence, kept: Evidence
) -> None:
    act = _act(tx)
    assert helpgraph.save_acts(tx, [replace(act, evidence=first)]) == 1
    changed = helpgraph.save_acts(tx, [replace(act, evidence=second)])
    assert changed == (1 if kept is second else 0)
    assert [one.act.evidence for one in helpgraph.acts(tx)] == [kept]


def test_one_batch_may_hold_the_same_act_twice(tx: Connection) -> None:
    act = _act(tx)
    thanked = replace(act, evidence=Evidence.THANKED, evidence_post_id=act.post_id, channel="#a")
    assert helpgraph.save_acts(tx, [act, thanked, act]) == 1
    assert helpgraph.save_acts(tx, [act, thanked]) == 0
    assert [one.act for one in helpgraph.acts_on(tx, [act.post_id])] == [thanked]
    assert helpgraph.save_acts(tx, []) == 0


def test_acts_between_two_moments(tx: Connection) -> None:
    acts = [_act(tx, f"answer{day}", day) for day in range(4)]
    helpgraph.save_acts(tx, acts)
    found = helpgraph.acts(tx, MOMENT + _DAY, MOMENT + 3 * _DAY)
    assert [one.act for one in found] == acts[1:3]
    newest = helpgraph.acts_of(tx, acts[0].helper_id, 2)
    assert [one.act for one in newest] == [acts[3], acts[2]]
    assert helpgraph.acts_of(tx, acts[0].helped_id, 2) == []


def test_scores_replace_all_former_ones(tx: Connection) -> None:
    ann, ben = person(tx, "ann"), person(tx, "ben")
    first = [ExpertScore(ann, 1.5, 2, 1, MOMENT), ExpertScore(ben, 2.5, 3, 2, MOMENT)]
    helpgraph.save_scores(tx, first)
    assert helpgraph.experts(tx, 10) == first[::-1]
    assert helpgraph.experts(tx, 1) == first[1:]
    helpgraph.save_scores(tx, first[:1])
    assert helpgraph.experts(tx, 10) == first[:1]
    helpgraph.save_scores(tx, [])
    assert helpgraph.experts(tx, 10) == []
