"""Which posts of a Discourse forum are wanted, and where each stands in its topic."""

from collections.abc import Callable, Sequence
from datetime import datetime

from listener.connectors import ConnectorError
from listener.connectors.discourse_post import Forum, deletion, from_item, is_public, is_touched
from listener.connectors.discourse_topics import Gone, Topics, channel_of
from listener.connectors.json_item import Item, maybe_text, maybe_whole, whole
from store.records import Deletion, Post


class Reader:
    """Reads what the forum sent, and asks it for the topics that this takes.

    Empty `categories` and `tags` want all there is.
    """

    def __init__(
        self,
        forum: Forum,
        topics: Topics,
        now: Callable[[], datetime],
        *,
        categories: Sequence[str],
        tags: Sequence[str],
    ) -> None:
        self._forum = forum
        self._topics = topics
        self._now = now
        self._categories = categories
        self._tags = tags
        self._wanted: frozenset[int] | None = None

    def read(self, item: Item, since: int) -> Post | Deletion | None:
        """A post, or that it is gone; None for what is not wanted. Those up to `since` are known.

        Raises BadItem, and ConnectorError where its topic has to be asked for in vain.
        """
        if not is_public(item):
            return None
        if (gone := deletion(item, self._forum, self._now())) is not None:
            return gone
        topic = whole(item, "topic_id")
        if not self._is_in_category(maybe_whole(item, "category_id")):
            return None
        is_heard = 0 < whole(item, "id") <= since and not is_touched(item)
        if is_heard and self._topics.topic(topic).whole is None and self._lacks(item, topic):
            return None  # Nothing new is worth a request: only votes can have come.
        try:
            return self.post(item, topic) if self._is_tagged(topic) else None
        except Gone:
            return None  # The topic was taken away since.

    def _lacks(self, item: Item, topic: int) -> bool:
        numbers = self._topics.topic(topic).posts
        answered = maybe_whole(item, "reply_to_post_number") or 1
        return bool(self._tags) or 1 not in numbers or answered not in numbers

    def post(self, item: Item, topic: int) -> Post:
        """The post in its topic. Raises Gone where that is no more."""
        told = self._topics.topic(topic).whole or {}
        category = maybe_whole(item, "category_id") or maybe_whole(told, "category_id")
        return from_item(
            item,
            self._forum,
            root=self._topics.root(topic),
            parent=self._topics.parent(item, topic),
            title=maybe_text(item, "topic_title") or maybe_text(told, "title"),
            channel=channel_of(self._topics.category(category)),
            tags=self._topics.tags(topic),
        )

    def _is_tagged(self, topic: int) -> bool:
        if not self._tags:
            return True
        self._topics.read(topic)
        wanted = {tag.casefold() for tag in self._tags}
        return not wanted.isdisjoint(tag.casefold() for tag in self._topics.tags(topic))

    def _is_in_category(self, number: int | None) -> bool:
        if not self._categories:
            return True
        if self._wanted is None:
            self._wanted = frozenset(map(self._number_of, self._categories))
        return number in self._wanted

    def _number_of(self, category: str) -> int:
        there = self._topics.categories()
        for number, one in there.items():
            names = (str(number), maybe_text(one, "slug"), maybe_text(one, "name"))
            if category.casefold() in [name.casefold() for name in names if name]:
                return number
        names_there = ", ".join(filter(None, map(channel_of, there.values())))
        raise ConnectorError(
            f"Discourse: {self._forum.name} shows us no category {category!r}; there are "
            f"{names_there[:500]}",
            permanent=True,
        )
