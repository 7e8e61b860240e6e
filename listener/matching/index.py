"""Which queries texts may match, by the strings that they hold."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from listener.matching.anchor import Anchor, among_words, is_plain
from listener.matching.engine import Engine
from listener.matching.plan import Groups, Plan

_BREAK: Final = ord("\n")
_PLAIN: Final = frozenset(code for code in range(128) if is_plain(chr(code)))

Asked = tuple[int, Groups]
"""The number of a query, and what else a text must hold that may match it."""
Hits = tuple[list[list[Asked]], list[int]]
"""Who asks for each string that is there, and where it ends."""
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
        self._kinds: list[_Words | _Others] = []
        if words:
            self._kinds.append(_Words(words, engine))
        if others:
            self._kinds.append(_Others(others, engine))

    @property
    def narrows(self) -> bool:
        """Whether any query needs a string; ``*`` needs none."""
        return bool(self._kinds)

    def candidates(self, coarse: bytes) -> Iterator[tuple[int, int]]:
        """Numbers of texts, and of the queries that each may match, some more than once."""
        breaks = np.flatnonzero(np.frombuffer(coarse, dtype=np.uint8) == _BREAK)
        starts: list[int] = breaks.tolist()
        for kind in self._kinds:
            each, ends = kind.hits(coarse)
            if not ends:
                continue
            lines: list[int] = np.searchsorted(breaks[1:], np.array(ends)).tolist()
            for asked, line in zip(each, lines, strict=True):
                text = coarse[starts[line] : starts[line + 1]]
                for query, groups in asked:
                    for group in groups:
                        for one in group:
                            if one in text:
                                break
                        else:
                            break
                    else:
                        yield line, query

    def of_one(self, coarse: bytes) -> set[int]:
        """The queries that one text may match."""
        found: set[int] = set()
        for kind in self._kinds:
            for asked in kind.hits(coarse)[0]:
                for query, groups in asked:
                    if all(any(one in coarse for one in group) for group in groups):
                        found.add(query)
        return found


class _Words:
    """Strings of plain letters, digits and spaces."""

    def __init__(self, asked: Mapping[bytes, list[Asked]], engine: MakeEngine) -> None:
        self._asked = list(asked.values())
        self._engine = engine(list(asked))
        # The space at the end may be the break of the line.
        self._past = [int(one.endswith(b" ")) for one in asked]

    def hits(self, coarse: bytes) -> Hits:
        numbers, ends = self._engine.hits(among_words(coarse))
        if not numbers:
            return [], []
        past = self._past
        return (
            [self._asked[number] for number in numbers],
            [end - past[number] for number, end in zip(numbers, ends, strict=True)],
        )


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
        self._is_beyond_ascii = not any(one.isascii() for one in strings)

    def hits(self, coarse: bytes) -> Hits:
        if self._is_beyond_ascii and coarse.isascii():
            return [], []
        each: list[list[Asked]] = []
        ends: list[int] = []
        for number, end in zip(*self._engine.hits(coarse), strict=True):
            is_before = coarse[end - self._sizes[number] - 1] in _PLAIN
            is_after = coarse[end] in _PLAIN
            for one in self._anchors[number]:
                if not ((is_before and one.bare_before) or (is_after and one.bare_after)):
                    each.append(self._asked[one])
                    ends.append(end)
        return each, ends


def _with_marks(anchor: Anchor, groups: Groups) -> Groups:
    """What else a text must hold where the anchor's marks were not looked for."""
    string = anchor.text.encode()
    return groups if among_words(string) == string else (*groups, (string,))
