"""What a character is to a query: part of a word or not, without width, of a script unspaced."""

import unicodedata
from functools import cache
from typing import Final

import regex

HIDDEN: Final = regex.compile(r"[\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]")
"""Characters without width."""


class Free:
    """Whether a text is free of certain characters; those that were met before are known."""

    def __init__(self, of: "regex.Pattern[str]") -> None:
        self._of = of
        self._met: set[str] = set()

    def __call__(self, text: str) -> bool:
        """Quicker than a search where most texts are, and of the same letters."""
        if self._met.issuperset(text):
            return True
        new = set(text) - self._met
        free = {one for one in new if not self._of.match(one)}
        self._met |= free
        return free == new


UNSPACED: Final = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー々〇"
)
"""What a class of characters holds whose scripts have no spaces between words."""

_UNSPACED: Final = regex.compile(rf"[{UNSPACED}]")
FORMATTING: Final = frozenset("*_~\"'`")
"""Signs that may stand between the words of a phrase, as many as there are."""

JOINING: Final = frozenset("-‐‑‒–/\\")
"""Signs of which one may stand between the words of a phrase."""

_POSSESSIVES: Final = frozenset({"'s", "'S"})
SEPARATING: Final = FORMATTING | JOINING
_LATIN: Final = regex.compile(r"\p{Latin}")


@cache
def is_word(character: str) -> bool:
    """Whether it is a letter, a digit or number, or a combining mark."""
    return unicodedata.category(character)[0] in "LNM"


@cache
def is_unspaced(character: str) -> bool:
    """Whether its script is written without spaces between words."""
    return _UNSPACED.match(character) is not None


@cache
def is_latin(character: str) -> bool:
    """Whether it is a Latin letter."""
    return _LATIN.match(character) is not None


def starts(text: str, at: int) -> bool:
    """Whether no word goes on from before `at` into it; `text[at]` is there."""
    first = text[at]
    before = at - 1
    while before >= 0 and text[before] == "_":
        before -= 1
    if before < 0 or (before < at - 1 and not is_word(first)):
        return True
    if before == at - 1 and is_unspaced(text[before]):
        return True
    return not is_word(text[before]) or is_unspaced(first)


def ends(text: str, at: int) -> bool:
    """Whether no word goes on from before `at` over it; `text[at - 1]` is there."""
    last, size = text[at - 1], len(text)
    if at < size and not is_word(last) and text[at] == last:
        return False
    after = at
    while after < size and text[after] == "_":
        after += 1
    if after == size or (after > at and not is_word(last)):
        return True
    if after == at and is_unspaced(text[after]):
        return True
    return not is_word(text[after]) or is_unspaced(last)


def is_possessive(text: str, at: int) -> bool:
    """Whether a possessive ``'s`` stands at `at`."""
    return (
        text[at : at + 2] in _POSSESSIVES
        and at > 0
        and not text[at - 1].isspace()
        and ends(text, at + 2)
    )
