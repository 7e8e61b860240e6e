"""The nouns of the project, frozen, and its words as enums. Standard library only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

NOBODY: Final = "[deleted]"
"""Platform id and handle of an author whom the platform does not name any more."""

UNLIKE: Final = "unlike:"
SHARED: Final = "shared:"
LIKE: Final = "like:"
"""Reasons among the scores of a relevance: a word far from what is meant, a word that speaks of it,
and the row id of the reviewed post that is most alike."""


class Kind(StrEnum):
    """What a post is on its platform."""

    POST = "post"
    ANSWER = "answer"
    COMMENT = "comment"
    MESSAGE = "message"


class SourceKind(StrEnum):
    """Whether a source keeps only what matches a query, or every post of a community."""

    SEARCH = "search"
    COMMUNITY = "community"


class Task(StrEnum):
    """What an analysis is about."""

    SENTIMENT = "sentiment"
    EMOTION = "emotion"
    INTENT = "intent"
    IRONY = "irony"
    OFFENSIVE = "offensive"
    COMPLAINT = "complaint"
    SPAM = "spam"
    LANGUAGE = "language"
    RELEVANCE = "relevance"
    TARGET = "target"
    """The mood towards what a brand query found; `SENTIMENT` is that of all the post says."""


class Intent(StrEnum):
    """What the author wants with the post."""

    QUESTION = "question"
    ANSWER = "answer"
    THANKS = "thanks"
    ISSUE = "issue"
    PRAISE = "praise"
    REQUEST = "request"
    OTHER = "other"


class Evidence(StrEnum):
    """Why an act counts as help, the strongest known."""

    ACCEPTED = "accepted"
    THANKED = "thanked"
    SCORED = "scored"
    REPLIED = "replied"


class CaseKind(StrEnum):
    """What a case asks of a person or of the policy."""

    HELP = "help"
    ISSUE = "issue"
    QUESTION = "question"
    REQUEST = "request"
    PRAISE = "praise"
    CONDUCT = "conduct"


class CaseState(StrEnum):
    """Where a case stands. `new` awaits its decision, `open` awaits a person."""

    NEW = "new"
    OPEN = "open"
    DONE = "done"
    DISMISSED = "dismissed"


class Lane(StrEnum):
    """In which part of the queue a case waits. Only a person takes it from one to another."""

    MAIN = "main"
    UNSURE = "unsure"
    """Perhaps not about us at all."""
    SPAM = "spam"


class Verdict(StrEnum):
    """What was decided about a case."""

    THANK = "thank"
    ROUTE = "route"
    REVIEW = "review"
    IGNORE = "ignore"


class MessageState(StrEnum):
    """Where an outbox message stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Choice(StrEnum):
    """How a person wants to be recognised."""

    PUBLIC = "public"
    PRIVATE = "private"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a post, as the platform names them."""

    platform_id: str
    handle: str
    name: str | None = None
    is_bot: bool = False
    is_staff: bool = False
    is_own: bool = False
    """One of the organisation's own accounts, as the platform itself told us."""

    @property
    def is_nobody(self) -> bool:
        """Whether the platform, or a deletion, left no author to speak of."""
        return self.platform_id == NOBODY


@dataclass(frozen=True, slots=True)
class Post:
    """One thing said on a platform. Times are UTC and aware; ids are the platform's own."""

    platform: str
    platform_id: str
    kind: Kind
    author: Author
    created_at: datetime
    text: str
    title: str | None = None
    thread_id: str | None = None
    parent_id: str | None = None
    channel: str | None = None
    addressed: tuple[str, ...] = ()
    """Platform ids of the accounts that the post mentions."""
    media: tuple[str, ...] = ()
    score: int | None = None
    """None: the platform did not say; what is known stays."""
    accepted: bool | None = None
    """None: the platform did not say; what is known stays."""
    tags: tuple[str, ...] = ()
    lang: str | None = None
    url: str | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    unscored: bool = False
    """Heard where nobody agreed to be scored: what it did counts for no expert and no points."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """A platform took something away: one post, with `author_id` all that an account wrote, or with
    `within` a whole place, such as a channel.

    `rule` says by which rule it is carried out here, for the proof.
    """

    platform: str
    at: datetime
    rule: str
    platform_id: str | None = None
    author_id: str | None = None
    within: str | None = None
    """The link of a place; the link of each post in it goes on from there after a slash."""


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A post as the store knows it: with its row ids."""

    id: int
    account_id: int
    person_id: int
    post: Post
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one model said of one post on one task. `scores` are probabilities by label.

    A guess is less likely than what the model answers for: a person decides.
    """

    post_id: int
    task: Task
    model: str
    label: str
    confidence: float
    scores: Mapping[str, float] = field(default_factory=dict)
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class ActOfHelp:
    """One person helped another with one post."""

    post_id: int
    helper_id: int
    helped_id: int
    evidence: Evidence
    at: datetime
    evidence_post_id: int | None = None
    """The post that proves it: the thanks, where there is one."""
    asked_post_id: int | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class StoredAct:
    """An act of help with its row id."""

    id: int
    act: ActOfHelp


@dataclass(frozen=True, slots=True)
class ExpertScore:
    """How much a person helped, older help counting less."""

    person_id: int
    score: float
    acts: int
    helped: int
    """Different people helped."""
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case as stage 2 opens it."""

    post_id: int
    person_id: int
    kind: CaseKind
    reason: str
    opened_at: datetime
    decide_after: datetime
    priority: int = 0
    act_id: int | None = None
    lane: Lane = Lane.MAIN


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of why: a short word and the evidence in a line."""

    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Words prepared for a reply: where they would stand and to whom."""

    platform: str
    target_post_id: int
    recipient_id: int
    body: str


@dataclass(frozen=True, slots=True)
class Message:
    """One row of the outbox."""

    id: int
    dedupe_key: str
    case_id: int
    sender: str
    draft: Draft
    state: MessageState
    attempts: int
    due_at: datetime
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
    remote_id: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """Points given or taken back, never changed. `points` may be negative."""

    dedupe_key: str
    person_id: int
    points: int
    reason: str
    at: datetime
    act_id: int | None = None
