"""The values of a decision: what is known of a case, and what was decided."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rewards.reading import UNREAD, Reading
from store.records import CaseKind, Choice, Draft, Evidence, Reason, StoredPost, Verdict


@dataclass(frozen=True, slots=True)
class Standing:
    """Who a person is to us."""

    person_id: int
    handle: str
    is_own: bool = False
    is_staff: bool = False
    is_bot: bool = False
    choice: Choice | None = None
    """How the person wants to be recognised, where they said so."""
    last_thanked_at: datetime | None = None
    """The newest thank-you, said or still proposed."""
    hostile: bool = False
    newcomer: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether this is no member of the community but us, a colleague or a program."""
        return self.is_own or self.is_staff or self.is_bot


@dataclass(frozen=True, slots=True)
class Help:
    """The act of help that a help case is about."""

    act_id: int
    at: datetime
    evidence: Evidence
    helped_id: int
    helped_handle: str
    proof: StoredPost | None = None
    """The post that proves it: the thanks, where there is one."""
    proof_reading: Reading | None = None
    confidence: float = 1.0
    """How sure it is that this help was meant; accepted answers and scores are sure."""
    thanked_by: int = 1
    """How many different people thanked this post."""
    before: tuple[Evidence, ...] = ()
    """What the same person already did for the same person this month, oldest first."""
    colluding: bool = False
    """Whether the two keep thanking each other (`rewards.abuse.reciprocal_pairs`)."""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that a decision may look at, and nothing else."""

    id: int
    kind: CaseKind
    post: StoredPost
    person: Standing
    """The author of the post."""
    now: datetime
    reading: Reading = UNREAD
    help: Help | None = None
    """Always there in a help case."""
    answered_by_peer: bool = False
    asked_before: int = 0
    """How often this person asked or reported the same before."""
    thread_thanks: int = 0
    """Thank-yous already said or proposed in this thread."""
    topic: str | None = None
    """What the thread is about in its author's words: the title of its root."""
    said: tuple[str, ...] = ()
    """Bodies said or proposed lately, newest last: a new one must differ from them."""

    @property
    def age_when_heard(self) -> timedelta:
        """How old the post was when it reached us."""
        return self.post.heard_at - self.post.post.created_at


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy decided. All but an ignored case waits for a person or is sent."""

    case_id: int
    verdict: Verdict
    reasons: tuple[Reason, ...]
    """The rule that decided comes first."""
    points: int = 0
    """Points for the act of help, whatever is said in public."""
    draft: Draft | None = None
    responder: str | None = None
    due_at: datetime | None = None
    priority: int = 0
