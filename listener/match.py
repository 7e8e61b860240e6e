"""Find the queries in a post: whole words in any script, blind to case and hidden characters."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from listener.query import All, Any, Not, Part, Term, parse
from store.records import Post

_UNSPACED: Final = "぀-ヿ㐀-鿿豈-﫿가-힯฀-๿"
"""Scripts written without spaces: a neighbour from these does not make a longer word."""
_BEFORE: Final = rf"(?<![^\W{_UNSPACED}])"
_AFTER: Final = rf"(?![^\W{_UNSPACED}])"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Match:
    """A query that a post matched and where: spans in the title, a line break, then the text."""

    query: str
    spans: tuple[Span, ...]


def folded(text: str) -> tuple[str, Sequence[int] | None]:
    """The text for comparing and, unless the lengths agree, each character's original place."""
    if text.isascii():
        return text.lower(), None
    out: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if unicodedata.category(character) == "Cf":
            continue
        plain = unicodedata.normalize("NFKC", character).casefold()
        out.append(plain)
        places += [place] * len(plain)
    return "".join(out), places


@lru_cache(maxsize=4096)
def _pattern(term: Term) -> re.Pattern[str]:
    words = folded(unicodedata.normalize("NFKC", term.text))[0].split()
    body = r"\s+".join(re.escape(word) for word in words)
    before = _BEFORE if re.match(r"\w", body) else ""
    after = "" if term.prefix or not re.search(r"\w\Z", body) else _AFTER
    return re.compile(before + body + after)


def _found(part: Part, text: str) -> list[Span] | None:
    """Spans of what is there, None where the part does not match."""
    match part:
        case Term():
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

    def matches(self, post: Post) -> bool:
        """Whether any query matches."""
        return bool(self.match(post))

    def match(self, post: Post) -> list[Match]:
        """Each query that matches, with its spans; a post to our own handle matches all of them."""
        if not self._parts:
            return []
        text, places = folded(f"{post.title}\n{post.text}" if post.title else post.text)
        ours = None if self._addressed is None else _found(self._addressed, text)
        if ours is None and self._own and self._own & {who.casefold() for who in post.addressed}:
            ours = []
        found: list[Match] = []
        for name, part in self._parts.items():
            spans = [] if part is None else _found(part, text)
            if spans is not None or ours is not None:
                found.append(Match(name, _original((spans or []) + (ours or []), places)))
        return found


def _original(spans: Sequence[Span], places: Sequence[int] | None) -> tuple[Span, ...]:
    if places is None:
        return tuple(sorted(set(spans)))
    return tuple(sorted({(places[start], places[end - 1] + 1) for start, end in spans}))
