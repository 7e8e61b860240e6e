"""What carrying out a decision changes, and that a second time changes nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rewards.act import act
from rewards.case import Case
from rewards.decide import decide
from rewards.policy import Policy
from rewards.review import Review
from store import audit, cases, decisions, ledger, outbox
from store.db import Connection
from store.records import CaseState, Choice, Evidence, Verdict
from tests.rewards.stored import NOW, doubtful, help_case, issue_case

POLICY = Policy()
EAGER = Policy(automatic=True)


def run(tx: Connection, case: Case, policy: Policy = POLICY) -> bool:
    return act(tx, decide(case, policy), case, policy, NOW)


def state(tx: Connection, case: Case) -> CaseState:
    row = cases.load(tx, case.id)
    assert row is not None
    return row.state


def test_thanks_wait_for_a_person_with_a_draft_and_the_points_are_given(tx: Connection) -> None:
    case = help_case(tx)
    assert run(tx, case)
    row = cases.load(tx, case.id)
    assert row is not None
    assert row.state is CaseState.OPEN
    assert row.draft is not None
    assert (row.responder, row.due_at is None) == ("team", False)
    assert outbox.listing(tx, None, 10) == []
    assert ledger.balance(tx, case.person.person_id) == 10
    (decision,) = decisions.of_case(tx, case.id)
    assert (decision.verdict, decision.actor) == (Verdict.THANK, "policy")
    assert [note.verb for note in audit.of(tx, "case", case.id)] == ["decide"]


def test_points_belong_to_the_time_of_the_help(tx: Connection) -> None:
    case = help_case(tx)
    run(tx, case)
    assert case.help is not None
    at = case.help.at
    assert ledger.totals(tx, at, at + timedelta(seconds=1)) == {case.person.person_id: 10}


def test_automatic_thanks_go_to_the_outbox_after_the_undo_window(tx: Connection) -> None:
    case = help_case(tx)
    run(tx, case, EAGER)
    assert state(tx, case) is CaseState.DONE
    assert outbox.due(tx, NOW, 10) == []
    (message,) = outbox.due(tx, NOW + timedelta(seconds=EAGER.undo_seconds), 10)
    assert message.draft.target_post_id == case.post.id
    assert message.draft.recipient_id == case.person.person_id
    assert f"@{case.person.handle}" in message.draft.body


def test_ignored_case_is_done_and_says_nothing(tx: Connection) -> None:
    case = help_case(tx, evidence=Evidence.SCORED)
    run(tx, case, EAGER)
    assert state(tx, case) is CaseState.DONE
    assert outbox.listing(tx, None, 10) == []
    assert ledger.balance(tx, case.person.person_id) == 5


def test_who_wants_no_recognition_leaves_no_trace_in_the_ledger(tx: Connection) -> None:
    case = help_case(tx)
    run(tx, replace(case, person=replace(case.person, choice=Choice.NONE)), EAGER)
    assert ledger.of_person(tx, case.person.person_id, 10) == []


def test_complaint_is_routed_even_where_thanks_are_automatic(tx: Connection) -> None:
    case = issue_case(tx)
    run(tx, case, EAGER)
    assert state(tx, case) is CaseState.OPEN
    assert outbox.listing(tx, None, 10) == []


@pytest.mark.parametrize("policy", [POLICY, EAGER])
def test_second_time_changes_nothing(tx: Connection, policy: Policy) -> None:
    case = help_case(tx)
    assert run(tx, case, policy)
    before = cases.load(tx, case.id), outbox.listing(tx, None, 10), audit.of(tx, "case", case.id)
    assert not run(tx, case, policy)
    assert not act(tx, decide(doubtful(case), policy), doubtful(case), policy, NOW)
    after = cases.load(tx, case.id), outbox.listing(tx, None, 10), audit.of(tx, "case", case.id)
    assert after == before
    assert ledger.balance(tx, case.person.person_id) == 10
    assert len(decisions.of_case(tx, case.id)) == 1


def test_policy_does_not_overrule_a_person_who_was_faster(tx: Connection) -> None:
    case = help_case(tx)
    Review(POLICY).dismiss(tx, case.id, "not for us", actor="Ann", now=NOW)
    assert not run(tx, case, EAGER)
    assert state(tx, case) is CaseState.DISMISSED
    assert outbox.listing(tx, None, 10) == []
