"""The line at the bottom: what was just done, with Undo. Carried in the address, as a word."""

from dataclasses import dataclass
from typing import Final

from desk.review import Verb

DONE: Final = {
    "approved": "Approved.",
    "saved": "Draft saved.",
    "drafted": "A language model wrote the draft.",
    "dismissed": "Dismissed.",
    "assigned": "Assigned.",
    "admitted": "Moved to the open cases.",
    "corrected": "Corrected.",
    "uncorrected": "Undone: what was said before counts again.",
    "undone": "Undone: the case is open again.",
    "returned": "Undone: the case waits where it was.",
    "linked": "Linked: they are one person now.",
    "unproved": "Not linked.",
    "choice": "The choice counts from now on.",
}
UNDOABLE: Final = frozenset({"approved", "dismissed", "admitted"})
WORD_OF: Final = {
    Verb.APPROVE: "approved",
    Verb.SAVE: "saved",
    Verb.DISMISS: "dismissed",
    Verb.ASSIGN: "assigned",
    Verb.ADMIT: "admitted",
    Verb.CORRECT: "corrected",
    Verb.UNCORRECT: "uncorrected",
    Verb.UNDO: "undone",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What to say, the case to undo, and the case to go to."""

    id: str
    words: str
    undo: int | None = None
    refused: bool = False
    opens: int | None = None


def notice_of(word: str, case_id: int | None) -> Notice | None:
    """The line for a word from the address; None for any word that is not ours."""
    if word not in DONE:
        return None
    undo = case_id if word in UNDOABLE else None
    opens = case_id if word == "admitted" else None
    return Notice(f"{word}-{case_id}", DONE[word], undo, opens=opens)
