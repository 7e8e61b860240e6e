"""Undo: a case is opened again, or goes back into the lane that a person took it out of."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from rewards.admission import read_place
from rewards.handling import Refused, act_of, case_of, decide, entry_of, other_kinds, put
from store import audit, cases, decisions, examples, ledger, outbox
from store.audit import Note
from store.cases import CaseRow
from store.db import Connection
from store.decisions import StoredDecision
from store.records import CaseState, Lane, MessageState, Reason, Verdict

ADMIT: Final = "admit"
UNDO: Final = "undo"
UNDOABLE: Final = frozenset({"approve", "dismiss", ADMIT})
"""Acts, as the audit names them, that UNDO takes back, the last of them first."""
TAKEN_BACK: Final = "taken back"


def undo(tx: Connection, case_id: int, *, actor: str, now: datetime) -> None:
    """Open the case again, or put one that a person took out of a lane back into it.

    Refused once its message has left. Points of the approval are taken back by a new entry,
    and what the act taught is forgotten.
    """
    case = case_of(tx, case_id)
    if case.state in (CaseState.NEW, CaseState.OPEN):
        _send_back(tx, case, actor, now)
        return
    taken = decisions.of_case(tx, case_id)
    _take_back(tx, case_id, now)
    examples.forget(tx, case.post_id)
    if taken:
        _unscore(tx, case, taken[-1])
    decide(tx, case, Verdict.REVIEW, Reason("undone", "opened again"), actor, now)
    cases.set_state(tx, case_id, CaseState.OPEN, now)
    audit.note(tx, now, actor, UNDO, "case", case_id, {})
    _teach_again(tx, case)


def admission(tx: Connection, case_id: int) -> Note | None:
    """How a person took the case out of a lane; None where nobody did, or it was undone."""
    standing: list[Note] = []
    for note in audit.of(tx, "case", case_id):
        if note.verb in UNDOABLE:
            standing.append(note)
        elif note.verb == UNDO and standing:
            standing.pop()
    return standing[-1] if standing and standing[-1].verb == ADMIT else None


def _send_back(tx: Connection, case: CaseRow, actor: str, now: datetime) -> None:
    """Put an open case back into the lane that a person took it out of."""
    note = admission(tx, case.id)
    if note is None:
        raise Refused("The case is open already; there is nothing to undo.")
    lane, place = Lane(note.detail["lane"]), read_place(note.detail)
    if place.kind in other_kinds(tx, case):
        place = replace(place, kind=case.kind)
    decide(tx, case, Verdict.REVIEW, Reason("undone", f"{lane.value} again"), actor, now)
    examples.forget(tx, case.post_id)
    put(tx, case.id, lane, place)
    audit.note(tx, now, actor, UNDO, "case", case.id, {"reason": f"{lane.value} again"})


def _teach_again(tx: Connection, case: CaseRow) -> None:
    """That the post is about us was said before the act that is undone, and still holds."""
    note = admission(tx, case.id)
    if note is not None and Lane(note.detail["lane"]) is Lane.UNSURE:
        examples.save(tx, case.post_id, about=True, actor=note.actor, at=note.at)


def _take_back(tx: Connection, case_id: int, now: datetime) -> None:
    """Stop the case's newest message; refused once it is being sent."""
    message = next(reversed(outbox.of_case(tx, case_id)), None)
    if message is None or message.state is MessageState.FAILED:
        return
    # Claiming it is what keeps a sender from taking it at the same moment.
    if not outbox.claim(tx, message.id, now):
        raise Refused("The message has left already; it cannot be taken back.")
    outbox.mark_failed(tx, message.id, TAKEN_BACK, now)


def _unscore(tx: Connection, case: CaseRow, approval: StoredDecision) -> None:
    """Take back the points that this approval gave, by a new entry in the same month."""
    act = act_of(tx, case)
    if act is None:
        return
    for entry in ledger.of_act(tx, act.act.helper_id, act.id):
        if entry.dedupe_key == f"{approval.dedupe_key}:points":
            key = f"{approval.dedupe_key}:undone"
            ledger.add(tx, [entry_of(key, act, -entry.points, "approval undone")])
