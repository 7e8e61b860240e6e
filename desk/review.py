"""The one door through which a person acts on a case."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from rewards.correcting import WRONG_KIND
from rewards.correction import AS_CORRECTED, CORRECTABLE
from rewards.handling import NOT_ABOUT_US, Refused
from rewards.rules import BY_INTENT
from rewards.undoing import admission
from store.db import Connection
from store.records import Intent, Lane, Task

__all__ = [
    "AS_CORRECTED",
    "CORRECTABLE",
    "DOUBTS",
    "HINTS",
    "NOT_OURS",
    "Dismissal",
    "Doubt",
    "HumanAct",
    "Refused",
    "ReviewAct",
    "Verb",
    "admission",
    "dismissals",
    "perform",
]


class Dismissal(StrEnum):
    """Why a person dismisses a case, in the order of the keys 1 to 6; see `dismissals`."""

    NOT_FOR_US = "not for us"
    WRONG_KIND = WRONG_KIND
    ANSWERED = "already answered"
    SPAM = "spam or abuse"
    TOO_LATE = "too late to help"
    NOT_ABOUT_US = NOT_ABOUT_US
    """The post only shares our words: later ones like it are doubted."""


HINTS: Final = {
    Dismissal.NOT_FOR_US: "about us, but nothing for us to do",
    Dismissal.WRONG_KIND: "the model misread what it is",
    Dismissal.NOT_ABOUT_US: "something else with our name; later ones are doubted",
}
"""What tells a reason from those that sound like it."""


NOT_OURS: Final = tuple(one for one in Intent if one not in BY_INTENT)
"""Intents that ask for nothing of ours: a case that reads so is closed."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a lane asks a person, and the two answers; `confirmed` is the likely one."""

    question: str
    confirmed: Dismissal
    confirm: str
    admit: str


DOUBTS: Final = {
    Lane.UNSURE: Doubt("Is it about us?", Dismissal.NOT_ABOUT_US, "Not about us", "About us"),
    Lane.SPAM: Doubt("Is it spam?", Dismissal.SPAM, "Spam", "Not spam"),
}


def dismissals(lane: Lane) -> list[Dismissal]:
    """The reasons to dismiss a case, with the usual one of its lane first."""
    doubt = DOUBTS.get(lane)
    first = [doubt.confirmed] if doubt else []
    return first + [one for one in Dismissal if one not in first]


class Verb(StrEnum):
    """What a person can do to a case."""

    APPROVE = "approve"
    SAVE = "save"
    DISMISS = "dismiss"
    ASSIGN = "assign"
    ADMIT = "admit"
    CORRECT = "correct"
    UNCORRECT = "uncorrect"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class HumanAct:
    """One act of a person on one case, as the form sent it."""

    case_id: int
    verb: Verb
    actor: str
    """The name of the member who acts."""
    body: str = ""
    """The words of the draft, for approve and save."""
    reason: Dismissal = Dismissal.NOT_FOR_US
    assignee_id: int | None = None
    """The member who takes the case; None gives it back to everyone."""
    task: Task = Task.INTENT
    label: str = ""
    """What the post reads as, for correct; for uncorrect its task alone counts."""


class ReviewAct(Protocol):
    """What the desk needs of `rewards.review`. Each raises Refused where it cannot be done."""

    @property
    def disclosure(self) -> str:
        """The line that `approve` puts under words with the mark; empty where there is none."""
        ...

    def approve(
        self, tx: Connection, case_id: int, body: str, *, actor: str, now: datetime
    ) -> None:
        """Close the case and queue `body` for sending; with no body only close it."""

    def save(self, tx: Connection, case_id: int, body: str, *, actor: str, now: datetime) -> None:
        """Keep `body` as the draft; the case stays open."""

    def dismiss(
        self, tx: Connection, case_id: int, reason: str, *, actor: str, now: datetime
    ) -> None:
        """Close the case and say nothing."""

    def assign(
        self, tx: Connection, case_id: int, member_id: int | None, *, actor: str, now: datetime
    ) -> None:
        """Give the case to a member, or with None back to everyone."""

    def admit(self, tx: Connection, case_id: int, *, actor: str, now: datetime) -> None:
        """Take the case out of the unsure or the spam, to the open ones."""

    def correct(
        self, tx: Connection, case_id: int, task: Task, label: str, *, actor: str, now: datetime
    ) -> None:
        """Say what the post reads as; the case moves to the kind that it is then, or closes."""

    def uncorrect(
        self, tx: Connection, case_id: int, task: Task, *, actor: str, now: datetime
    ) -> None:
        """Take back what was last said of the post, and what followed from that."""

    def undo(self, tx: Connection, case_id: int, *, actor: str, now: datetime) -> None:
        """Open the case again, or put an admitted one back; refused once its message has left."""


def perform(tx: Connection, reviewer: ReviewAct, act: HumanAct, now: datetime) -> None:
    """Carry out one act. Raises Refused, with a line for the person, where it cannot be done."""
    match act.verb:
        case Verb.APPROVE:
            reviewer.approve(tx, act.case_id, act.body, actor=act.actor, now=now)
        case Verb.SAVE:
            reviewer.save(tx, act.case_id, act.body, actor=act.actor, now=now)
        case Verb.DISMISS:
            reviewer.dismiss(tx, act.case_id, act.reason.value, actor=act.actor, now=now)
        case Verb.ASSIGN:
            reviewer.assign(tx, act.case_id, act.assignee_id, actor=act.actor, now=now)
        case Verb.ADMIT:
            reviewer.admit(tx, act.case_id, actor=act.actor, now=now)
        case Verb.CORRECT:
            reviewer.correct(tx, act.case_id, act.task, act.label, actor=act.actor, now=now)
        case Verb.UNCORRECT:
            reviewer.uncorrect(tx, act.case_id, act.task, actor=act.actor, now=now)
        case Verb.UNDO:
            reviewer.undo(tx, act.case_id, actor=act.actor, now=now)
