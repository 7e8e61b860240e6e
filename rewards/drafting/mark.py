"""Which words a language model wrote, as the audit tells: they stay marked, whoever edits them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from store.audit import Note
from store.clean import scrub

DRAFT: Final = "draft"
"""The verb of a person who asked a language model for words."""
_PERSONS: Final = frozenset({"save", "approve"})
"""Acts by which a person puts words of theirs into the draft."""
_DIGEST: Final = 16


@dataclass(frozen=True, slots=True)
class Mark:
    """Words were written by a model, and perhaps edited since."""

    model: str
    asked_by: str
    edited_by: str = ""
    """The first who changed them; empty while they stand as they were written."""


def mark_of(notes: Sequence[Note], words: str | None) -> Mark | None:
    """The mark of words that stand with a case, or were said for it; None where they have none.

    `notes` is the audit of the case. Words that came from elsewhere since have no mark.
    """
    digest = _digest(words) if words else ""
    told = (one.detail for one in reversed(notes) if "digest" in one.detail)
    known = next((detail for detail in told if detail["digest"] == digest), None)
    return Mark(known["model"], known["asked"], known["edited"]) if known else None


def is_by_a_person(notes: Sequence[Note], words: str | None) -> bool:
    """Whether a person wrote or edited the words that stand with a case; `notes` is its audit."""
    mark = mark_of(notes, words)
    if mark is not None:
        return bool(mark.edited_by)
    return any(note.verb in _PERSONS for note in notes)


def written(model: str, words: str, actor: str) -> dict[str, str]:
    """What the audit keeps of words that a model just wrote."""
    return _detail(Mark(model, actor), words, f"written by {model}")


def carried(
    mark: Mark | None, before: str | None, after: str, actor: str, kept: str
) -> dict[str, str]:
    """What the audit keeps where somebody saves or sends `after` for marked words.

    `kept` is what stands from then on, where a line of ours was put under it.
    """
    if mark is None or not after:
        return {}
    is_changed = _digest(after) != _digest(before or "")
    edited = mark.edited_by or (actor if is_changed else "")
    now = Mark(mark.model, mark.asked_by, edited)
    return _detail(now, kept, f"(machine-written, {'edited' if edited else 'unchanged'})")


def _detail(mark: Mark, words: str, reason: str) -> dict[str, str]:
    marked: Mapping[str, str] = {
        "model": mark.model,
        "asked": mark.asked_by,
        "edited": mark.edited_by,
        "digest": _digest(words),
        "reason": reason,
    }
    return dict(marked)


def _digest(words: str) -> str:
    """The words as the store would keep them, so short that it tells nothing of them."""
    return hashlib.sha256(scrub(words.strip()).encode()).hexdigest()[:_DIGEST]
