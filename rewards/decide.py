"""Decide what a case asks for: thank, route, review or ignore, and why. Pure.

Each kind of case has its list of rules, read from the top: the first rule that speaks decides.
Only the lists of help and praise hold a rule that thanks, so a complaint is never thanked.
"""

from collections.abc import Iterator
from typing import Final

from rewards.asked import answered, conduct, route, unsure
from rewards.case import Case, Decision, Help, Standing
from rewards.clocks import due_at
from rewards.points import points_of
from rewards.policy import Policy
from rewards.priority import priority
from rewards.recognition import (
    chose_none,
    chose_private,
    colluding,
    complaint,
    helped_self,
    ironic,
    offensive,
    only_scored,
    praise,
    stale,
    thank,
    thanked_lately,
    thread_is_full,
    unproven,
    weak_evidence,
)
from rewards.routing import choose
from rewards.ruling import Rule, Ruling, gone, ours, relevance, spam
from rewards.thanks import Deed, compose
from store.records import ActOfHelp, CaseKind, Draft, Reason, Verdict

__all__ = ["Case", "Decision", "Help", "Standing", "decide", "language"]

RULES: Final[dict[CaseKind, tuple[Rule, ...]]] = {
    CaseKind.CONDUCT: (ours, gone, conduct),
    CaseKind.ISSUE: (ours, gone, spam, relevance, unsure, route),
    CaseKind.QUESTION: (ours, gone, spam, relevance, answered, unsure, route),
    CaseKind.REQUEST: (ours, gone, spam, relevance, unsure, route),
    CaseKind.PRAISE: (
        ours, gone, spam, relevance, chose_none, chose_private, offensive, ironic, complaint,
        unsure, stale, thanked_lately, thread_is_full, praise,
    ),
    CaseKind.HELP: (
        ours, gone, spam, relevance, chose_none, helped_self, unproven, colluding, ironic,
        weak_evidence, complaint, offensive, stale, chose_private, only_scored, thanked_lately,
        thread_is_full,
        thank,
    ),
}  # fmt: skip


def decide(case: Case, policy: Policy) -> Decision:
    """The decision on a case: the same case and policy always give the same one.

    Raises ValueError for a help case without its act of help.
    """
    if case.kind is CaseKind.HELP and case.help is None:
        raise ValueError(f"case {case.id} is about help but has no act of help")
    ruling = _first(case, policy)
    draft = _draft(case, policy) if _wants_draft(ruling) else None
    if ruling.verdict is Verdict.THANK and draft is None:
        ruling = Ruling(Verdict.REVIEW, "wording", "no new wording left: write it", ruling.scores)
    spoken = language(case, policy)
    closed = ruling.verdict is Verdict.IGNORE
    kind, post = case.kind, case.post.post
    return Decision(
        case_id=case.id,
        verdict=ruling.verdict,
        reasons=(Reason(ruling.rule, ruling.detail), *_context(case, ruling)),
        points=_points(case, policy) if ruling.scores else 0,
        draft=draft,
        responder=None if closed else choose(kind, post.platform, spoken, policy.responders),
        due_at=None if closed else due_at(kind, post.created_at, policy),
        priority=priority(kind, case.reading, case.age_when_heard, asked_before=case.asked_before),
    )


def language(case: Case, policy: Policy) -> str | None:
    """The language of the post: what the platform says, else what is confidently read."""
    heard = case.reading.language
    if case.post.post.lang:
        return case.post.post.lang
    return heard.name if heard and heard.confidence >= policy.confident else None


def _first(case: Case, policy: Policy) -> Ruling:
    for rule in RULES[case.kind]:
        ruling = rule(case, policy)
        if ruling is not None:
            return ruling
    raise AssertionError(f"the last rule for {case.kind} always speaks")


def _wants_draft(ruling: Ruling) -> bool:
    return ruling.verdict is Verdict.THANK or ruling.rule == "praise"


def _draft(case: Case, policy: Policy) -> Draft | None:
    post = case.post.post
    deed = Deed(
        platform=post.platform,
        handle=case.person.handle,
        evidence=case.help.evidence if case.help else None,
        helped=case.help.helped_handle if case.help else None,
        topic=case.topic,
        language=language(case, policy),
    )
    body = compose(deed, case.id, case.said)
    if body is None:
        return None
    return Draft(post.platform, case.post.id, case.person.person_id, body)


def _points(case: Case, policy: Policy) -> int:
    if case.help is None:
        return 0
    act = ActOfHelp(
        post_id=case.post.id,
        helper_id=case.person.person_id,
        helped_id=case.help.helped_id,
        evidence=case.help.evidence,
        at=case.help.at,
    )
    return points_of(act, case.help.before, policy, colluding=case.help.colluding)


def _context(case: Case, ruling: Ruling) -> Iterator[Reason]:
    """What else a person wants to know in the same line."""
    if ruling.verdict is Verdict.IGNORE:
        return
    if case.kind is not CaseKind.HELP and case.reading.angry:
        emotion = case.reading.emotion
        yield Reason("mood", f"{emotion.name} {emotion.confidence:.2f}")
    if case.asked_before == 1:
        yield Reason("again", "asked twice")
    if case.asked_before > 1:
        yield Reason("again", f"asked {case.asked_before + 1} times")
    if case.help and case.help.thanked_by > 1 and ruling.rule != "thanked":
        yield Reason("thanked", f"thanked by {case.help.thanked_by} people")
    if case.help and case.help.helped_handle:
        # By number: a decision outlives the name of whom it is about.
        yield Reason("helped", f"helped person {case.help.helped_id}")
    if case.person.newcomer:
        yield Reason("newcomer", "new here")
