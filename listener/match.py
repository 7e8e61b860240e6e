"""Find the queries in posts: thousands of queries in one pass, each match with its places."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from listener.matching.coarse import Coarse
from listener.matching.document import Document, Said, whole
from listener.matching.engine import available
from listener.matching.fields import Detect
from listener.matching.fold import Span
from listener.matching.index import Index, MakeEngine
from listener.matching.plan import Plan, plan
from listener.query import Any, Form, Term, parse

_LATELY: Final = 500
"""Queries that may be added one by one before all are made ready together again."""
_TO_US: Final = -1
"""The number of what is addressed to us, among the queries."""


class Match(NamedTuple):
    """A query that a post matched and where: spans in the title, a line break, then the text."""

    query: str
    spans: tuple[Span, ...]


def _unknown(_text: str) -> str:
    return "und"


class Matcher:
    """Several named queries and the brand's own handles, made ready once.

    `detect` tells the language of a text, for ``lang:``; `engine` makes the engine that looks for
    many strings at once. Raises listener.query.QueryError for a query that cannot be read.
    """

    def __init__(
        self,
        queries: Mapping[str, str],
        own_handles: Sequence[str] = (),
        *,
        detect: Detect = _unknown,
        engine: MakeEngine | None = None,
    ) -> None:
        self._detect = detect
        self._engine = engine or available()
        self._coarse = Coarse()
        self._names: dict[int, str] = {}
        self._plans: dict[int, Plan] = {}
        self._always: list[int] = []
        self._own = {handle.removeprefix("@").casefold() for handle in own_handles}
        if self._own:
            handles = Any(tuple(Term(one, Form.HANDLE) for one in sorted(self._own)))
            self._plans[_TO_US] = plan(handles, detect)
        for name, query in queries.items():
            self._read(name, query)
        self._late: dict[int, Plan] = {}
        self._indexes = [Index(self._plans, self._engine)]

    def add(self, name: str, query: str) -> None:
        """One query more, at once. Raises listener.query.QueryError."""
        number = self._read(name, query)
        self._late[number] = self._plans[number]
        if len(self._late) > _LATELY:
            self._late = {}
            self._indexes = [Index(self._plans, self._engine)]
        else:
            self._indexes = [self._indexes[0], Index(self._late, self._engine)]

    def matches(self, post: Said) -> bool:
        """Whether any query matches."""
        return bool(self.match(post))

    def match(self, post: Said) -> list[Match]:
        """Each query that matches, with its spans; a post to our own handle matches all of them."""
        if not self._names:
            return []
        coarse = self._coarse.one(whole(post))
        queries = self._indexes[0].of_one(coarse)
        for index in self._indexes[1:]:
            queries |= index.of_one(coarse)
        return self._matches(post, queries) if queries or self._is_always_asked(post) else []

    def match_many(self, posts: Sequence[Said]) -> dict[int, list[Match]]:
        """The same for many posts in one pass, by their numbers; those without a match lack."""
        if not posts or not self._names:
            return {}
        which: dict[int, set[int]] = {}
        indexes = [index for index in self._indexes if index.narrows]
        texts = [whole(one) for one in posts] if indexes else []
        for numbers, coarse in self._coarse.fold(texts):
            for index in indexes:
                for text, query in index.candidates(coarse):
                    which.setdefault(numbers[text], set()).add(query)
        looks_at_all = self._always or self._own
        asked = (
            [at for at, one in enumerate(posts) if at in which or self._is_always_asked(one)]
            if looks_at_all
            else sorted(which)
        )
        each = {number: self._matches(posts[number], which.get(number, ())) for number in asked}
        return {number: found for number, found in each.items() if found}

    def _is_always_asked(self, post: Said) -> bool:
        """Whether it may match whatever it says."""
        return bool(self._always or (self._own and post.addressed))

    def _read(self, name: str, query: str) -> int:
        ready, number = plan(parse(query), self._detect), len(self._names)
        self._names[number] = name
        self._plans[number] = ready
        if ready.anchors is None:
            self._always.append(number)
        return number

    def _matches(self, post: Said, queries: Collection[int]) -> list[Match]:
        document = Document(post)
        spans: dict[int, list[Span]] = {}
        for number in {*queries, *self._always} if self._always else queries:
            if (found := self._plans[number].node.found(document)) is not None:
                spans[number] = found
        to_us = spans.pop(_TO_US, None)
        if to_us is None and self._own and self._own & {one.casefold() for one in post.addressed}:
            to_us = []
        if to_us is not None:
            spans = {number: [*spans.get(number, ()), *to_us] for number in self._names}
        return [Match(self._names[one], _in_order(spans[one])) for one in sorted(spans)]


def _in_order(spans: list[Span]) -> tuple[Span, ...]:
    return tuple(sorted(set(spans)) if len(spans) > 1 else spans)
