"""Correction: what a case is once a person said that its post reads otherwise. No effects."""

from collections.abc import Collection, Mapping
from typing import Final

from rewards.admission import Place
from rewards.case import Case, Standing
from rewards.clocks import due_at
from rewards.decide import language
from rewards.policy import Policy
from rewards.priority import priority
from rewards.reading import Reading
from rewards.routing import choose
from rewards.rules import BY_INTENT
from store.cases import CaseRow
from store.records import CaseKind, Intent, StoredPost, Task

CORRECTABLE: Final[Mapping[Task, tuple[str, ...]]] = {
    Task.INTENT: tuple(Intent),
    Task.SENTIMENT: ("negative", "neutral", "positive"),
}
"""What a person can say better than the model, and the words for it."""
AS_CORRECTED: Final = "as corrected"


def kind_of(kind: CaseKind, intent: str, taken: Collection[CaseKind]) -> CaseKind | None:
    """What a case of some kind is once its post has this intent; None: nothing to do for us.

    Help follows from what somebody did, whatever the words. A post has one case of each kind: where
    it has another of the right one (`taken`), this one stays as it is.
    """
    if kind is CaseKind.HELP:
        return kind
    right = BY_INTENT.get(Intent(intent))
    if right is None:
        return None if kind in BY_INTENT.values() else kind
    return kind if right in taken else right


def moved(
    case: CaseRow,
    post: StoredPost,
    kind: CaseKind,
    reason: str,
    readings: tuple[Reading, Reading],
    policy: Policy,
) -> Place:
    """Where a case of another kind or mood stands; `readings` are those before and after.

    Its clock goes on from when it began, and what was added for asking again stays: moved back, it
    stands where it stood.
    """
    before, after = readings
    age = post.heard_at - post.post.created_at
    added = case.priority - priority(case.kind, before, age)
    rank = max(0, priority(kind, after, age) + added)
    if kind is case.kind:
        return Place(kind, reason, rank, case.responder, case.due_at)
    value = Case(case.id, kind, post, Standing(case.person_id, ""), case.opened_at, reading=after)
    began = post.post.created_at
    if case.due_at is not None:
        began = case.due_at - (due_at(case.kind, began, policy) - began)
    responder = choose(kind, post.post.platform, language(value, policy), policy.responders)
    return Place(kind, reason, rank, responder, due_at(kind, began, policy))
