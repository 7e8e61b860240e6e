"""What is wrong with a query that does not follow the grammar, and the way out."""

import re
from dataclasses import dataclass
from typing import Final, cast

from lark import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

QUOTES: Final = '"“”„‟«»'
_OPERATORS: Final = {"_OR": "OR", "_AND": "AND", "_NOT": "NOT", "NEAR": "NEAR"}
_PHRASE_ENDS: Final = re.compile(r"\s+(?:OR|AND|NOT|NEAR/\d+)(?=\s)|\s+[-−–](?=\S)|[()]")
_WORDS_INSIDE: Final = re.compile(rf"\(([^(){QUOTES}\-]+)\)")
_MOST_SHOWN: Final = 60
"""Characters of a fix that the message itself repeats."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What mends a query: another text in place of what stands from `start` to `end`."""

    start: int
    end: int
    text: str = ""

    def applied(self, query: str) -> str:
        """The query so mended, without the spaces that are left over."""
        before, after = query[: self.start], query[self.end :]
        if not self.text:
            before, after = before.rstrip(), after.lstrip()
            needs_space = before[-1:] not in ("", "(") and after[:1] not in ("", ")")
            return before + " " * needs_space + after
        return (before + self.text + after).strip()


class Wrong(Exception):
    """A query cannot be read: at which character, why, and what mends it where that is known."""

    def __init__(self, at: int, told: str, edit: Edit | None = None) -> None:
        super().__init__(told)
        self.at = at
        self.told = told
        self.edit = edit


def quoted(text: str) -> str:
    """A text as a phrase."""
    return '"' + text.translate(dict.fromkeys(map(ord, QUOTES), None)).strip() + '"'


def or_quoted(text: str, why: str) -> str:
    """The end of a message: what is meant literally stands in quotes."""
    shown = quoted(text)
    if len(shown) > _MOST_SHOWN:
        return f", or put it in quotes {why}"
    return f", or {shown} in quotes {why}"


def problem(query: str, error: UnexpectedInput) -> Wrong:
    """Where a query leaves the grammar, and how."""
    at = cast("int | None", error.pos_in_stream) or 0
    if isinstance(error, UnexpectedCharacters):
        return _unclosed(query, at)
    token = error.token if isinstance(error, UnexpectedToken) else None
    if token is None or token.type == "$END" or isinstance(error, UnexpectedEOF):
        return _unfinished(query)
    if token.type == "RPAR":
        return _closed(query, at)
    word = _OPERATORS.get(token.type)
    end = at + len(token)
    last = (query[:at].split() or [""])[-1]
    if word == "NEAR" and last not in {"", "OR", "AND", "NOT"} and not last.endswith("("):
        return _near_again(query, at)
    if word == "NOT" and last.startswith("NEAR"):
        told = "NEAR stands between words or phrases"
        near = query.rindex("NEAR", 0, at)
        return Wrong(at, f"{told}: put the exclusion behind, as in (a NEAR/3 b) -c", Edit(near, at))
    if word is not None:
        told = f"a word is missing before {token if word == 'NEAR' else word}"
        way_out = f'write one, or "{word}" in quotes for the word itself'
        return Wrong(at, f"{told}: {way_out}", Edit(at, end))
    return Wrong(at, "this cannot stand here: put a phrase in quotes")


def operand(query: str, near: int, *, is_first: bool) -> int:
    """Where the one or the other operand begins of the NEAR that stands at a place."""
    if not is_first:
        rest = query[near:].split(maxsplit=1)[1:]
        return len(query) - len(rest[0]) if rest else near
    before = query[:near].rstrip()
    if before.endswith(")"):
        opened = _opened(before[:-1])
        return near if opened is None else opened
    if before[-1:] in QUOTES:
        return max(before.rfind(one, 0, -1) for one in QUOTES)
    return max(before.rfind(one) for one in " \n\t(") + 1


def words_in_parentheses(query: str, at: int) -> tuple[int, int] | None:
    """What stands in the parentheses that open at a place, if it is words alone."""
    found = _WORDS_INSIDE.match(query, at)
    words = found[1].split() if found else []
    if found is None or any(":" in one or one in _OPERATORS.values() for one in words):
        return None
    return found.span(1)


def _unclosed(query: str, at: int) -> Wrong:
    """A quotation mark without its other: it begins a phrase, ends one, or is left over."""
    rest = query[at + 1 :]
    end = _PHRASE_ENDS.search(rest)
    phrase = rest[: end.start()] if end else rest
    if phrase.strip():
        edit = Edit(at, at + 1 + len(phrase), quoted(phrase))
        shown = edit.text if len(edit.text) <= _MOST_SHOWN else "another where the phrase ends"
        return Wrong(at, f"this quotation mark is never closed: write {shown}", edit)
    begin = max(query.rfind(one, 0, at) for one in " \n\t()") + 1
    word = query[begin:at].lstrip("=~-")
    told = "this quotation mark is never closed"
    if not word or word.endswith(":"):
        return Wrong(
            at, f"{told}: write a phrase and a second one, or leave it out", Edit(at, at + 1)
        )
    edit = Edit(at - len(word), at + 1, quoted(word))
    return Wrong(at, f"{told}: write one before the phrase too, or leave it out", edit)


def _near_again(query: str, at: int) -> Wrong:
    """A third that is near: the second is named once more."""
    second = query[operand(query, at, is_first=True) : at].rstrip()
    told = "NEAR joins two: write (a NEAR/3 b) AND (b NEAR/3 c)"
    return Wrong(at, told, Edit(at, at, f"AND {second} "))


def _closed(query: str, at: int) -> Wrong:
    """What is wrong with a closing parenthesis."""
    opened = _opened(query[:at])
    if opened is None:
        told = "a closing parenthesis without its (: leave it out or write ( before"
        return Wrong(at, told, Edit(at, at + 1))
    before = query[opened + 1 : at].rstrip()
    if not before:
        told = "these parentheses are empty: write a word in them or leave them out"
        return Wrong(opened, told, Edit(opened, at + 1))
    return _missing_after(before.split()[-1].lstrip("("), opened + 1 + len(before))


def _missing_after(last: str, end: int) -> Wrong:
    told = f"a word is missing after {last}: write one or leave {last} out"
    return Wrong(end - len(last), told, Edit(end - len(last), end))


def _unfinished(query: str) -> Wrong:
    opened = _opened(query)
    words = query.split()
    if not words:
        return Wrong(0, "an empty query: write a word, or * for every post")
    last = words[-1].lstrip("(")
    if last in {"OR", "AND", "NOT"} or last.startswith("NEAR"):
        return _missing_after(last, len(query.rstrip()))
    if opened is not None:
        told = "this parenthesis is never closed: write ) where it ends"
        return Wrong(opened, told, Edit(len(query), len(query), ")"))
    return Wrong(len(query), "the query breaks off here: write the rest")


def _opened(query: str) -> int | None:
    """Where the last parenthesis stands that is open at the end."""
    stack: list[int] = []
    in_quotes = False
    for at, one in enumerate(query):
        if one in QUOTES:
            in_quotes = not in_quotes
        elif not in_quotes and one == "(":
            stack.append(at)
        elif not in_quotes and one == ")" and stack:
            stack.pop()
    return stack[-1] if stack else None
