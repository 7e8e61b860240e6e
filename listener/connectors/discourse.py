"""Discourse: the forum at `base_url`, read by its own JSON interface, where need be with a key.

https://docs.discourse.org. The newest posts of all topics are read and matched here rather than
searched for: one request brings fifty posts with all their words, while the forum's search shows
pieces, knows word stems only, and is limited to a few requests a minute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final

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
from listener.connectors.discourse_post import (
    PLATFORM,
    Forum,
    deletion,
    is_public,
)
from listener.connectors.discourse_reader import Reader
from listener.connectors.discourse_thread import around
from listener.connectors.discourse_topics import Gone, Topics
from listener.connectors.json_item import (
    BadItem,
    Item,
    as_item,
    items_of,
    maybe_moment,
    maybe_whole,
    read_all,
    whole,
)
from listener.connectors.listing import Listings, Page, check_days
from listener.connectors.web import Web
from store.records import Post

_KEY: Final = "LAURELS_DISCOURSE_API_KEY"
_USERNAME: Final = "LAURELS_DISCOURSE_API_USERNAME"
_WINDOW: Final = 50
_EMPTY_WINDOWS: Final = 20
_OVERLAP: Final = 25
"""Post ids that are looked at again, in case a later one was committed earlier."""


@dataclass(frozen=True, slots=True)
class DiscourseOptions:
    """Which part of the forum is read, and how far back."""

    categories: tuple[str, ...] = ()
    """By slug, name or number, a subcategory by its own; empty: all that may be read."""
    tags: tuple[str, ...] = ()
    """Topics that carry one of these; empty: all. Costs a request for each topic."""
    days_back: int = 7
    """How far back the first look goes."""

    def __post_init__(self) -> None:
        """Raises ValueError for a number out of range."""
        check_days(self.days_back)


class Discourse:
    """Reads the newest posts of one forum, and the topic around a post."""

    Options = DiscourseOptions
    capabilities: ClassVar[Capabilities] = Capabilities(
        platform=PLATFORM,
        needs_address=True,
        thread=True,
        reply=True,
        edits=True,
        deletions=Deletions.RECHECK,
        text_limit=32_000,
        optional_secrets=(_KEY, _USERNAME),
    )
    recheck_size: ClassVar[int] = 10

    def __init__(self, options: DiscourseOptions, access: Access) -> None:
        self._options = options
        self._access = access
        self._address = access.base_url or ""
        self._forum = Forum(self._address)
        self._web = Web(
            self._address,
            access,
            name="Discourse",
            headers=_headers(access.secrets),
            hint=f"where only members may read, set {_KEY} and {_USERNAME}",
        )
        self._topics = Topics(self._web)
        self._reader = Reader(
            self._forum,
            self._topics,
            access.now,
            categories=options.categories,
            tags=options.tags,
        )
        self._posts = Listings(
            ("posts",), self._page, access, start=0, overlap=_OVERLAP, in_seconds=False
        )

    def fetch(self, cursor: str | None) -> Batch:
        """The newest posts, or those below the page before."""
        self._check()
        return self._posts.fetch(cursor)

    def quiet_requests(self) -> float:
        """One, for the newest posts."""
        return self._posts.count

    def close(self) -> None:
        """Let go of the connections."""
        self._web.close()

    def thread(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        """The whole topic, or what stands nearest to the post in a long one."""
        self._check()
        number = self._forum.number_of(post.platform_id)
        if number is None:
            return ()
        try:
            return self._topic(number, post.url, bounds)
        except (Gone, BadItem):
            return ()

    def recheck(self, known: Sequence[Held]) -> Standing:
        """Look at each post; one of another forum could not be told."""
        self._check()
        posts: list[Post] = []
        gone: list[str] = []
        for id_ in (one.platform_id for one in known):
            if (number := self._forum.number_of(id_)) is None:
                continue
            try:
                found = self._again(number)
            except Gone:
                found = None
            except BadItem:
                continue
            if found is None:
                gone.append(id_)
            else:
                posts.append(found)
        return Standing(posts, gone)

    def _check(self) -> None:
        if not self._address:
            raise ConnectorError(
                "Discourse: which forum? Set base_url to its address, such as "
                "https://forum.example.org",
                permanent=True,
            )
        if bool(self._access.secrets.get(_KEY)) != bool(self._access.secrets.get(_USERNAME)):
            raise ConnectorError(
                f"Discourse: a key belongs to an account; set both {_KEY} and {_USERNAME}",
                permanent=True,
            )

    def _page(self, key: str, since: int, token: str | None) -> Page:
        before, _, empty = (token or "").partition(":")
        query = f"?before={before}" if before else ""
        self._topics.begin()
        items = self._latest(f"/posts.json{query}")
        self._topics.note(items)
        marks = [id_ for one in items if (id_ := _id(one)) is not None]
        oldest, newest = min(marks, default=None), max(marks, default=None)
        found = read_all(items, lambda item: self._reader.read(item, since))
        below = _next(int(before) if before else None, oldest, int(empty or 0))
        if since <= 0 and self._is_far_back(items):
            below = None
        return Page(
            found.posts,
            oldest,
            newest,
            next=below,
            rejects=found.rejects,
            deletions=found.deletions,
        )

    def _latest(self, path: str) -> list[Any]:
        try:
            return items_of(self._topics.get(path, what="the latest posts"), "latest_posts")
        except Gone:
            raise ConnectorError(
                f"Discourse: {self._forum.name} shows no latest posts to us; check base_url, or "
                f"set {_KEY} and {_USERNAME}",
                permanent=True,
            ) from None
        except BadItem as error:
            raise ConnectorError(
                f"Discourse: {self._forum.name} does not answer as a forum does: {error}"
            ) from None

    def _is_far_back(self, items: Sequence[object]) -> bool:
        earliest = self._access.now() - timedelta(days=self._options.days_back)
        times = [maybe_moment(one, "created_at") for one in items if isinstance(one, dict)]
        newest = max((at for at in times if at is not None), default=None)
        return newest is not None and newest < earliest

    def _topic(self, number: int, url: str | None, bounds: Bounds) -> Sequence[Post]:
        topic = _topic_in(url, self._forum)
        requests = bounds.requests
        if topic is None:
            requests -= 1
            topic = whole(self._one(number), "topic_id")
        items = around(self._topics, topic, number, bounds, requests)
        told = self._topics.topic(topic).whole or {}
        if told.get("archetype") == "private_message":
            return ()

        def read(item: Item) -> Post | None:
            if not is_public(item) or deletion(item, self._forum, self._access.now()):
                return None
            return self._reader.post(item, topic)

        return read_all(items, read).posts[: bounds.posts]

    def _again(self, number: int) -> Post | None:
        """The post as it reads now; None where it stands no more."""
        item = self._one(number)
        if not is_public(item) or deletion(item, self._forum, self._access.now()):
            return None
        topic = whole(item, "topic_id")
        if whole(item, "post_number") == 1:
            self._topics.reread(topic)  # For its title.
        if (self._topics.topic(topic).whole or {}).get("archetype") == "private_message":
            return None
        return self._reader.post(item, topic)

    def _one(self, number: int) -> Item:
        try:
            return as_item(self._topics.get(f"/posts/{number}.json", what=f"post {number}"))
        except BadItem as error:
            raise ConnectorError(f"Discourse: post {number}: {error}") from None


def _headers(secrets: Mapping[str, str]) -> dict[str, str]:
    key, username = secrets.get(_KEY), secrets.get(_USERNAME)
    return {"Api-Key": key, "Api-Username": username} if key and username else {}


def _id(item: object) -> int | None:
    return maybe_whole(item, "id") if isinstance(item, dict) else None


def _next(before: int | None, oldest: int | None, empty: int) -> str | None:
    """The page below; older forums show only what lies in a window of ids, which may be empty."""
    if oldest is not None and (before is None or oldest < before):
        return f"{oldest}:0" if oldest > 1 else None
    if before is None or before <= _WINDOW or empty >= _EMPTY_WINDOWS:
        return None
    return f"{before - _WINDOW}:{empty + 1}"


def _topic_in(url: str | None, forum: Forum) -> int | None:
    parts = (url or "").removeprefix(forum.address).strip("/").split("/")
    is_ours = len(parts) == 4 and parts[0] == "t" and parts[2].isdecimal()
    return int(parts[2]) if is_ours else None
