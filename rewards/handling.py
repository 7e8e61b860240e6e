"""What every act of a person on a case shares: what it may be done to, and what is noted of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from rewards.act import decision_key
from rewards.admission import Place
from rewards.reading import Reading, reading
from store import analyses, audit, cases, decisions, examples, helpgraph, labels, mentions, people
from store.cases import CaseRow
from store.db import Connection
from store.records import (
    CaseKind,
    CaseState,
    Choice,
    Lane,
    LedgerEntry,
    Reason,
    StoredAct,
    StoredPost,
    Verdict,
)

NOT_ABOUT_US: Final = "not about us"
"""The reason of a dismissal that teaches what a query does not mean."""
RECOGNITION: Final = (CaseKind.HELP, CaseKind.PRAISE)


class Refused(Exception):
    """The act cannot be done. The message says what happened and what was kept."""


def case_of(tx: Connection, case_id: int) -> CaseRow:
    """A case, whatever its state. Raises Refused."""
    case = cases.load(tx, case_id)
    if case is None:
        raise Refused("There is no such case.")
    return case


def open_case(tx: Connection, case_id: int) -> CaseRow:
    """A case that waits for a person. Raises Refused."""
    case = case_of(tx, case_id)
    if case.state not in (CaseState.NEW, CaseState.OPEN):
        if not mentions.standing(tx, [case.post_id]):
            raise Refused("The post was deleted, and its case closed; nothing was changed.")
        raise Refused("Somebody closed this case already; nothing was changed.")
    return case


def standing_post(tx: Connection, case: CaseRow) -> StoredPost:
    """The post of a case. Raises Refused where it was deleted."""
    post = mentions.load(tx, [case.post_id]).get(case.post_id)
    if post is None or post.post.deleted_at is not None:
        raise Refused("The post was deleted; nothing was sent.")
    return post


def check_consent(tx: Connection, person_id: int) -> None:
    """Raise Refused where the person wants no thanks in public."""
    if people.choice(tx, person_id) in (Choice.NONE, Choice.PRIVATE):
        raise Refused("The person chose not to be thanked in public; nothing was sent.")


def decide(
    tx: Connection, case: CaseRow, verdict: Verdict, reason: Reason, actor: str, now: datetime
) -> str:
    """Note the decision; its key. Refused where another person decided at the same moment."""
    key = decision_key(case.id, len(decisions.of_case(tx, case.id)))
    if not decisions.add(tx, key, case.id, verdict, [reason], actor, now):
        raise Refused("Somebody acted on this case at the same moment; nothing was changed.")
    return key


def dismiss(tx: Connection, case_id: int, reason: str, *, actor: str, now: datetime) -> None:
    """Close the case and say nothing. Points that the policy gave stay.

    With NOT_ABOUT_US later mentions like this one are doubted.
    """
    case = open_case(tx, case_id)
    decide(tx, case, Verdict.IGNORE, Reason("dismissed", reason), actor, now)
    if reason == NOT_ABOUT_US:
        examples.save(tx, case.post_id, about=False, actor=actor, at=now)
    cases.set_state(tx, case_id, CaseState.DISMISSED, now)
    audit.note(tx, now, actor, "dismiss", "case", case_id, {"reason": reason})


def reading_of(tx: Connection, post_id: int) -> Reading:
    """What a post reads as, corrections counted."""
    right = labels.right(tx, [post_id]).get(post_id, {})
    return reading(analyses.of(tx, [post_id]).get(post_id, {}), right)


def other_kinds(tx: Connection, case: CaseRow) -> set[CaseKind]:
    """What the post has other cases of: it has one of each kind."""
    return {one.kind for one in cases.of_posts(tx, [case.post_id]) if one.id != case.id}


def put(tx: Connection, case_id: int, lane: Lane, where: Place) -> None:
    """Move a case to a lane, and to where it stands there."""
    cases.set_lane(tx, case_id, lane)
    place(tx, case_id, where)


def place(tx: Connection, case_id: int, where: Place) -> None:
    """Put a case where it stands in its lane."""
    cases.set_kind(tx, case_id, where.kind, where.reason)
    cases.route(
        tx, case_id, responder=where.responder, due_at=where.due_at, priority=where.priority
    )


def act_of(tx: Connection, case: CaseRow) -> StoredAct | None:
    """The help that a case is about."""
    acts: Sequence[StoredAct] = helpgraph.acts_on(tx, [case.post_id])
    return next((act for act in acts if act.id == case.act_id), None)


def entry_of(key: str, act: StoredAct, points: int, reason: str) -> LedgerEntry:
    """Points for the help that the decision with this key was about."""
    return LedgerEntry(f"{key}:points", act.act.helper_id, points, reason, act.act.at, act.id)
