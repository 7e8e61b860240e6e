"""Many texts folded at once, so coarsely that no match is missed.

What the exact folding makes equal is equal here too, and more: marks that join no letter are gone
as well. So a text that does not hold the coarse form of a query's word cannot match, and the few
that do are looked at exactly.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import compress
from typing import Final, TypeVar

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
_CODE: Final = np.uint32(0x1FFFFF)
_DROPPED, _LATIN, _CAREFUL, _LONGER, _OTHER, _UNKNOWN = (1 << bit for bit in range(21, 27))
"""Above the code of what a character becomes stands what is to be known of it."""
_Code = TypeVar("_Code", np.uint8, np.uint32)
_JAMO: Final = regex.compile(r"[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")


def coarsely(folded: str) -> str:
    """An exactly folded text, coarser: what may stand between the words of a phrase is a space."""
    return _SPACES.sub(" ", "".join(map(_coarse, folded)))


@lru_cache(maxsize=65_536)
def _coarse(character: str) -> str:
    if character.isspace() or character in SEPARATING or character == "\0":
        return " "
    if unicodedata.category(character) == "Cs":
        return " "
    return "" if unicodedata.category(character)[0] == "M" else character


class Coarse:
    """Folds batches; what a character becomes is worked out page by page, as they are met."""

    def __init__(self) -> None:
        self._becomes: NDArray[np.uint32] = np.full(_SIZE, _UNKNOWN, dtype=np.uint32)
        self._singly = _Singly()
        self._longer: dict[int, list[int]] = {}

    def fold(self, texts: Sequence[str]) -> Iterator[tuple[Sequence[int], bytes]]:
        """Numbers of texts, and these in UTF-8, each between line breaks; some are there twice."""
        is_ascii = [one.isascii() for one in texts]
        every = range(len(texts))
        if plain := list(compress(every, is_ascii)):
            yield plain, _plainly([texts[number] for number in plain])
        if len(plain) < len(texts):
            others = [number for number in every if not is_ascii[number]]
            data, careful = self._many([texts[number] for number in others])
            yield others, data
            if careful:
                again = [others[number] for number in careful]
                exact = [coarsely(fold(texts[number]).text) for number in again]
                yield again, "\n".join(("", *exact, "")).encode()

    def one(self, text: str) -> bytes:
        """One text in UTF-8, between line breaks."""
        if text.isascii():
            return _one_spaced(b"\n%b\n" % text.encode().translate(_ONE_PLAINLY))
        coarse = text.replace("\n", " ").translate(self._singly)
        if _WITH_CARE in coarse:
            coarse = coarsely(fold(text).text)
        return _one_spaced(f"\n{coarse}\n".encode())

    def _many(self, texts: list[str]) -> tuple[bytes, Sequence[int]]:
        """All folded one character at a time, and the numbers of those that this folds wrong."""
        joined = "\n".join(("", *[_one_line(text) for text in texts], ""))
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        became = self._becomes[codes]
        kinds = np.bitwise_or.reduce(became)
        if kinds & _UNKNOWN:
            for page in np.unique(codes[(became & _UNKNOWN) > 0] // _PAGE):
                self._learn(int(page))
            became = self._becomes[codes]
            kinds = np.bitwise_or.reduce(became)
        careful = _careful(codes, became) if kinds & (_CAREFUL | _OTHER) else ()
        if kinds & _LONGER:
            became = self._lengthened(became)
        if kinds & _DROPPED:
            became = became[(became & _DROPPED) == 0]
        data = _single_spaced(became & _CODE).tobytes()
        return str(data, "utf-32-le").encode(), careful

    def _lengthened(self, became: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """With all that those characters become that become more than one."""
        places = np.flatnonzero(became & _LONGER)
        longer = [self._longer[one] for one in (became[places] & _CODE).tolist()]
        became[places] = [one[0] for one in longer]
        sizes = [len(one) - 1 for one in longer]
        rest = [code for one in longer for code in one[1:]]
        return np.insert(became, np.repeat(places + 1, sizes), rest)

    def _learn(self, page: int) -> None:
        for code in range(page * _PAGE, (page + 1) * _PAGE):
            becomes, kind = _character(chr(code))
            if kind & _LONGER:
                self._longer[code] = [ord(one) for one in coarsely(fold(chr(code)).text)]
                self._becomes[code] = code | kind
            else:
                self._becomes[code] = ord(becomes) | kind


def _careful(codes: NDArray[np.uint32], became: NDArray[np.uint32]) -> Sequence[int]:
    """Which texts are folded wrong one character at a time."""
    starts = np.flatnonzero(codes == _BREAK)[:-1]
    of_each = np.bitwise_or.reduceat(became, starts)
    mixes = (of_each & (_LATIN | _OTHER)) == (_LATIN | _OTHER)
    found: list[int] = np.flatnonzero(((of_each & _CAREFUL) > 0) | mixes).tolist()
    return found


def _plainly(texts: Sequence[str]) -> bytes:
    """Texts of ASCII alone."""
    joined = "\n".join(("", *texts, ""))
    if joined.count("\n") > len(texts) + 1:
        joined = "\n".join(("", *map(_one_line, texts), ""))
    codes = np.frombuffer(joined.encode().translate(_PLAINLY), dtype=np.uint8)
    return _single_spaced(codes).tobytes()


def _one_spaced(data: bytes) -> bytes:
    while b"  " in data:
        data = data.replace(b"  ", b" ")
    return data


def _single_spaced(codes: NDArray[_Code]) -> NDArray[_Code]:
    is_more = codes == _SPACE
    is_more[1:] &= is_more[:-1]
    kept: NDArray[_Code] = codes[~is_more]
    return kept


def _one_line(text: str) -> str:
    return text.replace("\n", " ") if "\n" in text else text


class _Singly(dict[int, str]):
    """What each character becomes, worked out where it is first met."""

    def __missing__(self, code: int) -> str:
        becomes, kind = _character(chr(code))
        if kind & _LONGER:
            becomes = coarsely(fold(chr(code)).text)
        elif kind & (_CAREFUL | _OTHER):
            becomes = _WITH_CARE
        self[code] = "" if kind & _DROPPED else becomes
        return self[code]


@cache
def _composing() -> frozenset[str]:
    """Marks that may make one letter with what stands before them."""
    found = set()
    for code in (*range(0xC0, 0x3100), *range(0x11000, 0x11A00)):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            found.add(chr(int(parts[1], 16)))
    return frozenset(found)


def _character(character: str) -> tuple[str, int]:
    """What it becomes, and what is to be known of it."""
    if character == "\n":
        return character, 0
    if HIDDEN.match(character):
        return " ", _DROPPED
    folded = fold(character).text
    coarse = coarsely(folded)
    if _JAMO.search(coarse) or folded[0] in _composing():
        return " ", _CAREFUL
    if not coarse:
        return " ", _DROPPED
    kind = _LATIN if is_latin(character) else _OTHER if may_hold(character) else 0
    if len(coarse) > 1:
        return " ", kind | _LONGER | (_LATIN if any(map(is_latin, coarse)) else 0)
    return coarse, kind


_PLAINLY: Final = bytes(
    ord(_character(chr(code))[0]) if code < 128 else code for code in range(256)
)
"""What each character of ASCII becomes."""
_ONE_PLAINLY: Final = _PLAINLY.replace(b"\n", b" ")
