"""Correct what the model read in a post, and take that back; the case goes where it belongs."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from rewards.admission import place_of, read_place, written
from rewards.correction import AS_CORRECTED, CORRECTABLE, kind_of, moved
from rewards.drafting.mark import is_by_a_person
from rewards.handling import (
    RECOGNITION,
    Refused,
    case_of,
    decide,
    dismiss,
    other_kinds,
    place,
    reading_of,
    standing_post,
)
from rewards.policy import Policy
from rewards.reading import Reading
from rewards.undoing import undo
from store import analyses, audit, cases, labels, mentions
from store.audit import Note
from store.cases import CaseRow
from store.db import Connection
from store.records import Analysis, CaseKind, CaseState, Reason, Task, Verdict

WRONG_KIND: Final = "wrong kind"
"""The reason of a dismissal of what the model misread as something for us."""
CORRECT: Final = "correct"
UNCORRECT: Final = "uncorrect"


def correct(
    tx: Connection,
    policy: Policy,
    case_id: int,
    task: Task,
    label: str,
    *,
    may_train: Callable[[str], bool],
    actor: str,
    now: datetime,
) -> None:
    """Say what the post reads as; a waiting case moves to the kind that it is then.

    One that asks for nothing of ours then is dismissed. What was said is kept as a label.
    """
    case = case_of(tx, case_id)
    found, now_read = _correctable(tx, case, task)
    if label not in CORRECTABLE.get(task, ()):
        raise Refused(f"No {task} is called {label}; nothing was changed.")
    if label == now_read:
        raise Refused(f"It reads as {label} already; nothing was changed.")
    before = reading_of(tx, case.post_id)
    id_ = labels.add(tx, found, label, may_train=may_train(case.platform), actor=actor, at=now)
    reason = f"{label}, not {now_read}"
    detail = {"label": str(id_), "reason": reason} | written(place_of(case))
    audit.note(tx, now, actor, CORRECT, "case", case_id, detail)
    if case.state not in (CaseState.NEW, CaseState.OPEN):
        return
    kind: CaseKind | None = case.kind
    if task is Task.INTENT:
        kind = kind_of(case.kind, label, other_kinds(tx, case))
    if kind is None:
        dismiss(tx, case_id, WRONG_KIND, actor=actor, now=now)
        return
    why = case.reason if kind is case.kind else f"{kind.value}, {AS_CORRECTED}"
    _move(tx, policy, case, kind, why, before, Reason("corrected", reason), actor, now)


def uncorrect(
    tx: Connection, policy: Policy, case_id: int, task: Task, *, actor: str, now: datetime
) -> None:
    """Take back what was last said of the post; the case goes back to what it was for that."""
    case = case_of(tx, case_id)
    label = labels.of(tx, [case.post_id]).get(case.post_id, {}).get(task)
    if label is None:
        raise Refused("There is no correction to undo.")
    before = reading_of(tx, case.post_id)
    labels.undo(tx, label.id, actor=actor, at=now)
    for one in cases.of_posts(tx, [case.post_id]):
        notes = audit.of(tx, "case", one.id)
        note = next((n for n in notes if n.detail.get("label") == str(label.id)), None)
        if note is not None:
            _move_back(tx, policy, one, task, note, notes[-1], before, actor, now)
    detail = {"reason": f"{label.label} taken back"}
    audit.note(tx, now, actor, UNCORRECT, "case", case_id, detail)


def _move_back(
    tx: Connection,
    policy: Policy,
    case: CaseRow,
    task: Task,
    note: Note,
    last: Note,
    before: Reading,
    actor: str,
    now: datetime,
) -> None:
    """Put a case back where a correction took it from, unless it went on from there."""
    if case.state is CaseState.DISMISSED and (last.verb, last.at) == ("dismiss", note.at):
        undo(tx, case.id, actor=actor, now=now)
    if case.state not in (CaseState.NEW, CaseState.OPEN):
        return
    stood, kind, why = read_place(note.detail), case.kind, case.reason
    has_moved = task is Task.INTENT and why.endswith(AS_CORRECTED)
    if has_moved and stood.kind not in other_kinds(tx, case):
        kind, why = stood.kind, stood.reason
    reason = Reason("undone", f"{kind.value} again")
    _move(tx, policy, case, kind, why, before, reason, actor, now)


def _move(
    tx: Connection,
    policy: Policy,
    case: CaseRow,
    kind: CaseKind,
    why: str,
    before: Reading,
    reason: Reason,
    actor: str,
    now: datetime,
) -> None:
    post = standing_post(tx, case)
    after = reading_of(tx, case.post_id)
    place(tx, case.id, moved(case, post, kind, why, (before, after), policy))
    if kind is case.kind:
        return
    # Of a new case too: the policy, which would judge it as before, finds it decided.
    decide(tx, case, Verdict.REVIEW, reason, actor, now)
    cases.set_state(tx, case.id, CaseState.OPEN, now)
    if case.kind in RECOGNITION and not is_by_a_person(audit.of(tx, "case", case.id), case.draft):
        cases.set_draft(tx, case.id, None)  # words of thanks are none for a complaint


def _correctable(tx: Connection, case: CaseRow, task: Task) -> tuple[Analysis, str]:
    """What a model said of the post, and what it reads as now: that, or what a person said."""
    found = analyses.of(tx, [case.post_id]).get(case.post_id, {}).get(task)
    if not mentions.standing(tx, [case.post_id]):
        raise Refused("The post was deleted; nothing was changed.")
    if found is None:
        raise Refused("No model read this post yet; there is nothing to correct.")
    said = labels.right(tx, [case.post_id]).get(case.post_id, {})
    return found, said.get(task, found.label)
