"""Sentiment towards one thing: the span is marked in the text, and the network reads it again."""

import re
from typing import Final

from models.heads import CLOSE, OPEN

_MARKS: Final = re.compile(rf" ?(?:{re.escape(OPEN)}|{re.escape(CLOSE)}) ?")
_SIGNS: Final = "#@"
_BETWEEN: Final = re.compile(r"[\s_-]+")
_LINK: Final = r"(?:https?://|www\.)\S+"
"""Parted by a mark it would no longer be taken out of the text, and a link says nothing of whom it
names."""


def marked(text: str, target: str) -> str:
    """The text with marks around `target`; where it is not in it, the target goes before.

    The text is as it was written: to be marked before it is prepared, since a handle loses its name
    there. Case, spaces and the signs of tags and handles do not matter. Every place is marked but
    those in links.
    """
    plain, place = unmarked(text), _place(target)
    if place is None:
        return plain
    found = place.sub(lambda one: f"{OPEN} {one[1]} {CLOSE}" if one[1] else one[0], plain)
    return found if OPEN in found else f"{OPEN} {target.strip(_SIGNS)} {CLOSE} {plain}"


def stands(text: str, target: str) -> bool:
    """Whether the target is named in the text, so that there is something to mark."""
    place = _place(target)
    return place is not None and any(one[1] for one in place.finditer(unmarked(text)))


def _place(target: str) -> re.Pattern[str] | None:
    """A link, or where a target is named as the group; None for one without words."""
    words = [re.escape(word) for word in _BETWEEN.split(target.strip(_SIGNS + " ")) if word]
    if not words:
        return None
    named = r"[\s_-]*".join(words)
    return re.compile(rf"{_LINK}|(?<!\w)[{_SIGNS}]?({named})(?!\w)", re.IGNORECASE)


def unmarked(prepared: str) -> str:
    """The text without marks."""
    return _MARKS.sub(" ", prepared).strip() if OPEN in prepared or CLOSE in prepared else prepared
