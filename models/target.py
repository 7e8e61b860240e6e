"""Sentiment towards one thing: the span is marked in the text, and the network reads it again."""

import re
from typing import Final

from models.heads import CLOSE, OPEN

_MARKS: Final = re.compile(rf" ?(?:{re.escape(OPEN)}|{re.escape(CLOSE)}) ?")
_SIGNS: Final = "#@"
_BETWEEN: Final = re.compile(r"[\s_-]+")


def marked(text: str, target: str) -> str:
    """The text with marks around `target`; where it is not in it, the target goes before.

    The text is as it was written: to be marked before it is prepared, since a handle loses its name
    there. Case, spaces and the signs of tags and handles do not matter. Every place is marked.
    """
    plain, place = unmarked(text), _place(target)
    if place is None:
        return plain
    found, count = place.subn(rf"{OPEN} \1 {CLOSE}", plain)
    return found if count else f"{OPEN} {target.strip(_SIGNS)} {CLOSE} {plain}"


def stands(text: str, target: str) -> bool:
    """Whether the target is named in the text, so that there is something to mark."""
    place = _place(target)
    return place is not None and place.search(unmarked(text)) is not None


def _place(target: str) -> re.Pattern[str] | None:
    """Where a target is named; None for one without words."""
    words = [re.escape(word) for word in _BETWEEN.split(target.strip(_SIGNS + " ")) if word]
    if not words:
        return None
    named = r"[\s_-]*".join(words)
    return re.compile(rf"(?<!\w)[{_SIGNS}]?({named})(?!\w)", re.IGNORECASE)


def unmarked(prepared: str) -> str:
    """The text without marks."""
    return _MARKS.sub(" ", prepared).strip() if OPEN in prepared or CLOSE in prepared else prepared
