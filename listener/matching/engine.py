"""Look for many strings in a long text in one pass: by Hyperscan, or by Aho and Corasick."""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final, Protocol

import numpy as np

from listener.matching.coarse import Anchor, is_plain

_BREAK: Final = ord("\n")
_LINE: Final = re.compile("\n")
_PLAIN: Final = np.array([is_plain(chr(code)) for code in range(256)])
_LETTERS: Final = frozenset(code for code in range(128) if is_plain(chr(code)))

Hits = tuple[Sequence[int], Sequence[int]]
"""Numbers of anchors, and of the texts that hold them."""


class Engine(Protocol):
    """Made for anchors once; threads may share it. It may report more than is there, never less."""

    def hits(self, texts: bytes) -> Hits:
        """Which anchors are in which of some coarse texts in UTF-8, each between line breaks."""
        ...

    def held(self, text: bytes) -> Sequence[int]:
        """Which anchors are in one coarse text, between line breaks; some more than once."""
        ...


class Hyperscan:
    """Wang et al., "Hyperscan: A Fast Multi-pattern Regex Matcher", NSDI 2019."""

    def __init__(self, anchors: Sequence[Anchor]) -> None:
        import hyperscan

        literals = [one.text.encode() for one in anchors]
        self._anchors = anchors
        self._sizes = np.array([len(one) for one in literals])
        self._bare_before = np.array([one.bare_before for one in anchors])
        self._bare_after = np.array([one.bare_after for one in anchors])
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=["".join(f"\\x{byte:02x}" for byte in one).encode() for one in literals],
            ids=range(len(anchors)),
            elements=len(anchors),
            flags=[0] * len(anchors),
        )
        self._scan = self._database.scan
        # A database has room to work in for one scan at a time.
        self._one_at_a_time = Lock()

    def hits(self, texts: bytes) -> Hits:
        """Which anchors are where."""
        found: list[int] = []
        places: list[int] = []
        add, place = found.append, places.append

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add(number)
            place(end)

        with self._one_at_a_time:
            self._scan(texts, match_event_handler=on_match)
        if not found:
            return (), ()
        codes = np.frombuffer(texts, dtype=np.uint8)
        numbers, ends = np.array(found), np.array(places)
        inside = self._bare_before[numbers] & _PLAIN[codes[ends - self._sizes[numbers] - 1]]
        inside |= self._bare_after[numbers] & _PLAIN[codes[ends]]
        numbers, ends = numbers[~inside], ends[~inside]
        breaks = np.flatnonzero(codes == _BREAK)[1:]
        return numbers.tolist(), np.searchsorted(breaks, ends).tolist()

    def held(self, text: bytes) -> Sequence[int]:
        """Which anchors are there."""
        found: list[tuple[int, int]] = []

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append((number, end))

        with self._one_at_a_time:
            self._scan(text, match_event_handler=on_match)
        return [number for number, end in found if self._is_whole(text, number, end)]

    def _is_whole(self, text: bytes, number: int, end: int) -> bool:
        one, before = self._anchors[number], end - int(self._sizes[number]) - 1
        is_inside = one.bare_before and text[before] in _LETTERS
        return not (is_inside or (one.bare_after and text[end] in _LETTERS))


class AhoCorasick:
    """Aho and Corasick, "Efficient String Matching", CACM 1975; where Hyperscan has no wheel."""

    def __init__(self, anchors: Sequence[Anchor]) -> None:
        import ahocorasick  # type: ignore[import-not-found]  # ships no types

        which: dict[str, list[int]] = {}
        for number, one in enumerate(anchors):
            which.setdefault(one.text, []).append(number)
        self._anchors = anchors
        self._automaton = ahocorasick.Automaton()
        for text, numbers in which.items():
            self._automaton.add_word(text, numbers)
        self._automaton.make_automaton()

    def hits(self, texts: bytes) -> Hits:
        """Which anchors are where."""
        text = texts.decode()
        numbers: list[int] = []
        ends: list[int] = []
        for last, which in self._automaton.iter(text):
            for number in which:
                one = self._anchors[number]
                if one.bare_before and is_plain(text[last - len(one.text)]):
                    continue
                if one.bare_after and is_plain(text[last + 1]):
                    continue
                numbers.append(number)
                ends.append(last)
        if not numbers:
            return (), ()
        breaks = [found.start() for found in _LINE.finditer(text)][1:]
        return numbers, [bisect_left(breaks, end) for end in ends]

    def held(self, text: bytes) -> Sequence[int]:
        """Which anchors are there."""
        return self.hits(text)[0]


def available() -> Callable[[Sequence[Anchor]], Engine]:
    """The fastest engine that is installed."""
    try:
        import hyperscan  # noqa: F401
    except ImportError:
        return AhoCorasick
    return Hyperscan
