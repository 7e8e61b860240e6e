"""A ruling: what one rule says of a case. And the rules for every kind of case."""

from collections.abc import Callable
from dataclasses import dataclass

from rewards.case import Case
from rewards.policy import Policy
from rewards.reading import Reading
from store.records import Verdict


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one rule says."""

    verdict: Verdict
    rule: str
    detail: str
    scores: bool = False
    """Whether the act of help earns its points."""


Rule = Callable[[Case, Policy], Ruling | None]


def ours(case: Case, policy: Policy) -> Ruling | None:
    """Our own accounts, colleagues and programs are neither thanked nor routed."""
    who = case.person
    if who.is_own or policy.is_own(who.handle):
        return Ruling(Verdict.IGNORE, "own", "written by us")
    if who.is_staff:
        return Ruling(Verdict.IGNORE, "staff", "written by a colleague")
    if who.is_bot:
        return Ruling(Verdict.IGNORE, "bot", "written by a program")
    return None


def gone(case: Case, _policy: Policy) -> Ruling | None:
    """A deleted post is left alone."""
    if case.post.post.deleted_at is not None:
        return Ruling(Verdict.IGNORE, "deleted", "the post was deleted")
    return None


def spam(case: Case, policy: Policy) -> Ruling | None:
    """Spam earns nothing; it waits behind a filter, for a person may know better."""
    if case.reading.spam >= policy.spam:
        return Ruling(Verdict.REVIEW, "spam", spam_line(case.reading))
    return None


def spam_line(reading: Reading) -> str:
    """How much a post looks like spam, and by what."""
    why = f": {', '.join(reading.spam_marks)}" if reading.spam_marks else ""
    return f"looks like spam, {reading.spam:.2f}{why}"


def relevance(case: Case, policy: Policy) -> Ruling | None:
    """What is perhaps about something else is read by a person, and never closed unread."""
    probability = case.reading.relevance
    if probability is not None and probability < policy.relevance:
        return Ruling(Verdict.REVIEW, "relevance", f"maybe not about us, {probability:.2f}")
    return None
