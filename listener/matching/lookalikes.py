"""Cyrillic and Greek letters that look like Latin ones, and the words in which they are read so.

The pairs are among those of Unicode's confusables (Technical Standard 39); small letters that
look like Latin small capitals are read as these.
"""

from collections.abc import Iterator
from typing import Final

import regex

from listener.matching.characters import UNSPACED, Free

LOOKS: Final = {
    **dict(zip("АВЕЅІЈКМНОРСТУХԌԚԜӀ", "ABESIJKMHOPCTYXGQWI", strict=True)),
    **dict(zip("авеѕіјкмнорстухһԁԛԝѵӏ", "abesijkmhopctyxhdqwvl", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    **dict(zip("αγικνορτυχ", "ayikvoptux", strict=True)),
}
"""Each as it stands to the Latin letter that it looks like."""

UNLIKE: Final = {"Cyrillic": "ж", "Greek": "ω"}
"""An ordinary letter of each script."""

_OTHER: Final = regex.compile(r"[\p{Cyrillic}\p{Greek}]")
_HAS_NONE: Final = Free(_OTHER)
_LATIN: Final = regex.compile(r"\p{Latin}")
_LETTER: Final = rf"[[\p{{L}}\p{{N}}\p{{M}}]--[{UNSPACED}]]"
WORD: Final = regex.compile(rf"{_LETTER}(?:_*{_LETTER})*", regex.VERSION1)
"""What is read as a whole; a character of a script without spaces is a word of its own."""
_SCRIPTS: Final = {name: regex.compile(rf"\p{{{name}}}") for name in UNLIKE}


def script_of(letter: str) -> str:
    """Cyrillic or Greek, else empty."""
    return next((name for name, one in _SCRIPTS.items() if one.match(letter)), "")


def may_hold(text: str) -> bool:
    """Whether there is any letter that could look like another."""
    return not _HAS_NONE(text)


def is_wholly(word: str) -> bool:
    """Whether a word has such letters and no others."""
    letters = [one for one in word if one.isalpha()]
    return bool(letters) and all(one in LOOKS for one in letters)


def as_latin(word: str) -> str:
    """The word with each such letter read as the Latin one."""
    return "".join(LOOKS.get(one, one) for one in word)


def mixed(text: str) -> Iterator[tuple[int, int]]:
    """Where words stand that mix Latin letters with Cyrillic or Greek ones."""
    for found in WORD.finditer(text):
        word = found.group()
        if _LATIN.search(word) and _OTHER.search(word):
            yield found.span()


def disguised(text: str) -> Iterator[tuple[int, int]]:
    """Where words of a text stand that are wholly of such letters, among Latin words.

    In a text with an ordinary word of their script they are taken for words of it.
    """
    if not _LATIN.search(text):
        return
    words = [(found.group(), found.span()) for found in WORD.finditer(text)]
    ordinary = {
        script_of(one)
        for word, _ in words
        if not _LATIN.search(word)
        for one in word
        if one not in LOOKS
    } - {""}
    for word, span in words:
        if is_wholly(word) and not ordinary & {script_of(one) for one in word}:
            yield span
