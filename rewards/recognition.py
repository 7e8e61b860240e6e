"""The rules for recognition: whether help or praise is thanked, scored, or read by a person."""

from datetime import timedelta

from rewards.case import Case
from rewards.policy import Policy
from rewards.ruling import Ruling
from store.records import CaseKind, Choice, Evidence, Intent, Verdict


def chose_none(case: Case, _policy: Policy) -> Ruling | None:
    """Who does not want to be recognised is left alone, points included."""
    if case.person.choice is Choice.NONE:
        return Ruling(Verdict.IGNORE, "consent", "does not want to be recognised")
    return None


def colluding(case: Case, _policy: Policy) -> Ruling | None:
    """Thanks that only go back and forth between two people earn nothing."""
    if case.help and case.help.colluding:
        return Ruling(Verdict.REVIEW, "colluding", "these two keep thanking each other")
    return None


def helped_self(case: Case, _policy: Policy) -> Ruling | None:
    """Nobody helps themselves."""
    if case.help and case.help.helped_id == case.person.person_id:
        return Ruling(Verdict.IGNORE, "self", "helped nobody else")
    return None


def unproven(case: Case, _policy: Policy) -> Ruling | None:
    """A reply alone is no help yet."""
    if case.help and case.help.evidence is Evidence.REPLIED:
        return Ruling(Verdict.IGNORE, "unproven", "nobody confirmed that it helped")
    return None


def ironic(case: Case, policy: Policy) -> Ruling | None:
    """Nice words that may mean the opposite are read by a person, in the post and in the thanks."""
    doubt = case.reading.irony if case.kind is CaseKind.PRAISE else 0.0
    if case.help and case.help.proof_reading:
        doubt = case.help.proof_reading.irony
    if doubt >= policy.irony:
        return Ruling(Verdict.REVIEW, "irony", f"may be meant ironically, {doubt:.2f}")
    return None


def complaint(case: Case, policy: Policy) -> Ruling | None:
    """What reads as a complaint is never thanked without a person."""
    proof = case.help.proof_reading if case.help else None
    if case.kind is CaseKind.PRAISE and (
        case.reading.sentiment.name == "negative" or case.reading.intent.name == Intent.ISSUE
    ):
        return Ruling(Verdict.REVIEW, "complaint", "praise in a bad mood")
    if case.kind is CaseKind.PRAISE and case.reading.complaint >= policy.complaint:
        told = f"may be a complaint, {case.reading.complaint:.2f}"
        return Ruling(Verdict.REVIEW, "complaint", told)
    if proof and proof.sentiment.sure("negative", policy.confident):
        return Ruling(Verdict.REVIEW, "complaint", "the thanks sound unhappy")
    if case.reading.intent.sure(Intent.ISSUE, policy.confident) and case.reading.angry:
        return Ruling(Verdict.REVIEW, "complaint", "reads as an angry complaint", scores=True)
    return None


def offensive(case: Case, policy: Policy) -> Ruling | None:
    """A rude post, or anything from a hostile person, gets no thanks from a program."""
    if case.reading.offensive >= policy.offensive:
        return Ruling(Verdict.REVIEW, "offensive", f"offensive, {case.reading.offensive:.2f}")
    if case.person.hostile:
        return Ruling(Verdict.REVIEW, "hostile", "mostly hostile to others", scores=True)
    return None


def weak_evidence(case: Case, policy: Policy) -> Ruling | None:
    """Thanks that may not be thanks are read by a person, or dropped."""
    if case.help is None or case.help.confidence >= policy.confident:
        return None
    if case.help.confidence < policy.unsure:
        return Ruling(Verdict.IGNORE, "weak", f"hardly thanks, {case.help.confidence:.2f}")
    return Ruling(Verdict.REVIEW, "unsure", f"maybe thanks, {case.help.confidence:.2f}")


def stale(case: Case, policy: Policy) -> Ruling | None:
    """It is too late for words, not for points."""
    if case.age_when_heard > timedelta(days=policy.fresh_days):
        return _only_points("stale", f"older than {policy.fresh_days} days when heard")
    return None


def chose_private(case: Case, _policy: Policy) -> Ruling | None:
    """Who prefers to be recognised in private gets the points and no public word."""
    if case.person.choice is Choice.PRIVATE:
        return _only_points("consent", "prefers no public thanks")
    return None


def only_scored(case: Case, _policy: Policy) -> Ruling | None:
    """Votes earn points; a thank-you follows a person's own thanks or acceptance."""
    if case.help and case.help.evidence is Evidence.SCORED:
        return _only_points("scored", f"{case.post.post.score or 0} votes, nobody thanked yet")
    return None


def thanked_lately(case: Case, policy: Policy) -> Ruling | None:
    """One thank-you a person in a while."""
    last = case.person.last_thanked_at
    if last is not None and case.now - last < policy.cooldown:
        days = (case.now - last).days
        return _only_points("cooldown", f"thanked {days} days ago" if days > 0 else "thanked today")
    return None


def thread_is_full(case: Case, policy: Policy) -> Ruling | None:
    """A thread is no place for a row of thank-yous."""
    if case.thread_thanks >= policy.thread_limit:
        return _only_points("thread", "thanks already stand in this thread")
    return None


def praise(case: Case, policy: Policy) -> Ruling:
    """Praise is answered by a person, unless the policy proposes thanks. It never earns points.

    Where the model only guesses that it is praise, or the mood of it, a person reads it.
    """
    reading = case.reading
    is_told = not reading.intent.is_guess and not reading.sentiment.is_guess
    verdict = Verdict.THANK if policy.thank_praise and is_told else Verdict.REVIEW
    maybe = "praise" if is_told else "maybe praise"
    return Ruling(verdict, "praise", f"{maybe}, {reading.intent.confidence:.2f}")


def thank(case: Case, _policy: Policy) -> Ruling:
    """Help that somebody confirmed."""
    if case.help and case.help.evidence is Evidence.ACCEPTED:
        return Ruling(Verdict.THANK, "accepted", "the answer was accepted", scores=True)
    times = case.help.thanked_by if case.help else 1
    people = "one person" if times == 1 else f"{times} people"
    return Ruling(Verdict.THANK, "thanked", f"thanked by {people}", scores=True)


def _only_points(rule: str, detail: str) -> Ruling:
    return Ruling(Verdict.IGNORE, rule, detail, scores=True)
