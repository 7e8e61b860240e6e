"""Text as it is compared: normalized, without case and hidden characters, places kept."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

import regex

from listener.matching.characters import HIDDEN, Free
from listener.matching.lookalikes import UNLIKE, as_latin, disguised, may_hold, mixed, script_of

_SAME: Final = {
    **dict.fromkeys("‘’‚‛ʼ′´`", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("™℠®©", " "),
}
_SAMES: Final = re.compile(f"[{''.join(_SAME)}]")
Span = tuple[int, int]
Piece = tuple[str, int, int]
"""What folds as one, and where it starts and ends."""

_MOVING: Final = regex.compile(
    r"[\p{M}\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\ud7b0-\ud7ff\uff9e-\uffdc]|" + HIDDEN.pattern
)
"""What may join what stands before it, or go; all else becomes one character or more."""
_is_steady: Final = Free(_MOVING)
_MANY_MARKS: Final = 100
"""So many marks on one letter are folded together; to put more in order takes ever longer."""
_TOO_MANY_MARKS: Final = regex.compile(f"(?:{_MOVING.pattern}){{{_MANY_MARKS}}}")
_COMPOSING: Final = range(0x1161, 0x1200)
"""Medial and final letters of Korean syllables, which join what stands before."""


class Folded:
    """A text for comparing, and where in the original its characters came from."""

    __slots__ = ("_is_straight", "_original", "_places", "cased", "in_query", "text")

    def __init__(self, original: str, *, cased: bool = False, in_query: bool = False) -> None:
        self._original = original
        self._places: list[Span] | None = None
        self._is_straight: bool | None = None
        self.cased = cased
        self.in_query = in_query
        if original.isascii():
            text = original.replace("`", "'")
            self.text = text if cased else text.lower()
        elif may_hold(original):
            self.text = "".join(folded for folded, _, _ in self._pieces())
        else:
            self.text = _whole(original, cased=cased)

    def span(self, start: int, end: int) -> Span:
        """Where in the original stands what was found here."""
        if self._is_straight is None:
            self._is_straight = self._original.isascii() or (
                len(self.text) == len(self._original) and _is_steady(self._original)
            )
        if self._is_straight:
            return start, end
        if self._places is None:
            self._places = [(first, last) for folded, first, last in self._pieces() for _ in folded]
        return self._places[start][0], self._places[end - 1][1]

    def _pieces(self) -> list[Piece]:
        """What folds as one, folded, and where it stands."""
        pieces = _apart(self._original)
        if may_hold(self._original):
            pieces = _read(pieces, in_query=self.in_query)
        folded = _cased if self.cased else _plain
        return [(folded(piece), start, end) for piece, start, end in pieces]


def fold(text: str, *, cased: bool = False, in_query: bool = False) -> Folded:
    """The text for comparing; `cased` keeps the case. A query says itself how its words are read.

    NFKC, full case folding and NFKC again (Unicode Standard, section 3.13), without what has no
    width, and with letters that look like Latin ones read so by `listener.matching.lookalikes`.
    """
    return Folded(text, cased=cased, in_query=in_query)


def _whole(text: str, *, cased: bool) -> str:
    """The same as piece by piece, where no letter is read as another."""
    if not _is_steady(text):
        if len(text) > _MANY_MARKS and _TOO_MANY_MARKS.search(text):
            fold = _cased if cased else _plain
            return "".join(fold(piece) for piece, _, _ in _apart(text))
        text = HIDDEN.sub("", text)
    text = _alike(unicodedata.normalize("NFKC", _alike(text)))
    return text if cased else unicodedata.normalize("NFKC", text.casefold())


def _alike(text: str) -> str:
    return _SAMES.sub(lambda found: _SAME[found[0]], text)


def _apart(text: str) -> list[Piece]:
    """What folds as one, a character with its marks, and where it stands."""
    found: list[tuple[list[str], int, int]] = []
    for at, character in enumerate(text):
        role = _ROLES[character]
        if role == _JOINS and found and len(found[-1][0]) < _MANY_MARKS:
            joined, start, _ = found[-1]
            joined.append(character)
            found[-1] = (joined, start, at + 1)
        elif role != _HIDDEN:
            found.append(([character], at, at + 1))
    return [("".join(joined), start, end) for joined, start, end in found]


class _Roles(dict[str, str | None]):
    """Whether a character joins what stands before or has no width, worked out when first met."""

    def __missing__(self, character: str) -> str | None:
        first = unicodedata.normalize("NFKD", character)[:1]
        role = None
        if HIDDEN.match(character):
            role = _HIDDEN
        elif first and (unicodedata.category(first)[0] == "M" or ord(first) in _COMPOSING):
            role = _JOINS
        self[character] = role
        return role


_JOINS: Final = "joins"
_HIDDEN: Final = "hidden"
_ROLES: Final = _Roles()


def _read(pieces: list[Piece], *, in_query: bool) -> list[Piece]:
    """Look-alikes as the Latin letters that they stand for, where they do."""
    shown = "".join(_letter(piece) for piece, _, _ in pieces)
    read = list(shown)
    for start, end in (*mixed(shown), *(() if in_query else disguised(shown))):
        read[start:end] = as_latin(shown[start:end])
    return [
        (piece if now == was else now, start, end)
        for was, now, (piece, start, end) in zip(shown, read, pieces, strict=True)
    ]


@lru_cache(maxsize=65_536)
def _letter(piece: str) -> str:
    """One character in its place; a letter with a mark looks like no other letter."""
    composed = unicodedata.normalize("NFC", piece)
    return composed if len(composed) == 1 else UNLIKE.get(script_of(composed[0]), composed[0])


@lru_cache(maxsize=65_536)
def _plain(piece: str) -> str:
    return unicodedata.normalize("NFKC", _cased(piece).casefold())


@lru_cache(maxsize=65_536)
def _cased(piece: str) -> str:
    return _alike(unicodedata.normalize("NFKC", _alike(piece)))
