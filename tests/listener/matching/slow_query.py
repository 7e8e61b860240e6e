"""The query language read by hand, from left to right: text in, tree out."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from tests.listener.matching.slow_words import (
    HYPHENS_AND_SLASHES,
    QUOTES,
    Glyph,
    caseless,
    in_word,
    lettered,
    name_end,
    plain,
    query_readings,
    spelled,
    without_possessives,
)


class Refused(ValueError):
    """A query that asks for nothing that can be found. `column` counts characters from 0."""

    def __init__(self, problem: str, column: int) -> None:
        super().__init__(f"column {column}: {problem}")
        self.column = column


# The query as a tree


@dataclass(frozen=True, slots=True)
class Every:
    """Every post."""


@dataclass(frozen=True, slots=True)
class Field:
    """Whose, where, in which language, or of which form."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a phrase; with `prefix` any word that begins so."""

    text: str
    prefix: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """A word or a phrase: each way to read it is a row of words."""

    readings: tuple[tuple[Word, ...], ...]
    cased: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A tag or a mention, by its sign."""

    sign: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be there."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Near:
    """Two that stand with at most so many words between."""

    left: "Node"
    right: "Node"
    most: int


Node: TypeAlias = Every | Field | Phrase | Named | Not | And | Or | Near

VALUES: Final[dict[str, tuple[str, ...]]] = {
    "author": (),
    "channel": (),
    "platform": (),
    "lang": (),
    "has": ("link", "question", "image"),
    "is": ("reply", "post"),
}
"""The fields, and what they may be where that is not free."""


def folded_term(text: str, *, cased: bool) -> list[str]:
    """All readings of what a query asks for, folded."""
    folded = []
    for reading in query_readings(plain(text)):
        glyphs = [Glyph(char, 0, 0) for char in (reading if cased else caseless(reading))]
        folded.append(spelled(without_possessives(glyphs)))
    return folded


def phrase_words(text: str) -> list[str]:
    """What spaces separate, and hyphens and slashes inside."""
    words = [""]
    for at, char in enumerate(text):
        inside = 0 < at < len(text) - 1 and not text[at - 1].isspace()
        if char.isspace() or (char in HYPHENS_AND_SLASHES and inside and in_word(text, at + 1)):
            words.append("")
        else:
            words[-1] += char
    return [word for word in words if word]


def phrase_of(text: str, column: int, *, cased: bool, together: bool) -> Phrase:
    """A word or phrase as it was written, without its quotes."""
    readings: list[tuple[Word, ...]] = []
    for reading in folded_term(text, cased=cased):
        words = [Word(word.removesuffix("*"), word.endswith("*")) for word in phrase_words(reading)]
        if not words:
            raise Refused("nothing is asked for here; write a word", column)
        for word in words:
            if word.prefix and sum(map(lettered, word.text)) < 2:
                raise Refused("a prefix has at least two letters", column)
        readings.append(tuple(words))
        if together:
            readings.append((Word("".join(word.text for word in words), words[-1].prefix),))
    return Phrase(tuple(readings), cased)


class Parser:
    """Reads a query from left to right."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.at = 0
        self.depth = 0

    def parse(self) -> Node:
        """The whole query."""
        node = self.alternatives(0)
        if self.at < len(self.query):
            raise Refused("no parenthesis was opened for this one", self.at)
        if excludes(node):
            raise Refused("exclusions alone find nearly everything; begin with *", 0)
        return node

    def ahead(self) -> str:
        """The next word as written, or the next parenthesis or quote; empty at the end."""
        while self.at < len(self.query) and self.query[self.at].isspace():
            self.at += 1
        end = self.at
        while end < len(self.query) and not self.ends_word(self.query[end]):
            end += 1
        return self.query[self.at : max(end, self.at + 1)]

    @staticmethod
    def ends_word(char: str) -> bool:
        """Whether a bare word ends before it."""
        return char.isspace() or char in "()" or char in QUOTES

    def take(self) -> str:
        """The next word, and go on behind it."""
        word = self.ahead()
        self.at += len(word)
        return word

    def alternatives(self, begin: int) -> Node:
        """What OR stands between. `begin` is the column to name where nothing stands."""
        nodes = [self.conjunction(begin)]
        while self.ahead() == "OR":
            column = self.at
            self.take()
            nodes.append(self.conjunction(column))
        return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))

    def conjunction(self, begin: int) -> Node:
        """What AND or a space stands between."""
        nodes = [self.exclusion(begin)]
        while self.ahead() not in ("", ")", "OR"):
            column = self.at
            if self.ahead() == "AND":
                self.take()
            nodes.append(self.exclusion(column))
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes))

    def exclusion(self, begin: int) -> Node:
        """A term, or what NOT or a minus stands before."""
        word = self.ahead()
        column = self.at
        if word == ")" and self.depth == 0:
            raise Refused("no parenthesis was opened for this one", column)
        if word in ("", ")"):
            raise Refused("nothing stands here", begin)
        if word in ("AND", "OR"):
            raise Refused(f"nothing stands beside {word}", column)
        if word == "NOT":
            self.take()
            return Not(self.exclusion(column))
        if word[0] == "-":
            self.at += 1
            if self.query[self.at : self.at + 1].strip() == "":
                raise Refused("nothing stands behind the minus", column)
            return Not(self.exclusion(column))
        return self.nearness()

    def nearness(self) -> Node:
        """A term, or two that are near."""
        column = self.at
        if is_near(self.ahead()):
            raise Refused("nothing stands before NEAR/n", column)
        left = self.term()
        if not is_near(self.ahead()):
            return left
        number = self.ahead().removeprefix("NEAR").removeprefix("/")
        if not (number.isascii() and number.isdecimal()):
            raise Refused("write NEAR/3", self.at)
        operator = self.at
        check_near(left, column)
        self.take()
        word = self.ahead()
        column = self.at
        if word in ("", ")", "AND", "OR"):
            raise Refused("nothing stands behind NEAR/n", operator)
        if word == "NOT" or word[0] == "-" or is_near(word):
            raise Refused("this cannot be near", column)
        right = self.term()
        check_near(right, column)
        if is_near(self.ahead()):
            raise Refused("NEAR/n stands between two", self.at)
        return Near(left, right, int(number))

    def term(self) -> Node:
        """A parenthesis, a field, a tag, a mention, a word or a phrase."""
        column = self.at
        word = self.ahead()
        if word == "(":
            return self.parenthesis()
        if word == "*":
            self.take()
            return Every()
        name, colon, _ = word.partition(":")
        if colon and name.isascii() and name.isalpha():
            return self.field(name, column)
        if word[0] in "#@":
            return self.named(column)
        sign = word[0] if word[0] in "=~" else ""
        self.at += len(sign)
        text = self.value(column)
        return phrase_of(text, column, cased=sign == "=", together=sign == "~")

    def parenthesis(self) -> Node:
        """What stands between two parentheses."""
        column = self.at
        self.take()
        self.depth += 1
        node = self.alternatives(column)
        if self.ahead() != ")":
            raise Refused("this parenthesis is not closed", column)
        self.take()
        self.depth -= 1
        return node

    def value(self, column: int) -> str:
        """A word, or what stands in quotes; refused at the column where there is none."""
        start = self.at
        rest = self.query[start : start + 1]
        if not rest or rest.isspace() or rest in "()":
            raise Refused("nothing stands behind this sign", column)
        if rest not in QUOTES:
            return self.take()
        end = start + 1
        while end < len(self.query) and self.query[end] not in QUOTES:
            end += 1
        if end == len(self.query):
            raise Refused("this quote is not closed", start)
        self.at = end + 1
        return self.query[start + 1 : end]

    def field(self, name: str, column: int) -> Field:
        """A field and its value."""
        if name not in VALUES:
            raise Refused(f"no field is called {name}", column)
        self.at += len(name) + 1
        start = self.at
        value = caseless(plain(self.value(start))).strip()
        if not value:
            raise Refused(f"{name}: asks for nothing", start)
        if VALUES[name] and value not in VALUES[name]:
            raise Refused(f"{name}: is one of {', '.join(VALUES[name])}", start)
        return Field(name, value)

    def named(self, column: int) -> Named:
        """A tag or a mention."""
        sign = self.query[self.at]
        self.at += 1
        names = folded_term(self.value(column), cased=False)
        for name in names:
            end = name_end(sign, name, 0)
            if not name or end < len(name):
                raise Refused(f"no name stands behind {sign}", column)
        return Named(sign, tuple(names))


def is_near(word: str) -> bool:
    """Whether it is written as the operator."""
    return word == "NEAR" or word.startswith("NEAR/")


def check_near(node: Node, column: int) -> None:
    """Refuse what has no place in a text."""
    nodes = node.nodes if isinstance(node, Or) else (node,)
    for each in nodes:
        if isinstance(each, Or):
            check_near(each, column)
        elif not isinstance(each, Phrase | Named):
            raise Refused("this cannot be near; join words by OR", column)


def excludes(node: Node, *, wanted: bool = True) -> bool:
    """Whether nothing in it is looked for, only excluded."""
    if isinstance(node, Not):
        return excludes(node.node, wanted=not wanted)
    if isinstance(node, And | Or):
        return all(excludes(one, wanted=wanted) for one in node.nodes)
    return not wanted
