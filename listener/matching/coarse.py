"""Many texts folded at once, so coarsely that no match is missed, and what to look for in them.

What the exact folding makes equal is equal here too, and more: accents are gone as well. So a
text that does not hold the coarse form of a query's word cannot match, and the few that do are
looked at exactly.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import regex
from numpy.typing import NDArray

from listener.matching.characters import HIDDEN, SEPARATING, is_latin
from listener.matching.fold import fold
from listener.matching.lookalikes import may_hold

_WITH_CARE: Final = "\1"
_SIZE: Final = 0x110000
_PAGE: Final = 256
_BREAK: Final = ord("\n")
_SPACE: Final = ord(" ")
_SPACES: Final = re.compile("  +")
_DROPPED, _LATIN, _CAREFUL, _OTHER, _UNKNOWN = 1, 2, 4, 8, 255
_JAMO: Final = regex.compile(r"[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A string to look for; on a side that is `bare` no plain letter or digit may touch it."""

    text: str
    bare_before: bool
    bare_after: bool


def anchor(folded: str, *, is_prefix: bool = False) -> Anchor | None:
    """What to look for where folded words are wanted; None where they leave nothing."""
    text = coarsely(folded).strip()
    if not text:
        return None
    return Anchor(text, is_plain(text[0]), is_plain(text[-1]) and not is_prefix)


def is_plain(letter: str) -> bool:
    """Whether it is a letter or a digit of ASCII."""
    return letter.isascii() and letter.isalnum()


def coarsely(folded: str) -> str:
    """An exactly folded text, coarser: what may stand between the words of a phrase is a space."""
    return _SPACES.sub(" ", "".join(map(_coarse, folded)))


@lru_cache(maxsize=65_536)
def _coarse(character: str) -> str:
    if character.isspace() or character in SEPARATING or character == "\0":
        return " "
    base = unicodedata.normalize("NFD", character)
    if len(base) > 1 and all(unicodedata.category(one)[0] == "M" for one in base[1:]):
        return base[0]
    return "" if unicodedata.category(character)[0] == "M" else character


class Coarse:
    """Folds batches; what a character becomes is worked out page by page, as they are met."""

    def __init__(self) -> None:
        self._becomes: NDArray[np.uint32] = np.arange(_SIZE, dtype=np.uint32)
        self._kinds: NDArray[np.uint8] = np.full(_SIZE, _UNKNOWN, dtype=np.uint8)
        self._singly = _Singly()

    def fold(self, texts: Sequence[str]) -> str:
        """All texts, each between line breaks."""
        if len(texts) == 1:
            return f"\n{self._one(texts[0])}\n"
        codes, kinds = self._looked_up(_joined(texts))
        if (careful := _careful(codes, kinds)) is not None:
            kept = list(texts)
            for at in careful:
                kept[at] = coarsely(fold(kept[at]).text)
            codes, kinds = self._looked_up(_joined(kept))
        codes = self._becomes[codes]
        gone = codes == _SPACE
        gone[1:] &= gone[:-1]
        gone |= (kinds & _DROPPED) > 0
        return str(codes[~gone].tobytes(), "utf-32-le")

    def _one(self, text: str) -> str:
        coarse = _one_line(text).translate(self._singly)
        if _WITH_CARE in coarse or may_hold(text):
            return coarsely(fold(text).text)
        return _SPACES.sub(" ", coarse)

    def _looked_up(self, text: str) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        kinds = self._kinds[codes]
        if kinds.max() == _UNKNOWN:
            for page in np.unique(codes[kinds == _UNKNOWN] // _PAGE):
                self._learn(int(page))
            kinds = self._kinds[codes]
        return codes, kinds

    def _learn(self, page: int) -> None:
        for code in range(page * _PAGE, (page + 1) * _PAGE):
            becomes, kind = _character(chr(code))
            self._becomes[code], self._kinds[code] = ord(becomes), kind


def _careful(codes: NDArray[np.uint32], kinds: NDArray[np.uint8]) -> NDArray[np.int64] | None:
    """Which texts would be folded wrong one character at a time."""
    if not np.bitwise_or.reduce(kinds) & (_CAREFUL | _OTHER):
        return None
    starts = np.flatnonzero(codes == _BREAK)[:-1]
    of_each = np.bitwise_or.reduceat(kinds, starts)
    mixes = (of_each & (_LATIN | _OTHER)) == (_LATIN | _OTHER)
    found: NDArray[np.int64] = np.flatnonzero(((of_each & _CAREFUL) > 0) | mixes)
    return found


def _joined(texts: Sequence[str]) -> str:
    return "\n".join(("", *[_one_line(text) for text in texts], ""))


def _one_line(text: str) -> str:
    return text.replace("\n", " ") if "\n" in text else text


class _Singly(dict[int, str]):
    """What each character becomes, worked out where it is first met."""

    def __missing__(self, code: int) -> str:
        becomes, kind = _character(chr(code))
        if kind & _CAREFUL:
            becomes = _WITH_CARE
        self[code] = "" if kind & _DROPPED else becomes
        return self[code]


def _character(character: str) -> tuple[str, int]:
    """What it becomes, and what is to be known of it."""
    if character == "\n":
        return character, 0
    if 0xD800 <= ord(character) < 0xE000:
        return " ", 0
    if HIDDEN.match(character):
        return " ", _DROPPED
    coarse = coarsely(fold(character).text)
    if not coarse:
        return " ", _DROPPED
    if len(coarse) > 1:
        return " ", _CAREFUL
    if _JAMO.match(coarse):
        return coarse, _CAREFUL
    kind = _LATIN if is_latin(character) else _OTHER if may_hold(character) else 0
    return coarse, kind
