"""Admission: what a case in doubt is once a person takes it to the open ones. No effects."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from rewards.case import Case, Standing
from rewards.clocks import due_at
from rewards.decide import language
from rewards.policy import Policy
from rewards.priority import priority
from rewards.reading import Reading
from rewards.routing import choose
from rewards.rules import likely
from store.cases import CaseRow
from store.records import CaseKind, StoredPost


@dataclass(frozen=True, slots=True)
class Place:
    """What a case is in the queue: its kind and why, how urgent, whose, and until when."""

    kind: CaseKind
    reason: str
    priority: int
    responder: str | None
    due_at: datetime | None


def place_of(case: CaseRow) -> Place:
    """Where a case stands."""
    return Place(case.kind, case.reason, case.priority, case.responder, case.due_at)


def written(place: Place) -> dict[str, str]:
    """A place as the audit keeps it: ids and words of ours."""
    return {
        "kind": place.kind.value,
        "why": place.reason,
        "priority": str(place.priority),
        "responder": place.responder or "",
        "due_at": place.due_at.isoformat() if place.due_at else "",
    }


def read_place(detail: Mapping[str, str]) -> Place:
    """What `written` kept."""
    return Place(
        kind=CaseKind(detail["kind"]),
        reason=detail["why"],
        priority=int(detail["priority"]),
        responder=detail["responder"] or None,
        due_at=datetime.fromisoformat(detail["due_at"]) if detail["due_at"] else None,
    )


def admitted(
    case: CaseRow,
    post: StoredPost,
    read: Reading,
    taken: Collection[CaseKind],
    policy: Policy,
    now: datetime,
) -> Place:
    """Where it stands from now on.

    Its clock starts now: nobody was to answer before. Spam that asked for nothing was filed under
    conduct; it becomes what it reads as, unless the post has another case of that kind (`taken`).
    """
    value = Case(case.id, case.kind, post, Standing(case.person_id, ""), now, reading=read)
    kind, reason, rank = case.kind, case.reason, case.priority
    if _is_misfiled(value, policy):
        kind_read, why = likely(value.reading)
        if kind_read not in taken:
            kind, reason = kind_read, why
            rank = priority(kind, value.reading, value.age_when_heard)
    spoken = language(value, policy)
    return Place(
        kind=kind,
        reason=reason,
        priority=rank,
        responder=choose(kind, post.post.platform, spoken, policy.responders),
        due_at=due_at(kind, now, policy),
    )


def _is_misfiled(case: Case, policy: Policy) -> bool:
    """Whether it is about conduct only because spam had no better kind."""
    return case.kind is CaseKind.CONDUCT and case.reading.offensive < policy.offensive
