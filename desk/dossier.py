"""Everything that lies open with a case: the post, its conversation, why it is here, the draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from desk import conversation, doubts
from desk.review import AS_CORRECTED, CORRECTABLE, admission
from desk.words import excerpt, platform_name, web_address
from rewards.act import POLICY
from rewards.drafting.mark import Mark, mark_of
from store import (
    analyses,
    audit,
    cases,
    copies,
    decisions,
    examples,
    helpgraph,
    labels,
    members,
    mentions,
    outbox,
)
from store import people as people_store
from store.audit import Note
from store.cases import CaseRow
from store.db import Connection
from store.decisions import StoredDecision
from store.labels import StoredLabel
from store.members import Member
from store.records import (
    ActOfHelp,
    Analysis,
    CaseKind,
    CaseState,
    Evidence,
    Lane,
    Message,
    MessageState,
    Reason,
    StoredPost,
    Task,
)

TOLD: Final = frozenset({"helped", "spam", "relevance"})
"""Rules whose reasons stand above the others: whom somebody helped, and what is in doubt."""
READ_SO: Final[Mapping[Task, tuple[str, ...]]] = {
    Task.INTENT: ("unsure",),
    Task.SENTIMENT: ("mood",),
}
"""Rules that told what the model read: no reason once a person said otherwise."""
VERBS: Final = {
    "admit": "overruled the judgement:",
    "correct": "corrected the model:",
    "draft": "asked for a draft:",
    "uncorrect": "undid a correction:",
}
"""What the history calls an act, where its own word says too little."""
TASK_NAMES: Final[Mapping[Task, str]] = {Task.TARGET: "mood towards us"}
"""What a task is called, where its own word says too little."""
ALSO: Final = 3
"""Other labels shown beside that of an analysis."""
COPIES: Final = 50
"""Copies of a text shown, the first of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what happened to a case."""

    at: datetime
    actor: str
    verb: str


@dataclass(frozen=True, slots=True)
class Found:
    """One analysis, with the other labels that fit too."""

    task: str
    name: str
    label: str
    confidence: float
    also: str
    is_guess: bool


@dataclass(frozen=True, slots=True)
class Read:
    """What a post reads as on a task that a person may correct, and who did."""

    task: str
    label: str
    said: str
    """What the model said."""
    confidence: float
    correction: Line | None


@dataclass(frozen=True, slots=True)
class Copied:
    """A post that says what the post in question says, and where it stands on the web."""

    stored: StoredPost
    address: str | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as the page shows it."""

    row: CaseRow
    post: StoredPost
    title: str
    thread: Sequence[conversation.Turn]
    cut: bool
    reasons: Sequence[Reason]
    help_line: str
    analyses: Sequence[Found]
    reads: Sequence[Read]
    """What may be corrected; nothing of a deleted post, or of one that no model read yet."""
    history: Sequence[Line]
    messages: Sequence[Message]
    members: Sequence[Member]
    doubts: Sequence[str]
    """Why the post is perhaps not about us, or spam: words of it, and what it is like."""
    copies: Sequence[Copied]
    copy_count: int
    queries: Sequence[str]
    """The queries that found the post."""
    admission: Line | None
    """How a person took it out of a lane, where that can be undone."""
    mark: Mark | None
    """The language model that wrote the draft, or what was said of it."""

    @property
    def in_doubt(self) -> bool:
        """Whether it waits in Unsure or Spam."""
        return self.row.lane is not Lane.MAIN

    @property
    def why(self) -> str:
        """What the case is here for; empty where its doubts say so."""
        if self.row.lane is Lane.SPAM and self.row.kind is CaseKind.CONDUCT:
            return ""
        return self.row.reason

    @property
    def is_open(self) -> bool:
        """Whether a person can still decide."""
        return self.row.state in (CaseState.NEW, CaseState.OPEN)

    @property
    def can_undo(self) -> bool:
        """Whether nothing has left the house yet."""
        gone = (MessageState.SENT, MessageState.SENDING)
        return not any(message.state in gone for message in self.messages[-1:])

    @property
    def address(self) -> str | None:
        """Where the post stands, where that is a web address."""
        return web_address(self.post.post.url)

    @property
    def assignee(self) -> str | None:
        """The name of who has it."""
        names = {member.id: member.name for member in self.members}
        return names.get(self.row.assignee_id or 0)

    @property
    def to(self) -> str:
        """Whom a reply would address, and where."""
        post = self.post.post
        return (
            f"Reply to {post.author.name or post.author.handle} on {platform_name(post.platform)}"
        )

    @property
    def placeholder(self) -> str:
        """What the empty draft says."""
        return "No draft. Write a reply, or approve without one to close the case as dealt with."

    @property
    def closing(self) -> str:
        """How the case ended."""
        if self.row.state is CaseState.DISMISSED:
            return "Dismissed; nothing was said."
        if not self.messages:
            return "Done; nothing was said."
        return {
            MessageState.PENDING: "Approved; the message waits to leave.",
            MessageState.SENDING: "Approved; the message is being sent.",
            MessageState.SENT: "Approved and sent.",
            MessageState.FAILED: "Approved, but it could not be sent. The words are kept below.",
        }[self.messages[-1].state]


def read(tx: Connection, case_id: int) -> CaseView | None:
    """Read a case with all that lies open with it; None where there is no such case."""
    row = cases.load(tx, case_id)
    if row is None:
        return None
    post = mentions.load(tx, [row.post_id])[row.post_id]
    act = next((a.act for a in helpgraph.acts_on(tx, [post.id]) if a.id == row.act_id), None)
    turns, cut = conversation.read(tx, post, act)
    decided = decisions.of_case(tx, case_id)
    notes = audit.of(tx, "case", case_id)
    found = analyses.of(tx, [post.id]).get(post.id, {})
    right = labels.of(tx, [post.id]).get(post.id, {})
    outdated = {rule for task in right for rule in READ_SO[task]}
    if row.reason.endswith(AS_CORRECTED):
        outdated |= {kind.value for kind in CaseKind if kind is not row.kind}
    return CaseView(
        row=row,
        post=post,
        title=_title(post, turns),
        thread=turns,
        cut=cut,
        reasons=[one for one in _reasons(decided, row.reason) if one.rule not in outdated],
        help_line=_help_line(tx, act),
        analyses=[_found(one) for task, one in found.items() if task not in doubts.EXPLAINED],
        reads=[] if post.post.deleted_at else _reads(found, right),
        history=_history(notes),
        messages=outbox.of_case(tx, case_id),
        members=members.members(tx),
        doubts=doubts.read(tx, found, row.lane),
        copies=[
            Copied(one, web_address(one.post.url)) for one in copies.of_case(tx, case_id, COPIES)
        ],
        copy_count=copies.counts(tx, [case_id]).get(case_id, 0),
        queries=examples.queries_of(tx, [post.id]).get(post.id, []),
        admission=_admission(tx, row),
        mark=mark_of(notes, row.draft),
    )


def _reasons(decided: Sequence[StoredDecision], why: str) -> list[Reason]:
    """Those of the policy's newest decision that the lines above them do not say already."""
    newest = next((one.reasons for one in decided[::-1] if one.actor == POLICY), ())
    told = [one for one in newest if one.rule not in TOLD]
    return [one for one in told if not _plain(one.detail).endswith(_plain(why))]


def _plain(line: str) -> str:
    return line.replace(",", "").casefold()


def _admission(tx: Connection, row: CaseRow) -> Line | None:
    note = admission(tx, row.id) if row.lane is Lane.MAIN else None
    return None if note is None else Line(note.at, note.actor, note.detail["reason"])


def _title(post: StoredPost, turns: Sequence[conversation.Turn]) -> str:
    first = turns[0].stored.post if turns and conversation.is_threaded(post) else post.post
    title = post.post.title or first.title
    return excerpt(title or post.post.text, 120) or "A post that was deleted"


def _help_line(tx: Connection, act: ActOfHelp | None) -> str:
    if act is None:
        return ""
    names = people_store.load(tx, [act.helper_id, act.helped_id])
    helper, helped = (
        names[id_].name if id_ in names else "somebody" for id_ in (act.helper_id, act.helped_id)
    )
    proof = {
        Evidence.ACCEPTED: "the answer was accepted",
        Evidence.THANKED: "they were thanked for it",
        Evidence.SCORED: "others voted for the answer",
        Evidence.REPLIED: "they answered",
    }
    return f"{helper} helped {helped}: {proof[act.evidence]}"


def _found(analysis: Analysis) -> Found:
    others = sorted(
        ((score, label) for label, score in analysis.scores.items() if label != analysis.label),
        reverse=True,
    )
    also = ", ".join(f"{label} {score:.2f}" for score, label in others[:ALSO])
    return Found(
        task=analysis.task.value,
        name=TASK_NAMES.get(analysis.task, analysis.task.value),
        label=analysis.label,
        confidence=analysis.confidence,
        also=also,
        is_guess=analysis.is_guess,
    )


def _reads(found: Mapping[Task, Analysis], right: Mapping[Task, StoredLabel]) -> list[Read]:
    return [
        Read(
            task.value,
            right[task].label if task in right else found[task].label,
            found[task].label,
            found[task].confidence,
            Line(right[task].at, right[task].actor, "") if task in right else None,
        )
        for task in CORRECTABLE
        if task in found
    ]


def _history(notes: Sequence[Note]) -> list[Line]:
    return [
        Line(
            note.at,
            note.actor,
            f"{VERBS.get(note.verb, note.verb)} {note.detail.get('reason', '')}".strip(),
        )
        for note in notes
    ]
