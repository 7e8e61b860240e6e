"""Act on a decision: the only door to effects. Everything in the caller's transaction."""

from datetime import datetime, timedelta
from typing import Final

from rewards.case import Case, Decision
from rewards.policy import Policy
from store import audit, cases, decisions, ledger, outbox
from store.db import Connection
from store.records import CaseState, Draft, LedgerEntry, Verdict

POLICY: Final = "policy"
"""The actor of what no person decided."""


def act(
    tx: Connection,
    decision: Decision,
    case: Case,
    policy: Policy,
    now: datetime,
    actor: str = POLICY,
) -> bool:
    """Carry out the policy's decision on a new case.

    False, and nothing changes, where the case was decided before: by an earlier run or by a
    person. Decide and act case by case, so that each decision sees the thanks of the one before.
    """
    if not decisions.add(
        tx, decision_key(case.id, 0), case.id, decision.verdict, decision.reasons, actor, now
    ):
        return False
    if case.help is not None and decision.points:
        score = LedgerEntry(
            dedupe_key=f"help:{case.help.act_id}",
            person_id=case.person.person_id,
            points=decision.points,
            reason=case.help.evidence.value,
            at=case.help.at,
            act_id=case.help.act_id,
        )
        ledger.add(tx, [score])
    _move(tx, decision, policy, now)
    detail = {"verdict": decision.verdict.value, "rule": decision.reasons[0].rule}
    audit.note(tx, now, actor, "decide", "case", case.id, detail)
    return True


def decision_key(case_id: int, nth: int) -> str:
    """The key of a case's nth decision: of two at once, one finds its key taken."""
    return f"case:{case_id}:{nth}"


def say(tx: Connection, case_id: int, draft: Draft, policy: Policy, now: datetime) -> None:
    """Put a message in line; it can be taken back for `policy.undo_seconds`."""
    key = f"case:{case_id}:message:{len(outbox.of_case(tx, case_id))}"
    due = now + timedelta(seconds=policy.undo_seconds)
    outbox.enqueue(tx, key, case_id, policy.sender, draft, due, now)


def _move(tx: Connection, decision: Decision, policy: Policy, now: datetime) -> None:
    case_id, draft = decision.case_id, decision.draft
    sends = policy.automatic and decision.verdict is Verdict.THANK and draft is not None
    if draft is not None:
        cases.set_draft(tx, case_id, draft.body)
    if sends and draft is not None:
        say(tx, case_id, draft, policy, now)
    cases.route(
        tx,
        case_id,
        responder=decision.responder,
        due_at=decision.due_at,
        priority=decision.priority,
    )
    closed = sends or decision.verdict is Verdict.IGNORE
    cases.set_state(tx, case_id, CaseState.DONE if closed else CaseState.OPEN, now)
