"""Search of GitHub: issues and pull requests by the words in them or in their comments.

https://docs.github.com/rest/search and
https://docs.github.com/search-github/searching-on-github/searching-issues-and-pull-requests
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from listener.connectors import ConnectorError, Unread
from listener.connectors.github_issues import Issues, iso, marks_of, page_of
from listener.connectors.github_post import Place, issue_of
from listener.connectors.json_item import BadItem, items_of, maybe_text, maybe_whole
from listener.connectors.keyset import placed
from listener.connectors.listing import Page
from listener.connectors.web import Web

_PAGE: Final = 100
_KEPT: Final = 10_000
_ALONE: Final = re.compile(r'\w+|"[^"]*"')


@dataclass(frozen=True, slots=True)
class _Reading:
    """Issues of which the comments are yet to be read, and the search page after them.

    As a page token: ``PAGE~ISSUE,ISSUE~TOKEN``, where PAGE is that of the first issue's comments.
    """

    issues: tuple[str, ...]
    then: str | None
    page: int = 1

    @classmethod
    def of(cls, token: str | None) -> "_Reading":
        page, mark, rest = (token or "").partition("~")
        ids, _, then = rest.partition("~")
        if not (mark and page.isdecimal() and ids):
            return cls((), token)
        return cls(tuple(ids.split(",")), then or None, int(page))

    def token(self) -> str | None:
        if not self.issues:
            return self.then
        return f"{self.page}~{','.join(self.issues)}~{self.then or ''}"


class Search:
    """Looks through all public issues. Its limit is counted apart, so `web` is its own.

    It tells of an issue that a comment of it holds the word, so the comments of what is found are
    read too: those since the mark of the sweep, for at most so many issues of a page.
    """

    def __init__(self, web: Web, issues: Issues, *, most: int) -> None:
        self._web = web
        self._issues = issues
        self._most = most
        self._read: dict[str, tuple[str, int]] = {}
        self._changes: dict[str, str] = {}
        self._left: list[Unread] = []

    def page(self, kind: str, words: str, since: int, token: str | None) -> Page:
        """Issues of a `kind`, ``is:issue`` or ``is:pr``; or the comments of one found before."""
        reading = _Reading.of(token)
        if reading.issues:
            return self._comments(reading, since)
        return self._found(kind, words, since, token)

    def left(self) -> Sequence[Unread]:
        """What was found and not read since this was asked last."""
        left, self._left = self._left, []
        return left

    def _found(self, kind: str, words: str, since: int, token: str | None) -> Page:
        place = placed(token)
        upto = "*" if place.below is None else iso(place.below)
        # Without a kind GitHub refuses the search of some tokens, and it takes one only.
        asked = f"in:title,body,comments updated:{iso(since)}..{upto} {kind}"
        params: dict[str, str | int] = {
            "q": f"{grouped(words)} {asked}", "advanced_search": "true",
            "sort": "updated", "order": "desc", "per_page": _PAGE, "page": place.page + 1,
        }  # fmt: skip
        answer = self._web.json("/search/issues", params, what=f"issues about {words}")
        try:
            items = items_of(answer, "items")
        except BadItem as error:
            raise ConnectorError(f"GitHub: issues about {words}: {error}") from None
        marks = marks_of(items, "updated_at")
        found = self._issues.read(items)
        following = place.next(min(marks, default=None), more=len(items) >= _PAGE)
        reading = _Reading(self._unread(items, words, since), following)
        page = page_of(found, marks, reading.token())
        # A page that comments follow must not end the sweep, however old it is.
        return replace(page, oldest=None) if reading.issues else page

    def _unread(self, items: Sequence[Any], words: str, since: int) -> tuple[str, ...]:
        """Issues with comments that may be new, the last changed first."""
        changes = {}
        for item in items:
            if isinstance(item, dict) and maybe_whole(item, "comments"):
                id_, changed = issue_of(item), maybe_text(item, "updated_at")
                before = self._read.get(id_ or "")
                if (
                    id_
                    and changed
                    and (before is None or before[0] != changed or before[1] > since)
                ):
                    changes[id_] = changed
        if len(changes) > self._most:
            reason = f"comments of {len(changes) - self._most} issues that were found"
            hint = "name their `repositories`, or set LAURELS_GITHUB_TOKEN if it is not set"
            self._left.append(Unread(words, f"{reason} were not read; {hint}"))
        some = tuple(changes)[: self._most]
        self._changes |= {id_: changes[id_] for id_ in some}
        return some

    def _comments(self, reading: _Reading, since: int) -> Page:
        issue, *others = reading.issues
        found, more = self._issues.comments(Place(issue), since, reading.page)
        if more:
            after = replace(reading, page=reading.page + 1)
        else:
            after = _Reading(tuple(others), reading.then)
            self._note(issue, since)
        return page_of(found, (), after.token())

    def _note(self, issue: str, since: int) -> None:
        """So that an issue which did not change is not asked for its comments again."""
        if len(self._read) >= _KEPT:
            self._read.clear()
        if (changed := self._changes.pop(issue, None)) is not None:
            self._read[issue] = (changed, since)


def grouped(words: str) -> str:
    """Words as one part of a search, whatever stands beside them."""
    return words if _ALONE.fullmatch(words) else f"({words})"
