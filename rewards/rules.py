"""Rules: which cases a post opens, and when each may be decided."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rewards.asked import NOT_READ
from rewards.case import Standing
from rewards.policy import Policy
from rewards.priority import priority
from rewards.reading import Reading
from store.records import (
    CaseKind,
    Evidence,
    Intent,
    Kind,
    Lane,
    NewCase,
    Post,
    StoredAct,
    StoredPost,
)

BY_INTENT = {
    Intent.ISSUE: CaseKind.ISSUE,
    Intent.QUESTION: CaseKind.QUESTION,
    Intent.REQUEST: CaseKind.REQUEST,
    Intent.PRAISE: CaseKind.PRAISE,
}
BY_MOOD = {"negative": CaseKind.ISSUE, "positive": CaseKind.PRAISE}
"""What a post is where its intent asks for nothing of ours."""
PROVEN = (Evidence.ACCEPTED, Evidence.THANKED, Evidence.SCORED)
"""Evidence that opens a help case, the strongest first; a mere reply proves nothing."""


CHATTER_WORDS = 6
"""A chat message of fewer words is no question to everybody."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A post as the rules look at it."""

    post: StoredPost
    author: Standing
    reading: Reading
    is_mention: bool
    """Whether it names the brand, and not only belongs to a community that we follow."""
    acts: Sequence[StoredAct] = ()
    """Acts of help done with this post."""


def openings(heard: Heard, policy: Policy, now: datetime) -> list[NewCase]:
    """The cases that a post opens, none for our own people, programs and deleted posts.

    Calling again with later acts gives the same cases and the new ones; the store keeps one
    case per post and kind.
    """
    post = heard.post.post
    if heard.author.is_ours or post.deleted_at is not None:
        return []
    lane = lane_of(heard.reading, policy)
    conduct = _conduct(heard, policy)
    if conduct is not None:
        case = replace(_case(heard, CaseKind.CONDUCT, conduct, now), lane=lane)
        return [case] if _is_fresh(heard, policy) else []
    cases = []
    helped = _proven(heard.acts)
    if helped is not None:
        reason = f"help, {helped.act.evidence.value}"
        cases.append(_case(heard, CaseKind.HELP, reason, now, act_id=helped.id))
    kind = _asked(heard, policy)
    doubtful = _doubtful(heard, policy) if kind is None else None
    if doubtful is not None and _is_fresh(heard, policy):
        cases.append(_case(heard, *doubtful, now))
    if kind is not None and _is_fresh(heard, policy):
        reason = f"{kind.value} {heard.reading.intent.confidence:.2f}"
        # What a person has to look at anyway need not wait for peers.
        wait = _wait(kind, policy) if lane is Lane.MAIN else timedelta()
        cases.append(_case(heard, kind, reason, now, wait=wait))
    if lane is Lane.SPAM and not cases and _is_fresh(heard, policy):
        # Were it none, it keeps its kind: the post, read again, opens no second case.
        cases.append(_case(heard, *likely(heard.reading), now))
    return [replace(one, lane=lane) for one in cases]


def lane_of(reading: Reading, policy: Policy) -> Lane:
    """In which part of the queue the cases of a post wait."""
    if reading.spam >= policy.spam:
        return Lane.SPAM
    if reading.relevance is not None and reading.relevance < policy.relevance:
        return Lane.UNSURE
    return Lane.MAIN


def likely(reading: Reading) -> tuple[CaseKind, str]:
    """What a post asks for as far as anything tells, and by what: its intent, else its mood."""
    intent = reading.intent
    if intent.name in BY_INTENT:
        kind = BY_INTENT[Intent(intent.name)]
        return kind, f"{kind.value} {intent.confidence:.2f}"
    kind = BY_MOOD.get(reading.sentiment.name, CaseKind.QUESTION)
    return kind, f"{kind.value}, by its mood: {reading.sentiment.name}"


def is_root(post: Post) -> bool:
    """Whether the post begins a thread, as far as its platform tells."""
    return post.parent_id is None and post.thread_id in (None, post.platform_id)


def is_chatter(post: Post) -> bool:
    """Whether a chat message is part of a talk between others: addressed to one, or very short."""
    words = post.text.split()
    is_chat = post.kind is Kind.MESSAGE and post.thread_id is None
    return is_chat and (len(words) < CHATTER_WORDS or words[0].startswith("@"))


def _conduct(heard: Heard, policy: Policy) -> str | None:
    if heard.reading.offensive >= policy.offensive:
        return f"offensive {heard.reading.offensive:.2f}"
    return None


def _asked(heard: Heard, policy: Policy) -> CaseKind | None:
    """The kind of case that the author's intent opens, if any.

    A root or a mention counts from `unsure` on. Inside a thread people answer each other: there
    only a sure report of a problem ("same here, broken") is for us. Praise that names nothing of
    ours and chatter are nobody's case.
    """
    intent = heard.reading.intent
    kind = BY_INTENT.get(Intent(intent.name)) if intent.name in set(Intent) else None
    if kind is None or heard.post.post.kind is Kind.ANSWER:
        return None
    if not heard.is_mention and (kind is CaseKind.PRAISE or is_chatter(heard.post.post)):
        return None
    if is_root(heard.post.post) or heard.is_mention:
        return kind if intent.confidence >= policy.unsure else None
    sure = kind is CaseKind.ISSUE and intent.confidence >= policy.confident and not intent.is_guess
    return kind if sure else None


def _doubtful(heard: Heard, policy: Policy) -> tuple[CaseKind, str] | None:
    """What a person should read of a mention whose intent asks for nothing, but only by a guess.

    In a language that the model does not read, all of it; else what is unhappy or may be a
    complaint: a problem that is lost costs more than one that is dismissed.
    """
    reading = heard.reading
    if not heard.is_mention or not reading.intent.is_guess or is_chatter(heard.post.post):
        return None
    if reading.is_unread:
        kind, _ = likely(reading)
        return kind, f"maybe {kind.value}, {NOT_READ}"
    if reading.complaint >= policy.complaint:
        return CaseKind.ISSUE, f"issue, may be a complaint: {reading.complaint:.2f}"
    if reading.sentiment.name == "negative":
        return CaseKind.ISSUE, "issue, by its mood: negative"
    return None


def _proven(acts: Sequence[StoredAct]) -> StoredAct | None:
    """The act with the strongest evidence, the oldest among equals."""
    proven = [act for act in acts if act.act.evidence in PROVEN]
    return min(proven, key=lambda act: (PROVEN.index(act.act.evidence), act.id), default=None)


def _wait(kind: CaseKind, policy: Policy) -> timedelta:
    """How long peers have first."""
    return timedelta(hours=policy.question_wait_hours if kind is CaseKind.QUESTION else 0)


def _is_fresh(heard: Heard, policy: Policy) -> bool:
    return _age(heard) <= timedelta(days=policy.fresh_days)


def _age(heard: Heard) -> timedelta:
    return heard.post.heard_at - heard.post.post.created_at


def _case(
    heard: Heard,
    kind: CaseKind,
    reason: str,
    now: datetime,
    *,
    wait: timedelta = timedelta(),
    act_id: int | None = None,
) -> NewCase:
    return NewCase(
        post_id=heard.post.id,
        person_id=heard.post.person_id,
        kind=kind,
        reason=reason,
        opened_at=now,
        decide_after=max(now, heard.post.post.created_at + wait),
        priority=priority(kind, heard.reading, _age(heard)),
        act_id=act_id,
    )
