"""Look for many strings in a long text in one pass: by Hyperscan, or by Aho and Corasick."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Protocol

Hits = tuple[list[int], list[int]]
"""Numbers of strings, and where each ends: the place behind it."""


class Engine(Protocol):
    """Made for strings once, none twice; threads may share it."""

    def hits(self, text: bytes) -> Hits:
        """Every place of every string."""
        ...


class Hyperscan:
    """Wang et al., "Hyperscan: A Fast Multi-pattern Regex Matcher", NSDI 2019."""

    def __init__(self, strings: Sequence[bytes]) -> None:
        import hyperscan

        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=["".join(f"\\x{byte:02x}" for byte in one).encode() for one in strings],
            ids=range(len(strings)),
            elements=len(strings),
            flags=[0] * len(strings),
        )
        self._scan = self._database.scan
        # A database has room to work in for one scan at a time.
        self._one_at_a_time = Lock()
        found: list[int] = []
        ends: list[int] = []
        add, place = found.append, ends.append

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add(number)
            place(end)

        self._found, self._ends, self._on_match = found, ends, on_match

    def hits(self, text: bytes) -> Hits:
        """Every place of every string."""
        with self._one_at_a_time:
            try:
                self._scan(text, match_event_handler=self._on_match)
                return self._found.copy(), self._ends.copy()
            finally:
                self._found.clear()
                self._ends.clear()


class AhoCorasick:
    """Aho and Corasick, "Efficient String Matching", CACM 1975; where Hyperscan has no wheel."""

    def __init__(self, strings: Sequence[bytes]) -> None:
        import ahocorasick  # type: ignore[import-not-found]  # ships no types

        self._automaton = ahocorasick.Automaton()
        for number, one in enumerate(strings):
            self._automaton.add_word(one.decode("latin-1"), number)
        self._automaton.make_automaton()

    def hits(self, text: bytes) -> Hits:
        """Every place of every string."""
        found: list[int] = []
        ends: list[int] = []
        # A character is a byte here, as its automaton takes text alone.
        for last, number in self._automaton.iter(text.decode("latin-1")):
            found.append(number)
            ends.append(last + 1)
        return found, ends


def available() -> Callable[[Sequence[bytes]], Engine]:
    """The fastest engine that is installed."""
    try:
        import hyperscan  # noqa: F401
    except ImportError:
        return AhoCorasick
    return Hyperscan
