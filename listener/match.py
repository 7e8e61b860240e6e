"""Find the queries in a post: whole words in any script, blind to case and hidden characters."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from listener.query import All, Any, Not, Part, Term, parse
from store.records import Post

_UNSPACED: Final = "぀-ヿ㐀-鿿豈-﫿가-힯฀-๿"
"""Scripts written without spaces: a neighbour from these does not make a longer word."""
_BEFORE: Final = rf"(?<![^\W{_UNSPACED}])"
_AFTER: Final = rf"(?![^\W{_UNSPACED}])"

_NEVER: Final = r"(?!)"
"""A term of hidden characters only is nothing to look for."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Match:
    """A query that a post matched and where: spans in the title, a line break, then the text."""

    query: str
    spans: tuple[Span, ...]


class _Plain(dict[int, str]):
    """Each character for comparing, worked out where it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        is_hidden = unicodedata.category(character) == "Cf"
        plain = "" if is_hidden else unicodedata.normalize("NFKC", character).casefold()
        self[code] = plain
        return plain


_PLAIN: Final = _Plain()


def folded(text: str) -> str:
    """The text for comparing."""
    return text.lower() if text.isascii() else text.translate(_PLAIN)


@lru_cache(maxsize=4096)
def _pattern(term: Term) -> re.Pattern[str]:
    body = r"\s+".join(re.escape(word) for word in _words(term)) or _NEVER
    before = _BEFORE if re.match(r"\w", body) else ""
    after = "" if term.prefix or not re.search(r"\w\Z", body) else _AFTER
    return re.compile(before + body + after)


@lru_cache(maxsize=4096)
def _longest(term: Term) -> str:
    """The longest word of a term, folded; empty where it has none."""
    return max(_words(term), key=len, default="")


def _words(term: Term) -> list[str]:
    return folded(unicodedata.normalize("NFKC", term.text)).split()


def _needed(part: Part | None) -> frozenset[str] | None:
    """Strings of which a text that matches holds at least one; None where there are none such."""
    match part:
        case Term():
            longest = _longest(part)
            return frozenset([longest]) if longest else None
        case All(parts):
            known = [one for one in map(_needed, parts) if one is not None]
            return min(known, key=len, default=None)
        case Any(parts):
            return _together(map(_needed, parts))
        case _:
            return None


def _together(each: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    whole: frozenset[str] = frozenset()
    for one in each:
        if one is None:
            return None
        whole |= one
    return whole


def _found(part: Part, text: str) -> list[Span] | None:
    """Spans of what is there, None where the part does not match."""
    match part:
        case Term():
            if _longest(part) not in text:
                return None  # cheaper than the pattern, and nearly always so
            return [found.span() for found in _pattern(part).finditer(text)] or None
        case Not(inner):
            return [] if _found(inner, text) is None else None
        case All(parts):
            spans: list[Span] = []
            for one in parts:
                if (more := _found(one, text)) is None:
                    return None
                spans += more
            return spans
        case Any(parts):
            each = [found for one in parts if (found := _found(one, text)) is not None]
            return [span for found in each for span in found] if each else None


class Matcher:
    """Several named queries and the brand's own handles, compiled once.

    Raises listener.query.QueryError for a query that cannot be read.
    """

    def __init__(self, queries: Mapping[str, str], own_handles: Sequence[str] = ()) -> None:
        self._parts = {name: parse(query) for name, query in queries.items()}
        self._own = {handle.removeprefix("@").casefold() for handle in own_handles}
        handles = tuple(Term("@" + handle) for handle in sorted(self._own))
        self._addressed: Part | None = Any(handles) if handles else None
        self._needed = _together(map(_needed, (*self._parts.values(), *handles)))

    def matches(self, post: Post) -> bool:
        """Whether any query matches."""
        return bool(self.match(post))

    def match(self, post: Post) -> list[Match]:
        """Each query that matches, with its spans; a post to our own handle matches all of them."""
        if not self._parts:
            return []
        whole = f"{post.title}\n{post.text}" if post.title else post.text
        text = folded(whole)
        is_to_us = bool(self._own and self._own & {who.casefold() for who in post.addressed})
        if (
            self._needed is not None
            and not is_to_us
            and not any(one in text for one in self._needed)
        ):
            return []  # nearly always: no query has to be looked at
        ours = None if self._addressed is None else _found(self._addressed, text)
        if ours is None and is_to_us:
            ours = []
        found: list[Match] = []
        for name, part in self._parts.items():
            spans = [] if part is None else _found(part, text)
            if spans is not None or ours is not None:
                found.append(Match(name, _original((spans or []) + (ours or []), whole)))
        return found


def _original(spans: Sequence[Span], text: str) -> tuple[Span, ...]:
    """Where in the text stands what was found in its folded form."""
    if text.isascii():
        return tuple(sorted(set(spans)))
    places = [place for place, one in enumerate(text) for _ in _PLAIN[ord(one)]]
    return tuple(sorted({(places[start], places[end - 1] + 1) for start, end in spans}))
