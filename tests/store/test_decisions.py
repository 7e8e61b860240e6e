"""Decisions are noted once, with their reasons."""

from store import decisions
from store.db import Connection
from store.records import Reason, Verdict
from tests.posts import MOMENT, a_post
from tests.store.seeds import an_open_case


def test_decision_is_noted_once(tx: Connection) -> None:
    case_id = an_open_case(tx, a_post())
    reasons = [Reason("thanked", "post 7"), Reason("confident", "0.91")]
    assert decisions.add(tx, "d1", case_id, Verdict.THANK, reasons, "policy", MOMENT)
    assert not decisions.add(tx, "d1", case_id, Verdict.IGNORE, [], "policy", MOMENT)
    assert decisions.add(tx, "d2", case_id, Verdict.REVIEW, [], "ann", MOMENT)
    first, second = decisions.of_case(tx, case_id)
    assert (first.verdict, first.reasons, first.actor) == (Verdict.THANK, tuple(reasons), "policy")
    assert (second.verdict, second.reasons, second.at) == (Verdict.REVIEW, (), MOMENT)
