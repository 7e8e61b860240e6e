"""Whether a draft may be asked for, and what the store keeps of what came back."""

from datetime import datetime

from rewards.drafting.answer import Answer
from rewards.drafting.mark import DRAFT, is_by_a_person, written
from rewards.handling import RECOGNITION, Refused, check_consent, open_case, standing_post
from store import audit, cases
from store.cases import CaseRow
from store.db import Connection
from store.records import Lane


def may_ask(tx: Connection, case_id: int, field: str) -> CaseRow:
    """The case, where a model may write its draft; `field` is what the person's page shows of it.

    Raises Refused, also where words of a person would be lost.
    """
    case = open_case(tx, case_id)
    if case.lane is not Lane.MAIN:
        raise Refused("The case is in doubt; say first whether it is about us. Nothing was sent.")
    standing_post(tx, case)
    if case.kind in RECOGNITION:
        check_consent(tx, case.person_id)
    words, notes = (case.draft or "").strip(), audit.of(tx, "case", case.id)
    if field and (field != words or is_by_a_person(notes, case.draft)):
        raise Refused(
            "There are words of a person in the draft; empty the field to ask for others. "
            "Nothing was sent."
        )
    return case


def keep(
    tx: Connection,
    case_id: int,
    answer: Answer,
    before: str | None,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Put an answer without faults into the draft, marked as machine-written; note any other.

    `before` is the draft that stood when it was asked for: Refused where another stands now.
    """
    rules = [one.rule for one in answer.faults]
    if rules:
        note_failed(tx, case_id, answer.model, f"refused: {', '.join(rules)}", actor, now)
        return
    case = open_case(tx, case_id)
    standing_post(tx, case)
    if case.draft != before:
        raise Refused("Somebody wrote in the draft meanwhile; theirs was kept.")
    cases.set_draft(tx, case_id, answer.body)
    detail = written(answer.model, answer.body, actor)
    audit.note(tx, now, actor, DRAFT, "case", case_id, detail)


def note_failed(
    tx: Connection, case_id: int, model: str, why: str, actor: str, now: datetime
) -> None:
    """Note that masked text went out, and that no draft came of it."""
    detail = {"model": model, "reason": why}
    audit.note(tx, now, actor, DRAFT, "case", case_id, detail)
