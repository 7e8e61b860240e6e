"""The rules for what is asked of us: issues, questions, requests, and conduct to be judged."""

from typing import Final

from rewards.case import Case
from rewards.policy import Policy
from rewards.ruling import Ruling, spam_line
from store.records import CaseKind, Verdict

ASKED: Final = {
    CaseKind.ISSUE: "reports a problem",
    CaseKind.QUESTION: "nobody answered yet",
    CaseKind.REQUEST: "asks for something new",
}
NOT_READ: Final = "its language is not read"


def unsure(case: Case, policy: Policy) -> Ruling | None:
    """Where the intent is in doubt, a person reads it."""
    intent = case.reading.intent
    if intent.is_guess or intent.confidence < policy.confident:
        why = NOT_READ if case.reading.is_unread else f"{intent.confidence:.2f}"
        return Ruling(Verdict.REVIEW, "unsure", f"maybe {case.kind.value}, {why}")
    return None


def answered(case: Case, _policy: Policy) -> Ruling | None:
    """A question that a peer answered is not ours any more."""
    if case.answered_by_peer:
        return Ruling(Verdict.IGNORE, "answered", "answered by a peer")
    return None


def route(case: Case, _policy: Policy) -> Ruling:
    """It goes to a responder."""
    return Ruling(Verdict.ROUTE, case.kind.value, ASKED[case.kind])


def conduct(case: Case, policy: Policy) -> Ruling:
    """Rudeness and spam are for a person to judge."""
    reading = case.reading
    if reading.spam >= policy.spam:
        return Ruling(Verdict.REVIEW, "spam", spam_line(reading))
    return Ruling(Verdict.REVIEW, "offensive", f"offensive, {reading.offensive:.2f}")
