"""Find two terms that stand near each other."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Protocol

from listener.matching.document import Document
from listener.matching.fold import Span


class Term(Protocol):
    """What stands in a text at places."""

    def found(self, document: Document) -> list[Span] | None:
        """Where in the post; None where it does not."""
        ...


@dataclass(frozen=True, slots=True)
class Near:
    """One of the first and one of the second terms, in either order."""

    first: Sequence[Term]
    second: Sequence[Term]
    words: int
    """So many words may stand between them."""

    def found(self, document: Document) -> list[Span] | None:
        """Where those stand that are near each other; None where none are."""
        first = _all(self.first, document)
        second = _all(self.second, document) if first else ()
        if not second:
            return None
        near = self._followed(document, first, second) + self._followed(document, second, first)
        return near or None

    def _followed(
        self, document: Document, before: Sequence[Span], after: Sequence[Span]
    ) -> list[Span]:
        """Those of `before` that have one of `after` near behind them, and these."""
        starts = [start for start, _ in after]
        ended = [document.words_ended(start) for start in starts]
        in_text = bisect_left(starts, document.border + 1)
        found: list[Span] = []
        reached = 0
        for span in sorted(before, key=itemgetter(1)):
            low = bisect_left(starts, span[1])
            high = bisect_right(ended, document.words_begun(span[1]) + self.words, low)
            if span[1] <= document.border:
                high = min(high, in_text)
            if low < high:
                found.append(span)
                found += after[max(low, reached) : high]
                reached = max(reached, high)
        return found


def _all(terms: Sequence[Term], document: Document) -> list[Span]:
    return sorted({span for term in terms for span in term.found(document) or ()})
