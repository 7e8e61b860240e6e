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
    plain = unmarked(text)
    words = [re.escape(word) for word in _BETWEEN.split(target.strip(_SIGNS + " ")) if word]
    if not words:
        return plain
    named = r"[\s_-]*".join(words)
    place = re.compile(rf"(?<!\w)[{_SIGNS}]?({named})(?!\w)", re.IGNORECASE)
    found, count = place.subn(rf"{OPEN} \1 {CLOSE}", plain)
    return found if count else f"{OPEN} {target.strip(_SIGNS)} {CLOSE} {plain}"


def unmarked(prepared: str) -> str:
    """The text without marks."""
    return _MARKS.sub(" ", prepared).strip() if OPEN in prepared or CLOSE in prepared else prepared
