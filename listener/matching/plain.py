"""Find words of plain letters where the text is as plain, and leave all else to `words`.

Nearly every word of a query is of letters and digits alone, and nearly everywhere it stands
between spaces or commas. Then two looks tell whether it is one, and no more need be known.
"""

import re
import string
from dataclasses import dataclass
from typing import Final

from listener.matching.characters import is_unspaced, is_word
from listener.matching.document import Document
from listener.matching.fold import Span
from listener.matching.words import Piece, Words

_LETTERS: Final = frozenset(string.ascii_letters + string.digits)
_EDGE: Final = re.compile(r"[^A-Za-z0-9]")
_OTHERS: Final = frozenset(map(chr, range(128))) - _LETTERS - {"_"}
_BEFORE: Final = _OTHERS - frozenset(".-@'")
"""No word goes on from here, nor the name of a handle; all of a tag's name is one word."""
_BEFORE_HANDLE: Final = _OTHERS - frozenset("@")
"""What may stand before the mark of a handle."""
_AFTER_HANDLE: Final = _OTHERS - frozenset(".-@")
"""No handle goes on over it."""
_AFTER: Final = _OTHERS
_BREAKS: Final = _OTHERS - frozenset(" \t\n\r\f\v\x1c\x1d\x1e\x1f*~\"'`-/\\")
"""What no phrase goes on over."""


@dataclass(frozen=True, slots=True)
class PlainWords:
    """Words, one after another."""

    words: Words
    first: str
    rest: tuple[str, ...]
    is_prefix: bool
    """Whether the last word may go on."""

    def found(self, document: Document) -> list[Span] | None:
        """Where they stand in the post, every place; None where they do not."""
        folded = document.folded(cased=self.words.cased)
        text, first = folded.text, self.first
        is_single = not (self.rest or self.is_prefix)
        spans: list[Span] = []
        at, size = text.find(first), len(text)
        while at >= 0:
            before = text[at - 1] if at else " "
            if before not in _LETTERS:
                may_follow = _AFTER if before in _BEFORE else self._in_handle(text, at)
                end = at + len(first)
                if not is_single:
                    end = self._end(text, end)
                if may_follow is None or end < 0:
                    return self.words.found(document)
                after = text[end] if end < size else " "
                if end and after in may_follow:
                    spans.append(folded.span(at, end))
                elif end and after not in _LETTERS:
                    return self.words.found(document)
            elif (edge := _EDGE.search(text, at)) is None:
                break
            else:
                at = edge.start()
            at = text.find(first, at + 1)
        return spans or None

    def _in_handle(self, text: str, at: int) -> frozenset[str] | None:
        """What ends the word of a handle that begins here; None where that is hard to tell."""
        is_begun = text[at - 1] == "@" and (at == 1 or text[at - 2] in _BEFORE_HANDLE)
        return _AFTER_HANDLE if is_begun and not self.rest else None

    def _end(self, text: str, at: int) -> int:
        """Where the last word ends; 0 where the words do not follow, -1 where hard to tell."""
        if self.rest and (at := _end(text, at, self.rest)) <= 0:
            return at
        if not self.is_prefix:
            return at
        edge = _EDGE.search(text, at)
        return len(text) if edge is None else edge.start()


def _end(text: str, at: int, rest: tuple[str, ...]) -> int:
    """Where the last word ends; 0 where the words do not follow, -1 where that is hard to tell."""
    for word in rest:
        after = text[at : at + 2]
        if after[:1] == " " and text.startswith(word, at + 1):
            at += 1 + len(word)
            continue
        is_other = after[:1] == " " and (after[1:] in _LETTERS or after[1:] in _BREAKS)
        if is_other or not after or after[0] in _LETTERS or after[0] in _BREAKS:
            return 0
        return -1
    return at


def plainly(words: Words) -> Words | PlainWords:
    """The same, quicker where each word is of plain letters."""
    pieces = words.pieces
    if not all(map(_is_plain, pieces)) or any(one.is_prefix for one in pieces[:-1]):
        return words
    first, *rest = (one.readings[0] for one in pieces)
    return PlainWords(words, first, tuple(rest), pieces[-1].is_prefix)


def _is_plain(piece: Piece) -> bool:
    letters = piece.readings[0]
    return len(piece.readings) == 1 and all(
        is_word(one) and not is_unspaced(one) for one in letters
    )
