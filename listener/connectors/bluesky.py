"""Bluesky by its search, what is said to our account, and whom one follows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from json import dumps
from typing import Any, ClassVar, Final

import msgspec

from listener.connectors import (
    Access,
    Batch,
    Bounds,
    Capabilities,
    ConnectorError,
    Deletions,
    Held,
    Reject,
    Standing,
)
from listener.connectors.bluesky_appview import AppView
from listener.connectors.bluesky_post import PLATFORM, moment
from listener.connectors.bluesky_session import HANDLE, PASSWORD
from listener.connectors.json_item import BadItem, items_of, part
from listener.connectors.listing import Listings, Page, mark_before
from listener.querying.searches import searches
from listener.querying.searches_dialects import BLUESKY as DIALECT
from store.records import Post

_PAGE: Final = 100
_LATE: Final = 300
"""Seconds that a post may take to show up in its place."""
_UNORDERED: Final = 10
"""Pages of a feed that are read however old what they show is: a feed has an order of its own."""
_FEED_PAGES: Final = 500
_TO_US: Final = ("mention", "reply", "quote")
_RAW_KEPT: Final = 20_000


@dataclass(frozen=True, slots=True)
class BlueskyOptions:
    """What is read beside the searches that the queries ask for."""

    searches: tuple[str, ...] = ()
    """More to search for, as one would on bsky.app: a word, a "phrase", #tag, from:handle."""
    authors: tuple[str, ...] = ()
    """Accounts, by handle or DID, whose posts and replies are all read."""
    lists: tuple[str, ...] = ()
    """Lists of accounts, at://DID/app.bsky.graph.list/KEY: as `authors`, at one request for all."""
    feeds: tuple[str, ...] = ()
    """Feeds by address: at://DID/app.bsky.feed.generator/NAME."""
    notifications: bool = True
    """Whether what is said to our own account is read, where a login is set."""
    history_days: float = 7.0
    """How far back the first reading goes."""

    def __post_init__(self) -> None:
        """Raises ValueError for what names nothing."""
        addresses = (*self.lists, *self.feeds)
        if wrong := next((one for one in addresses if not one.startswith("at://did:")), None):
            raise ValueError(f"lists, feeds: {wrong!r} is no address such as at://did:plc:…/…/name")
        if not 0 <= self.history_days <= 36_500:
            raise ValueError(f"history_days: at least 0, not {self.history_days}")


class Bluesky:
    """Reads an AppView: the public one, or with a login through our account's own server.

    Every search, account and feed is a listing of its own, read a page a fetch down to where the
    last reading began.
    """

    Options = BlueskyOptions
    recheck_size: ClassVar[int] = 25
    capabilities: ClassVar[Capabilities] = Capabilities(
        platform=PLATFORM,
        search=True,
        thread=True,
        reply=True,
        edits=True,
        deletions=Deletions.RECHECK,
        text_limit=300,
        optional_secrets=(HANDLE, PASSWORD),
    )

    def __init__(self, options: BlueskyOptions, access: Access) -> None:
        self._server = AppView(access.base_url, access)
        self._feeds = len(set(options.feeds))
        asked = (*searches(access.searches, DIALECT), *options.searches)
        self.searches = tuple(dict.fromkeys(asked))
        self._reads = self._listings(options)
        self._pages = Listings(
            tuple(self._reads),
            self._read,
            access,
            start=mark_before(access.now(), options.history_days),
            overlap=_LATE,
            known_by=_cursor_of,
        )

    def fetch(self, cursor: str | None) -> Batch:
        """One page of the listing whose turn it is."""
        if not self._reads:
            raise ConnectorError(
                "Bluesky: there is nothing to read; write a query with a word in it, name "
                f"searches, authors, lists or feeds, or set {HANDLE} and {PASSWORD}",
                permanent=True,
            )
        return self._pages.fetch(cursor)

    def thread(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        """The conversation around a post."""
        return self._server.thread(post.platform_id, bounds)

    def recheck(self, known: Sequence[Held]) -> Standing:
        """Those of the posts that the server still shows."""
        ids = [one.platform_id for one in known]
        answer = self._server.ask("app.bsky.feed.getPosts", "posts again", uris=ids)
        posts: list[Post] = []
        shown: set[str] = set()
        for raw in _objects(answer, "posts"):
            shown.add(str(raw.get("uri")))
            try:
                posts.append(self._server.post(raw))
            except (msgspec.ValidationError, ValueError):
                continue  # it stands, though it cannot be read
        return Standing(posts, [id_ for id_ in ids if id_ not in shown])

    def quiet_requests(self) -> float:
        """One for each listing; of a feed, whose order is its own, as many as are always read."""
        return self._pages.count + (_UNORDERED - 1) * self._feeds

    def close(self) -> None:
        """Let go of the connections."""
        self._server.close()

    def _listings(self, options: BlueskyOptions) -> Mapping[str, Callable[[int, str | None], Page]]:
        reads: dict[str, Callable[[int, str | None], Page]] = {}
        if options.notifications and self._server.is_signed_in:
            reads["notifications"] = self._notifications
        for text in self.searches:
            reads[f"search {text}"] = partial(self._search, text)
        for actor in options.authors:
            reads[f"author {actor}"] = partial(self._author, actor.removeprefix("@"))
        for uri in options.lists:
            reads[f"list {uri}"] = partial(self._list, uri)
        for uri in options.feeds:
            reads[f"feed {uri}"] = partial(self._feed, uri)
        return reads

    def _read(self, key: str, since: int, page: str | None) -> Page:
        return self._reads[key](since, page)

    def _search(self, text: str, since: int, page: str | None) -> Page:
        begins = datetime.fromtimestamp(max(0, since), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        answer = self._server.ask(
            "app.bsky.feed.searchPosts", f"the search for {text}",
            q=text, sort="latest", since=begins, limit=_PAGE, cursor=page,
        )  # fmt: skip
        views = _objects(answer, "posts")
        return self._page(answer, [(view, _sort_time(view)) for view in views])

    def _author(self, actor: str, since: int, page: str | None) -> Page:
        answer = self._server.ask(
            "app.bsky.feed.getAuthorFeed", f"the posts of {actor}",
            actor=actor, filter="posts_with_replies", limit=_PAGE, cursor=page,
        )  # fmt: skip
        return self._feed_page(answer)

    def _list(self, uri: str, since: int, page: str | None) -> Page:
        answer = self._server.ask(
            "app.bsky.feed.getListFeed", f"the list {uri}", list=uri, limit=_PAGE, cursor=page
        )
        return self._feed_page(answer)

    def _feed(self, uri: str, since: int, page: str | None) -> Page:
        """`page` is ``NUMBER/CURSOR``."""
        number, _, cursor = (page or "0/").partition("/")
        if not number.isdecimal():
            number, cursor = "0", page or ""  # once a page was its cursor alone
        answer = self._server.ask(
            "app.bsky.feed.getFeed", f"the feed {uri}",
            feed=uri, limit=_PAGE, cursor=cursor or None,
        )  # fmt: skip
        return _in_any_order(self._feed_page(answer), int(number) + 1, cursor)

    def _feed_page(self, answer: Mapping[str, Any]) -> Page:
        """Whatever somebody only passed on counts for the order, and is left out."""
        items: list[tuple[Any, datetime | None]] = []
        for item in _objects(answer, "feed"):
            if item.get("reason") is None:
                items.append((item.get("post"), _sort_time(item.get("post"))))
            else:
                items.append((None, moment(part(item, "reason").get("indexedAt"))))
        return self._page(answer, items)

    def _notifications(self, since: int, page: str | None) -> Page:
        answer = self._server.ask(
            "app.bsky.notification.listNotifications", "our notifications",
            limit=_PAGE, cursor=page,
        )  # fmt: skip
        items = [
            (one if one.get("reason") in _TO_US else None, moment(one.get("indexedAt")))
            for one in _objects(answer, "notifications")
        ]
        return self._page(answer, items, self._to_us)

    def _to_us(self, post: Post) -> Post:
        """A reply or a quote names us as a mention does, though not in its text."""
        ours = self._server.own_names
        return replace(post, addressed=tuple(dict.fromkeys((*post.addressed, *ours))))

    def _page(
        self,
        answer: Mapping[str, Any],
        items: Sequence[tuple[Any, datetime | None]],
        also: Callable[[Post], Post] = lambda post: post,
    ) -> Page:
        """A page of views, each with the moment by which the server ordered it."""
        posts: list[Post] = []
        rejects: list[Reject] = []
        for number, (raw, _) in enumerate(items):
            if raw is None:
                continue
            try:
                posts.append(also(self._server.post(raw)))
            except (msgspec.ValidationError, ValueError) as error:
                rejects.append(Reject(number, str(error), dumps(raw)[:_RAW_KEPT]))
        marks = [int(at.timestamp()) for _, at in items if at is not None]
        following = answer.get("cursor")
        return Page(
            posts,
            oldest=min(marks, default=None),
            newest=max(marks, default=None),
            next=str(following) if following and items else None,
            rejects=rejects,
        )


def _objects(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The list of that name; raises ConnectorError where a server sent something else."""
    try:
        found = items_of(answer, name)
    except BadItem as error:
        raise ConnectorError(f"Bluesky: an answer cannot be read ({error})") from None
    return [one if isinstance(one, dict) else {"not an object": one} for one in found]


def _in_any_order(page: Page, number: int, cursor: str) -> Page:
    """The page so many of a feed, which ends where all of it is old and never by one old post."""
    oldest = page.newest if number >= _UNORDERED else None
    if page.next is None or page.next == cursor:
        return replace(page, oldest=oldest, next=None)
    if number >= _FEED_PAGES:
        capped = f"the feed goes on after {number} pages; what it shows below is left out"
        return replace(page, oldest=oldest, next=None, capped=capped)
    return replace(page, oldest=oldest, next=f"{number}/{page.next}")


def _cursor_of(page: str) -> str:
    """The server's own part of a page token: that of a feed counts the pages before it."""
    number, _, cursor = page.partition("/")
    return cursor if number.isdecimal() and cursor else page


def _sort_time(view: Any) -> datetime | None:
    """What Bluesky orders posts by: the author's date, but not after the server saw the post."""
    if not isinstance(view, dict):
        return None
    seen = moment(view.get("indexedAt"))
    record = view.get("record")
    written = moment(record.get("createdAt")) if isinstance(record, dict) else None
    if seen is None or written is None:
        return seen or written
    return min(seen, written)
