"""Hacker News: its search, run by Algolia, and its official interface. Neither needs a key.

https://hn.algolia.com/api and https://github.com/HackerNews/API
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from listener.connectors import (
    Access,
    Batch,
    Bounds,
    Capabilities,
    ConnectorError,
    Deletions,
    Held,
    Standing,
)
from listener.connectors.hackernews_items import ADDRESS as OFFICIAL
from listener.connectors.hackernews_items import Items
from listener.connectors.hackernews_post import PLATFORM, from_hit, from_node
from listener.connectors.json_item import (
    BadItem,
    Item,
    as_item,
    items_of,
    mark,
    maybe_text,
    maybe_whole,
    read_all,
)
from listener.connectors.keyset import placed
from listener.connectors.listing import Listings, Page, check_days, mark_before
from listener.connectors.web import Refusal, Web
from listener.querying.searches import searches
from listener.querying.searches_dialects import HACKERNEWS as DIALECT
from store.records import Post

SEARCH: Final = "https://hn.algolia.com"
_MOST_HITS: Final = 1_000
"""As many as one search shows, however many there are."""
_INDEXED_LATE: Final = 3_600
_EVERYTHING_LATE: Final = 900
_TYPES: Final = "(story,comment,poll,job)"


class Api(StrEnum):
    """Which interface is read."""

    AUTO = "auto"
    ALGOLIA = "algolia"
    FIREBASE = "firebase"


@dataclass(frozen=True, slots=True)
class HackerNewsOptions:
    """What is read, and how far back."""

    api: Api = Api.AUTO
    """auto searches with algolia and reads a community with firebase, the official interface."""
    days_back: int = 7
    """algolia: how far back the first look goes."""
    items_back: int = 500
    """firebase: how many of the newest items the first look reads, a request each."""
    changes: bool = True
    """firebase: also read again what was lately edited, voted for or deleted."""

    def __post_init__(self) -> None:
        """Raises ValueError for a number out of range."""
        check_days(self.days_back)
        if not 0 <= self.items_back <= 1_000_000:
            raise ValueError(f"items_back: from 0 to 1000000, not {self.items_back}")


class HackerNews:
    """Searches for words, or reads every item; the thread around a post either way."""

    Options = HackerNewsOptions
    capabilities: ClassVar[Capabilities] = Capabilities(
        platform=PLATFORM,
        search=True,
        thread=True,
        edits=True,
        deletions=Deletions.RECHECK,
    )
    recheck_size: ClassVar[int] = 10

    def __init__(self, options: HackerNewsOptions, access: Access) -> None:
        self._api = options.api
        self._is_moved = access.base_url is not None
        self._search = Web(access.base_url or SEARCH, access, name="Hacker News")
        self._official = Web(access.base_url or OFFICIAL, access, name="Hacker News")
        self._items = Items(
            self._official, access, back=options.items_back, changes=options.changes
        )
        asked = searches(access.searches, DIALECT)
        self._hits = Listings(
            asked or ("",),
            self._page,
            access,
            start=mark_before(access.now(), options.days_back),
            overlap=_INDEXED_LATE if asked else _EVERYTHING_LATE,
        )
        self._asked = asked
        self._searches = self._api is Api.ALGOLIA or (self._api is Api.AUTO and asked != ())

    def fetch(self, cursor: str | None) -> Batch:
        """The next page of a search, or the next items."""
        try:
            return self._hits.fetch(cursor) if self._searches else self._items.fetch(cursor)
        except (_Elsewhere, Refusal) as error:
            if not self._is_elsewhere(error):
                raise
        # The server in base_url speaks the other interface.
        self._searches, self._is_moved = not self._searches, False
        return self.fetch(cursor)

    @property
    def searches(self) -> Sequence[str]:
        """What it sends; the official interface has no search."""
        return self._asked if self._searches else ()

    def quiet_requests(self) -> float:
        """One for each search; of the official interface the newest number, and the changes."""
        return self._hits.count if self._searches else self._items.quiet_requests

    def close(self) -> None:
        """Let go of the connections."""
        self._search.close()
        self._official.close()

    def thread(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        """The whole thread, in one request where the search interface has it."""
        if self._api is Api.FIREBASE:
            return self._items.thread(post, bounds)
        try:
            return self._tree(post, bounds)
        except Refusal as error:
            if error.answer.status != 404:
                raise
        return () if self._api is Api.ALGOLIA else self._items.thread(post, bounds)

    def recheck(self, known: Sequence[Held]) -> Standing:
        """Look at each item in the official interface."""
        return self._items.recheck([one.platform_id for one in known])

    def _is_elsewhere(self, error: Exception) -> bool:
        if isinstance(error, Refusal) and error.answer.status != 404:
            return False
        return self._api is Api.AUTO and self._is_moved

    def _page(self, key: str, since: int, token: str | None) -> Page:
        place = placed(token)
        filters = [f"created_at_i>={since}"]
        if place.below is not None:
            filters.append(f"created_at_i<={place.below}")
        params: dict[str, str | int] = {
            "query": key,
            "tags": _TYPES,
            "numericFilters": ",".join(filters),
            "hitsPerPage": _MOST_HITS,
            "page": place.page,
            "typoTolerance": "false",
            "advancedSyntax": "true",  # or else quotes around a phrase mean nothing
        }
        what = f"what was said about {key}" if key else "what was said"
        try:
            answer = self._search.json("/api/v1/search_by_date", params, what=what)
            hits = items_of(answer, "hits")
        except BadItem as error:
            raise ConnectorError(
                f"Hacker News: the search answered without hits: {error}"
            ) from None
        except Refusal as error:
            if self._is_elsewhere(error):
                raise _Elsewhere from error
            raise
        pages = maybe_whole(answer, "nbPages") or 0
        more = len(hits) >= _MOST_HITS or (bool(hits) and place.page + 1 < pages)
        return _page_of(hits, place.next(_oldest(hits), more=more))

    def _tree(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        tree = self._node(post.thread_id or post.platform_id)
        root = maybe_text(tree, "story_id")
        if post.thread_id is None and root not in (None, post.platform_id):
            tree = self._node(root or "")
        nodes = list(_flat(tree, bounds.depth))
        line = _line_above(post.platform_id, nodes) | {post.platform_id}
        # A thread can be longer than what is read: what stands around the post comes first.
        nodes.sort(key=lambda node: (_id(node) not in line, _parent(node) not in line))
        top = _id(tree) or post.platform_id
        return read_all(nodes, lambda node: from_node(node, top)).posts[: bounds.posts]

    def _node(self, id_: str) -> Item:
        found = self._search.json(f"/api/v1/items/{id_}", what=f"item {id_}")
        try:
            return as_item(found)
        except BadItem as error:
            raise ConnectorError(f"Hacker News: item {id_}: {error}") from None


class _Elsewhere(Exception):
    """The search is not at this address."""


def _page_of(hits: Sequence[object], following: str | None) -> Page:
    found = read_all(hits, from_hit)
    marks = [at for hit in hits if (at := mark(hit, "created_at_i")) is not None]
    return Page(
        found.posts,
        min(marks, default=None),
        max(marks, default=None),
        next=following,
        rejects=found.rejects,
    )


def _oldest(hits: Sequence[object]) -> int | None:
    marks = (mark(hit, "created_at_i") for hit in hits)
    return min((at for at in marks if at is not None), default=None)


def _flat(tree: Item, deepest: int) -> Iterator[Item]:
    """The nodes level by level."""
    queue = deque([(tree, 0)])
    while queue:
        node, depth = queue.popleft()
        yield node
        children = node.get("children")
        if depth < deepest and isinstance(children, list):
            queue.extend((child, depth + 1) for child in children if isinstance(child, dict))


def _line_above(id_: str, nodes: Sequence[Item]) -> set[str | None]:
    parents = {_id(node): _parent(node) for node in nodes}
    line: set[str | None] = set()
    parent = parents.get(id_)
    while parent is not None and parent not in line:
        line.add(parent)
        parent = parents.get(parent)
    return line


def _id(node: Item) -> str | None:
    return maybe_text(node, "id")


def _parent(node: Item) -> str | None:
    return maybe_text(node, "parent_id")
