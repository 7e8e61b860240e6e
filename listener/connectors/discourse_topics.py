"""What is known of a Discourse forum's topics and categories: which post has which number there."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from listener.connectors import ConnectorError
from listener.connectors.discourse_post import tags_of
from listener.connectors.json_item import (
    BadItem,
    Item,
    as_item,
    items_of,
    maybe_text,
    maybe_whole,
    part,
)
from listener.connectors.web import Refusal, Web

_KEPT: Final = 20_000
_TRIES: Final = 3


@dataclass(slots=True)
class Topic:
    """One topic: its posts' ids by their numbers there, as far as they were seen."""

    posts: dict[int, int] = field(default_factory=dict)
    whole: Item | None = None
    """What the forum tells of it; None where nothing needed it yet."""


class Gone(Exception):
    """The forum says that there is nothing, or nothing for us."""


class Topics:
    """Asks a forum, and remembers what it said about its topics and categories."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._topics: dict[int, Topic] = {}
        self._categories: dict[int, Item] = {}
        self._failed: Counter[int] = Counter()
        self._given_up: set[int] = set()

    def get(self, path: str, *, what: str) -> Any:
        """The answer; raises Gone, or ConnectorError."""
        try:
            return self._web.json(path, what=what)
        except Refusal as error:
            told = _told(error)
            if error.answer.status == 429 and (wait := _wait(told)) is not None:
                raise ConnectorError(str(error), retry_after=wait) from None
            if _is_gone(error, told):
                raise Gone from None
            raise

    def begin(self) -> None:
        """Another page: what was given up is tried again, once."""
        self._given_up.clear()

    def note(self, items: Iterable[object]) -> None:
        """Remember the numbers of posts that came by."""
        if len(self._topics) > _KEPT:
            self._topics.clear()
        for item in items:
            if not isinstance(item, dict):
                continue
            topic, number, id_ = (
                maybe_whole(item, name) for name in ("topic_id", "post_number", "id")
            )
            if topic is not None and number is not None and id_ is not None:
                self.topic(topic).posts[number] = id_

    def topic(self, number: int) -> Topic:
        """What is known of it by now."""
        return self._topics.setdefault(number, Topic())

    def read(self, number: int) -> Topic:
        """The topic with what the forum tells of it, asked for once. Raises Gone."""
        topic = self.topic(number)
        if topic.whole is None:
            self.reread(number)
        return topic

    def reread(self, number: int) -> Item:
        """What the forum tells of it now: its first posts, and the ids of all. Raises Gone.

        A topic at which the forum fails time and again must not stop the others: BadItem.
        """
        if number in self._given_up:
            raise BadItem(f"topic {number} cannot be read")
        try:
            found = as_item(self.get(f"/t/{number}.json?include_raw=true", what=f"topic {number}"))
            posts = items_of(part(found, "post_stream"), "posts")
        except BadItem as error:
            raise ConnectorError(f"Discourse: topic {number}: {error}") from None
        except Refusal as error:
            self._failed[number] += error.answer.status >= 500
            if self._failed[number] < _TRIES:
                raise
            self._given_up.add(number)
            raise BadItem(f"topic {number} cannot be read: {error}") from None
        del self._failed[number]
        self.note(posts)
        kept = {name: found.get(name) for name in ("title", "category_id", "archetype", "tags")}
        self.topic(number).whole = kept
        return found

    def chunk(self, number: int, ids: Sequence[int]) -> list[Any]:
        """These posts of a topic."""
        named = "&".join(f"post_ids[]={id_}" for id_ in ids)
        found = self.get(f"/t/{number}/posts.json?{named}&include_raw=true", what=f"topic {number}")
        try:
            posts = items_of(part(as_item(found), "post_stream"), "posts")
        except BadItem as error:
            raise ConnectorError(f"Discourse: topic {number}: {error}") from None
        self.note(posts)
        return posts

    def root(self, number: int) -> int:
        """The id of a topic's first post. Raises Gone."""
        topic = self.topic(number)
        return topic.posts[1] if 1 in topic.posts else self._by_number(number, 1)

    def parent(self, item: Item, topic: int) -> int | None:
        """The id of the post that this one replies to: the first where it names none."""
        number = maybe_whole(item, "reply_to_post_number") or 1
        if maybe_whole(item, "post_number") == 1:
            return None
        known = self.topic(topic).posts
        try:
            return known[number] if number in known else self._by_number(topic, number)
        except Gone:
            # What it replied to was deleted; it still stands in that topic.
            known[number] = self.root(topic)
            return known[number]

    def _by_number(self, topic: int, number: int) -> int:
        if self.topic(topic).whole is None:
            self.read(topic)
            if number in self.topic(topic).posts:
                return self.topic(topic).posts[number]
        path = f"/posts/by_number/{topic}/{number}.json"
        try:
            found = as_item(self.get(path, what=f"post {number} of topic {topic}"))
        except BadItem as error:
            raise ConnectorError(f"Discourse: post {number} of topic {topic}: {error}") from None
        self.note([found])
        if number not in self.topic(topic).posts:
            raise Gone
        return self.topic(topic).posts[number]

    def category(self, number: int | None) -> Item:
        """A category, from the forum's own list; empty where it is on none."""
        if number is None:
            return {}
        if number not in self._categories:
            self._categories = {number: {}} | self.categories()
        return self._categories[number]

    def categories(self) -> dict[int, Item]:
        """All categories that we may see, by their numbers."""
        try:
            listed = items_of(self.get("/site.json", what="the categories"), "categories")
        except BadItem as error:
            raise ConnectorError(f"Discourse: /site.json: {error}") from None
        return {
            id_: one
            for one in listed
            if isinstance(one, dict) and (id_ := maybe_whole(one, "id")) is not None
        }

    def tags(self, number: int) -> tuple[str, ...]:
        """A topic's tags, as far as it was read."""
        return tags_of(self.topic(number).whole or {})


def channel_of(category: Item) -> str | None:
    """How a category is called in its address; by its name where that is only a number."""
    slug = maybe_text(category, "slug")
    return slug if slug and not slug.endswith("-category") else maybe_text(category, "name")


def _told(error: Refusal) -> Item:
    try:
        found = json.loads(error.answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_gone(error: Refusal, told: Item) -> bool:
    """Only the forum itself can say so, not a proxy before it, nor a forum that wants a log-in."""
    says_so = isinstance(told.get("errors"), list) and told.get("error_type") != "not_logged_in"
    return error.answer.status in (403, 404, 410) and says_so


def _wait(told: Item) -> float | None:
    wait = part(told, "extras").get("wait_seconds")
    return float(wait) if isinstance(wait, int | float) and wait >= 0 else None
