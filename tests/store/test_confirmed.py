"""Which readings a member left as they were, and posts that stand for all."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from rewards.act import POLICY
from store import analyses, cases, confirmed, decisions, mentions
from store.db import Connection
from store.records import Analysis, CaseKind, CaseState, Reason, Task, Verdict
from tests.posts import MOMENT, a_post
from tests.store.seeds import an_open_case, saved

LATER = MOMENT + timedelta(minutes=5)


def closed(
    tx: Connection,
    name: str,
    *,
    actor: str = "Ann",
    verdict: Verdict = Verdict.ROUTE,
    state: CaseState = CaseState.DONE,
) -> int:
    """The id of a post with a closed case."""
    case_id = an_open_case(tx, a_post(name), CaseKind.ISSUE)
    decisions.add(tx, f"{name}:0", case_id, verdict, [Reason("r", "d")], actor, LATER)
    cases.set_state(tx, case_id, state, LATER)
    row = cases.load(tx, case_id)
    assert row is not None
    return row.post_id


def test_what_a_member_approved_is_confirmed(tx: Connection) -> None:
    approved = closed(tx, "p1")
    closed(tx, "p2", actor=POLICY)
    closed(tx, "p3", verdict=Verdict.IGNORE, state=CaseState.DISMISSED)
    closed(tx, "p4", verdict=Verdict.REVIEW, state=CaseState.OPEN)
    assert confirmed.acted_on(tx, POLICY, 10) == {approved: LATER}
    assert confirmed.acted_on(tx, POLICY, 0) == {}


def test_deleted_or_changed_posts_confirm_nothing(tx: Connection) -> None:
    closed(tx, "gone")
    closed(tx, "changed")
    mentions.delete_post(tx, "discourse", "gone", LATER, LATER)
    after = LATER + timedelta(minutes=1)
    saved(tx, replace(a_post("changed", text="other words"), edited_at=after), heard_at=after)
    assert confirmed.acted_on(tx, POLICY, 10) == {}


def test_readings_that_two_models_tell_otherwise_are_not_agreed(tx: Connection) -> None:
    first, second = saved(tx, a_post("p1"), a_post("p2"))
    said = [
        (first, Task.INTENT, "laurels-1", "praise"),
        (first, Task.INTENT, "laurels-1+1", "issue"),
        (first, Task.SENTIMENT, "laurels-1", "positive"),
        (first, Task.SENTIMENT, "laurels-1+1", "positive"),
        (second, Task.INTENT, "laurels-1", "praise"),
    ]
    analyses.save(tx, [Analysis(*one, 0.9) for one in said])
    assert confirmed.agreed(tx, [first, second]) == {
        first: {Task.SENTIMENT: "positive"},
        second: {Task.INTENT: "praise"},
    }


def test_spread_takes_understood_posts_evenly(tx: Connection) -> None:
    assert confirmed.spread(tx, 5) == []
    ids = saved(tx, *(a_post(f"p{n}") for n in range(40)))
    analyses.mark_understood(tx, ids[:-1], "laurels-1")
    found = [one.id for one in confirmed.spread(tx, 10)]
    assert 8 <= len(found) <= 10
    assert ids[-1] not in found
    assert {b - a for a, b in pairwise(found)} == {4}
