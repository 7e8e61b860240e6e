"""Search of GitHub: issues and pull requests by the words in them or in their comments.

https://docs.github.com/rest/search and
https://docs.github.com/search-github/searching-on-github/searching-issues-and-pull-requests
"""

import re
from typing import Final

from listener.connectors import ConnectorError
from listener.connectors.github_issues import Issues, iso, marks_of, page_of
from listener.connectors.json_item import BadItem, items_of
from listener.connectors.keyset import placed
from listener.connectors.listing import Page
from listener.connectors.web import Web

_PAGE: Final = 100
_PLAIN: Final = re.compile(r"\w[\w-]*")
_OPERATORS: Final = frozenset({"AND", "OR", "NOT"})


class Search:
    """Looks through all public issues. Its limit is counted apart, so `web` is its own."""

    def __init__(self, web: Web, issues: Issues) -> None:
        self._web = web
        self._issues = issues

    def found(self, kind: str, words: str, since: int, token: str | None) -> Page:
        """What was found of a `kind`, ``is:issue`` or ``is:pr``, the last changed first."""
        place = placed(token)
        upto = "*" if place.below is None else iso(place.below)
        # Without a kind GitHub refuses the search of some tokens, and it takes one only.
        params: dict[str, str | int] = {
            "q": f"{quoted(words)} in:title,body updated:{iso(since)}..{upto} {kind}",
            "sort": "updated", "order": "desc", "per_page": _PAGE, "page": place.page + 1,
        }  # fmt: skip
        answer = self._web.json("/search/issues", params, what=f"issues about {words}")
        try:
            items = items_of(answer, "items")
        except BadItem as error:
            raise ConnectorError(f"GitHub: issues about {words}: {error}") from None
        marks = marks_of(items, "updated_at")
        following = place.next(min(marks, default=None), more=len(items) >= _PAGE)
        return page_of(self._issues.read(items), marks, following)


def quoted(words: str) -> str:
    """A word or phrase that the search takes for nothing but words: no qualifier, no operator."""
    plain = " ".join(words.replace('"', " ").replace("\\", " ").split())
    is_word = _PLAIN.fullmatch(plain) is not None and plain.upper() not in _OPERATORS
    return plain if is_word else f'"{plain}"'
