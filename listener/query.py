"""The brand query: words, "phrases", OR, NOT or -, parentheses; read once, matched often."""

import re
from dataclasses import dataclass
from typing import Final

EVERYTHING: Final = "*"
"""The query of a community that is followed without a brand: every post matches."""

_TOKEN: Final = re.compile(
    r'\s*(?:(?P<phrase>"[^"]*"?)|(?P<mark>[()])|(?P<minus>-)|(?P<word>[^\s()"]+))'
)


class QueryError(ValueError):
    """A query that cannot be read; the message shows the place."""

    def __init__(self, query: str, at: int, problem: str) -> None:
        super().__init__(f"{problem}\n  {query}\n  {' ' * at}^")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase; `prefix` where it ended in ``*``."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be there."""

    part: "Part"


@dataclass(frozen=True, slots=True)
class All:
    """Every part must be there."""

    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One of the parts must be there."""

    parts: tuple["Part", ...]


Part = Term | Not | All | Any


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


class _Reader:
    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = _tokens(query)
        self._next = 0

    def whole(self) -> Part:
        part = self._any()
        if (token := self._peek()) is not None:
            raise QueryError(self._query, token.at, "a closing parenthesis without an opening one")
        return part

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _any(self) -> Part:
        parts = [self._all()]
        while (token := self._peek()) is not None and token.kind == "or":
            self._next += 1
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _all(self) -> Part:
        parts: list[Part] = []
        while (token := self._peek()) is not None and token.kind not in {"or", ")"}:
            self._next += 1
            if token.kind != "and":
                parts.append(self._one(token))
        if not parts:
            at = token.at if token is not None else len(self._query)
            raise QueryError(self._query, at, "a word is missing here")
        if all(isinstance(part, Not) for part in parts):
            raise QueryError(
                self._query, 0, "a query needs a word to look for beside what it excludes"
            )
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self, token: _Token) -> Part:
        if token.kind == "not":
            following = self._peek()
            if following is None or following.kind in {"or", "and", ")"}:
                raise QueryError(self._query, token.at, "nothing follows this exclusion")
            self._next += 1
            return Not(self._one(following))
        if token.kind == "(":
            part = self._any()
            closing = self._peek()
            if closing is None or closing.kind != ")":
                raise QueryError(self._query, token.at, "this parenthesis is never closed")
            self._next += 1
            return part
        return Term(token.text.removesuffix("*") or token.text, token.text[1:].endswith("*"))


def _tokens(query: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while match := _TOKEN.match(query, at):
        at = match.end()
        text, start = match.group(match.lastgroup or 0), match.start(match.lastgroup or 0)
        if match.lastgroup == "phrase":
            if len(text) < 2 or not text.endswith('"'):
                raise QueryError(query, start, "this quotation mark is never closed")
            if not (words := text[1:-1].strip()):
                raise QueryError(query, start, "this phrase is empty")
            found.append(_Token("term", words, start))
        elif match.lastgroup == "mark":
            found.append(_Token(text, text, start))
        elif match.lastgroup == "minus":
            found.append(_Token("not", text, start))
        else:
            found += _words(text, start)
    return found


def _words(text: str, at: int) -> list[_Token]:
    operators = {"OR": "or", "AND": "and", "NOT": "not"}
    if text in operators:
        return [_Token(operators[text], text, at)]
    parts = [part for part in text.split(",") if part]
    tokens: list[_Token] = []
    for number, part in enumerate(parts):
        if number or (text.startswith(",") and number == 0):
            tokens.append(_Token("or", ",", at))
        tokens.append(_Token("term", part, at))
    return tokens + ([_Token("or", ",", at)] if text.endswith(",") else [])


def parse(query: str) -> Part | None:
    """The query as a tree; None for ``*``, which every post matches.

    Raises QueryError, whose message shows the place, where it cannot be read.
    """
    if query.strip() == EVERYTHING:
        return None
    return _Reader(query).whole()


def explain(part: Part | None) -> str:
    """The tree in words, for a person who asks why something matched."""
    match part:
        case None:
            return "every post"
        case Term(text, prefix):
            return f"a word that begins with “{text}”" if prefix else f"“{text}”"
        case Not(inner):
            return f"not {explain(inner)}"
        case All(parts):
            return "(" + " and ".join(explain(one) for one in parts) + ")"
        case Any(parts):
            return "(" + " or ".join(explain(one) for one in parts) + ")"
