"""A query in its words, before it is read: what stands where, and beside what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from listener.querying.problems import QUOTES

APOSTROPHES: Final = "'‘’‚‛ʼ′´`‹›"
MINUS: Final = "-−–"
"""What excludes, as the grammar reads it."""
DASHES: Final = "-−–—―‐‑‒"
OPERATORS: Final = frozenset({"OR", "AND", "NOT"})
FIELD: Final = re.compile(r"([A-Za-z]+):(?!//)(.*)", re.DOTALL)
_TOKEN: Final = re.compile(rf"[()]|[{QUOTES}][^{QUOTES}]*[{QUOTES}]?|[^\s(){QUOTES}]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A parenthesis, what stands in quotes, or a word with its signs."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """The character behind it."""
        return self.start + len(self.text)

    @property
    def is_word(self) -> bool:
        """Whether it is neither a parenthesis nor in quotes."""
        return self.text[0] not in QUOTES and self.text not in ("(", ")")

    @property
    def is_plain(self) -> bool:
        """A word without a sign of the language, or a phrase."""
        if not self.is_word:
            return self.text[0] in QUOTES
        is_sign = self.text[0] in DASHES + "=~#@+!" or FIELD.fullmatch(self.text)
        is_operator = self.text in OPERATORS or self.text.startswith("NEAR")
        is_misread = self.text[0] in APOSTROPHES or "*" in self.text[:-1]
        return not is_sign and not is_operator and not is_misread


@dataclass(frozen=True, slots=True)
class Place:
    """One word of a query and what stands around it."""

    query: str
    tokens: Sequence[Token]
    at: int

    @property
    def word(self) -> Token:
        """The word itself."""
        return self.tokens[self.at]

    @property
    def bare(self) -> Token:
        """The word without the minus that excludes it."""
        word = self.word
        if len(word.text) > 1 and word.text[0] in MINUS:
            return Token(word.start + 1, word.text[1:])
        return word

    @property
    def before(self) -> Token | None:
        """What stands before it, if anything does."""
        return self.tokens[self.at - 1] if self.at else None

    @property
    def after(self) -> Token | None:
        """What stands behind it, if anything does."""
        return self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else None

    @property
    def opens(self) -> str:
        """The parenthesis or quotation mark that stands right behind the word, or nothing."""
        after = self.after
        return after.text[0] if after and after.start == self.word.end and not after.is_word else ""

    @property
    def follows(self) -> bool:
        """Whether an operator could stand here: behind something that is looked for."""
        before = self.before
        return before is not None and before.text != "(" and before.text not in OPERATORS


def tokens_of(query: str) -> list[Token]:
    """Parentheses, phrases and words, in their order."""
    return [Token(one.start(), one[0]) for one in _TOKEN.finditer(query)]
