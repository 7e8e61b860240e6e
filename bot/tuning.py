"""Which terms of a query bring what people dismiss, and a word that would keep that out.

A mention is *dismissed* where a person said that it is not about or for us. It is *kept* where its
case was acted on, or dismissed for a reason that grants that it is about us.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

from bot.common_words import COMMON
from desk.review import Dismissal
from listener.match import Matcher
from listener.matching.fields import Detect
from listener.query import All, Any, Form, Near, Not, Part, Term, parse
from store.finds import Judged
from store.records import Post

_NOT_OURS: Final[set[str]] = {Dismissal.NOT_FOR_US, Dismissal.NOT_ABOUT_US}
_ABOUT_US: Final[set[str]] = {Dismissal.WRONG_KIND, Dismissal.ANSWERED, Dismissal.TOO_LATE}
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_PLAIN: Final = re.compile(r"\w+\*?")
_TRIED: Final = 20
"""Words that are looked at closely, the most telling first."""
_CLEAR: Final = log(3)
"""A word has to be three times as likely in what was dismissed, as odds."""


@dataclass(slots=True)
class TermCount:
    """How many mentions a term brought: all, dismissed, kept, and acted on, which are kept too."""

    term: str
    mentions: int = 0
    dismissed: int = 0
    kept: int = 0
    acted: int = 0

    @property
    def decided(self) -> int:
        """Those that a person decided."""
        return self.dismissed + self.kept

    @property
    def share(self) -> float | None:
        """Of those decided, the part that was dismissed."""
        return self.dismissed / self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A word to exclude: how many dismissed mentions it keeps out, how many kept ones it loses."""

    word: str
    query: str
    removes: int
    loses: int
    log_odds: float


class Tuning:
    """Counts the mentions of one query, post by post."""

    def __init__(self, query: str, detect: Detect) -> None:
        self.query = query
        part = parse(query)
        self.terms = [TermCount(one) for one in dict.fromkeys(map(written, _sought(part)))]
        self.whole = TermCount("all")
        self._is_any = isinstance(part, Any)
        self._own = {word for one in _sought(part) for word in _words(one.text)}
        self._matcher = Matcher({one.term: one.term for one in self.terms}, detect=detect)
        self._dismissed: list[Post] = []
        self._kept: list[Post] = []

    def add(self, mentions: Sequence[Judged]) -> None:
        """Count some mentions of the query."""
        found = self._matcher.match_many([one.post.post for one in mentions])
        by_name = {one.term: one for one in self.terms}
        for number, one in enumerate(mentions):
            counts = [by_name[match.query] for match in found.get(number, ())]
            self._count(one, [self.whole, *counts])

    def exclusion(self, at_least: int) -> Exclusion | None:
        """The word to exclude that tells dismissed from kept mentions best, by their log-odds.

        It stands in at least so many dismissed ones; with fewer kept ones than that, none is told.
        """
        if len(self._kept) < at_least:
            return None
        found = [one for word in self._candidates(at_least) if (one := self._tried(word, at_least))]
        return max(found, key=lambda one: (one.log_odds, one.removes, one.word), default=None)

    def _count(self, one: Judged, counts: Sequence[TermCount]) -> None:
        was_dismissed = bool(_NOT_OURS & {*one.dismissals}) and not one.is_acted_on
        was_kept = one.is_acted_on or (not was_dismissed and bool(_ABOUT_US & {*one.dismissals}))
        if was_dismissed:
            self._dismissed.append(one.post.post)
        elif was_kept:
            self._kept.append(one.post.post)
        for count in counts:
            count.mentions += 1
            count.dismissed += was_dismissed
            count.kept += was_kept
            count.acted += one.is_acted_on

    def _candidates(self, at_least: int) -> list[str]:
        dismissed, kept = _counted(self._dismissed), _counted(self._kept)
        words = [
            word
            for word, count in dismissed.items()
            if count >= at_least and word not in self._own and word not in COMMON
        ]
        words.sort(key=lambda word: (-self._odds(dismissed[word], kept[word]), word))
        return words[:_TRIED]

    def _tried(self, word: str, at_least: int) -> Exclusion | None:
        """What excluding a word comes to, as the matcher reads it."""
        query = f"({self.query}) -{word}" if self._is_any else f"{self.query} -{word}"
        matcher = Matcher({word: word})
        removes = len(matcher.match_many(self._dismissed))
        loses = len(matcher.match_many(self._kept))
        odds = self._odds(removes, loses)
        if removes < at_least or odds < _CLEAR:
            return None
        return Exclusion(word, query, removes, loses, odds)

    def _odds(self, dismissed: int, kept: int) -> float:
        """The log-odds ratio of a word, half a post added to each count."""
        without, rest = len(self._dismissed) - dismissed, len(self._kept) - kept
        return log((dismissed + 0.5) / (without + 0.5)) - log((kept + 0.5) / (rest + 0.5))


def written(term: Term) -> str:
    """A term as a query of its own."""
    match term.form:
        case Form.TAG:
            return f"#{term.text}"
        case Form.HANDLE:
            return f"@{term.text}"
        case Form.BRAND:
            return f'~"{term.text}"'
    mark = "=" if term.is_cased else ""
    is_plain = _PLAIN.fullmatch(term.text) and term.text not in {"AND", "OR", "NOT", "NEAR"}
    return f"{mark}{term.text}" if is_plain else f'{mark}"{term.text}"'


def _sought(part: Part) -> Iterator[Term]:
    """Every term that brings mentions."""
    match part:
        case Term():
            yield part
        case Near(first, second):
            yield from (*first, *second)
        case All(parts) | Any(parts):
            for one in parts:
                yield from _sought(one)
        case Not():
            return


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _counted(posts: Sequence[Post]) -> Counter[str]:
    """In how many posts each word stands."""
    return Counter(word for one in posts for word in _words(f"{one.title or ''} {one.text}"))
