"""Which queries texts may match, by the strings that they hold."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from listener.matching.anchor import Anchor, among_words, is_plain
from listener.matching.engine import Engine
from listener.matching.plan import Groups, Plan

_BREAK: Final = ord("\n")
_PLAIN: Final = frozenset(code for code in range(128) if is_plain(chr(code)))

Asked = tuple[int, Groups]
"""The number of a query, and what else a text must hold that may match it."""
MakeEngine = Callable[[Sequence[bytes]], Engine]


class Index:
    """The anchors of queries, looked for together.

    Those of plain words are looked for where a text is words and spaces alone, so that the engine
    itself passes over what is inside a longer word.
    """

    def __init__(self, plans: Mapping[int, Plan], engine: MakeEngine) -> None:
        words: dict[bytes, list[Asked]] = {}
        others: dict[Anchor, list[Asked]] = {}
        for number, plan in plans.items():
            for anchor in plan.anchors or ():
                if (string := anchor.among_words) is None:
                    others.setdefault(anchor, []).append((number, plan.groups))
                else:
                    words.setdefault(string, []).append((number, _with_marks(anchor, plan.groups)))
        self._words = _Words(words, engine) if words else None
        self._others = _Others(others, engine) if others else None

    @property
    def narrows(self) -> bool:
        """Whether any query needs a string; ``*`` needs none."""
        return self._words is not None or self._others is not None

    def candidates(self, coarse: bytes) -> Iterator[tuple[int, int]]:
        """Numbers of texts, and of the queries that each may match, some more than once."""
        lines = coarse.split(b"\n")
        for asked, text in self._hits(coarse):
            line = lines[text + 1]
            for query, groups in asked:
                if not groups or _holds_each(line, groups):
                    yield text, query

    def of_one(self, coarse: bytes) -> set[int]:
        """The queries that one text may match."""
        return {
            query
            for asked in self._held(coarse)
            for query, groups in asked
            if not groups or _holds_each(coarse, groups)
        }

    def _hits(self, coarse: bytes) -> Iterator[tuple[list[Asked], int]]:
        if self._words:
            yield from self._words.hits(coarse)
        if self._others:
            yield from self._others.hits(coarse)

    def _held(self, coarse: bytes) -> Iterator[list[Asked]]:
        if self._words:
            yield from self._words.held(coarse)
        if self._others:
            yield from self._others.held(coarse)


class _Words:
    """Strings of plain letters, digits and spaces."""

    def __init__(self, asked: Mapping[bytes, list[Asked]], engine: MakeEngine) -> None:
        self._asked = list(asked.values())
        self._engine = engine(list(asked))
        self._past = np.array([one.endswith(b" ") for one in asked])

    def hits(self, coarse: bytes) -> Iterator[tuple[list[Asked], int]]:
        numbers, ends = self._engine.hits(among_words(coarse))
        if numbers:
            # The space at the end may be the line's break.
            places = np.array(ends) - self._past[numbers]
            yield from zip(
                map(self._asked.__getitem__, numbers), _lines(coarse, places), strict=True
            )

    def held(self, coarse: bytes) -> Iterable[list[Asked]]:
        return map(self._asked.__getitem__, self._engine.hits(among_words(coarse))[0])


class _Others:
    """Strings with letters beyond ASCII, or of marks alone."""

    def __init__(self, asked: Mapping[Anchor, list[Asked]], engine: MakeEngine) -> None:
        strings: dict[bytes, list[Anchor]] = {}
        for one in asked:
            strings.setdefault(one.text.encode(), []).append(one)
        self._anchors = list(strings.values())
        self._sizes = list(map(len, strings))
        self._asked = asked
        self._engine = engine(list(strings))
        self._beyond_ascii = not any(one.isascii() for one in strings)

    def hits(self, coarse: bytes) -> Iterator[tuple[list[Asked], int]]:
        found = list(self._found(coarse))
        lines = _lines(coarse, np.array([end for _, end in found])) if found else ()
        for (anchor, _), line in zip(found, lines, strict=True):
            yield self._asked[anchor], line

    def held(self, coarse: bytes) -> Iterator[list[Asked]]:
        return (self._asked[anchor] for anchor, _ in self._found(coarse))

    def _found(self, coarse: bytes) -> Iterator[tuple[Anchor, int]]:
        if self._beyond_ascii and coarse.isascii():
            return
        for number, end in zip(*self._engine.hits(coarse), strict=True):
            is_after, is_before = (
                coarse[end] in _PLAIN,
                coarse[end - self._sizes[number] - 1] in _PLAIN,
            )
            for one in self._anchors[number]:
                if not ((is_before and one.bare_before) or (is_after and one.bare_after)):
                    yield one, end


def _lines(coarse: bytes, ends: NDArray[np.int64]) -> list[int]:
    """In which line of a text each place is, the empty one before the first break not counted."""
    breaks = np.flatnonzero(np.frombuffer(coarse, dtype=np.uint8) == _BREAK)[1:]
    found: list[int] = np.searchsorted(breaks, ends).tolist()
    return found


def _with_marks(anchor: Anchor, groups: Groups) -> Groups:
    """What else a text must hold where the anchor's marks were not looked for."""
    string = anchor.text.encode()
    return groups if among_words(string) == string else (*groups, (string,))


def _holds_each(text: bytes, groups: Groups) -> bool:
    for group in groups:
        for one in group:
            if one in text:
                break
        else:
            return False
    return True
