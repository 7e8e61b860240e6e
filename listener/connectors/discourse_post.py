"""A post of a Discourse forum, as its JSON interface tells it, to a post."""

import re
from datetime import datetime
from typing import Final

from listener.connectors.html_text import text_of
from listener.connectors.json_item import (
    Item,
    as_item,
    maybe_moment,
    maybe_text,
    maybe_whole,
    moment,
    score,
    text,
    texts,
    whole,
)
from store.records import Author, Deletion, Kind, Post

PLATFORM: Final = "discourse"
_PUBLIC_TYPES: Final = (1, 2)
"""A regular post, and one in a moderator's colours; 3 only tells what was done, 4 is a whisper."""
_LIKE: Final = 2
_QUOTE: Final = re.compile(r"\[(/?)quote(?:=[^\]\n]*)?\]", re.IGNORECASE)
_MENTION: Final = re.compile(r'<a class="mention[^"]*" href="[^"]*/u/([^"/]+)"')


class Forum:
    """Where a forum is: its ids carry its name, because many forums count from 1."""

    def __init__(self, base_url: str) -> None:
        self.address = base_url.rstrip("/")
        self.name = self.address.partition("://")[2].lower()

    def id_of(self, number: int) -> str:
        """The platform id of the post with that number."""
        return f"{self.name}/p/{number}"

    def number_of(self, platform_id: str) -> int | None:
        """The other way; None for a post of another forum."""
        host, _, number = platform_id.rpartition("/p/")
        return int(number) if host == self.name and number.isdecimal() else None

    def account(self, number: int) -> str:
        """The platform id of the account with that number."""
        return f"{self.name}/u/{number}"


def is_public(item: Item) -> bool:
    """Whether it is a post at all, and for everybody's eyes."""
    archetype = item.get("topic_archetype", "regular")
    return item.get("post_type", 1) in _PUBLIC_TYPES and archetype != "private_message"


def deletion(item: Item, forum: Forum, now: datetime) -> Deletion | None:
    """That it was deleted, or is hidden from readers; None for one that stands."""
    for name in ("user_deleted", "hidden"):
        if item.get(name) is True:
            return _deletion(item, forum, now, name)
    if item.get("deleted_at") is not None:
        return _deletion(item, forum, now, "deleted")
    return None


def _deletion(item: Item, forum: Forum, now: datetime, rule: str) -> Deletion:
    id_ = forum.id_of(whole(item, "id"))
    return Deletion(PLATFORM, now, f"discourse: {rule}", platform_id=id_)


def from_item(
    item: Item,
    forum: Forum,
    *,
    root: int | None,
    parent: int | None,
    title: str | None = None,
    channel: str | None = None,
    tags: tuple[str, ...] = (),
) -> Post:
    """The post in the topic that begins with the post `root`; `title` is that of the topic."""
    number = whole(item, "post_number")
    is_root = number == 1
    return Post(
        platform=PLATFORM,
        platform_id=forum.id_of(whole(item, "id")),
        kind=Kind.POST if is_root else Kind.COMMENT,
        author=_author(item, forum),
        created_at=moment(item, "created_at"),
        text=_words(item),
        title=title if is_root else None,
        thread_id=None if root is None else forum.id_of(root),
        parent_id=None if is_root or parent is None else forum.id_of(parent),
        channel=channel,
        addressed=_addressed(item, forum),
        score=_likes(item),
        accepted=_accepted(item),
        tags=tags,
        url=_url(item, forum, number),
        edited_at=maybe_moment(item, "updated_at") if (_version(item) > 1) else None,
    )


def is_touched(item: Item) -> bool:
    """Whether something was done to it since it was written."""
    return item.get("updated_at") != item.get("created_at")


def tags_of(topic: Item) -> tuple[str, ...]:
    """The names of a topic's tags, which newer forums tell as objects."""
    listed = topic.get("tags")
    names = [maybe_text(one, "name") for one in listed or () if isinstance(one, dict)]
    return texts(topic, "tags") + tuple(name for name in names if name)


def _words(item: Item) -> str:
    raw = item.get("raw")
    return _quoted(raw) if isinstance(raw, str) else text_of(text(item, "cooked"))


def _quoted(raw: str) -> str:
    """The words as they were typed, but others' words that are quoted begin with ``> ``."""
    marks = [match[1] for match in _QUOTE.finditer(raw)]
    if not marks or marks.count("") != marks.count("/"):
        return raw
    lines: list[str] = []
    depth = 0
    for line in raw.split("\n"):
        found = [match[1] for match in _QUOTE.finditer(line)]
        inside = max(0, depth + found.count("")) if found else depth
        words = _QUOTE.sub("", line)
        if words.strip() or not found:
            lines.append(f"{'> ' * inside}{words}".rstrip() if inside else words)
        depth = max(0, depth + found.count("") - found.count("/"))
    return "\n".join(lines)


def _author(item: Item, forum: Forum) -> Author:
    number = whole(item, "user_id")
    handle = text(item, "username")
    return Author(
        forum.account(number),
        handle,
        name=maybe_text(item, "name"),
        is_bot=number < 0,
        is_staff=any(item.get(name) is True for name in ("staff", "admin", "moderator")),
        is_own=item.get("yours") is True,
    )


def _addressed(item: Item, forum: Forum) -> tuple[str, ...]:
    """Account ids where the forum tells them, else handles."""
    cooked = item.get("cooked")
    handles = _MENTION.findall(cooked) if isinstance(cooked, str) else []
    listed = item.get("mentioned_users")
    known = {
        name.casefold(): forum.account(number)
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict)
        and (name := maybe_text(one, "username")) is not None
        and (number := maybe_whole(one, "id")) is not None
    }
    found = [known.get(handle.casefold(), handle) for handle in handles]
    return tuple(dict.fromkeys([*found, *known.values()]))


def _likes(item: Item) -> int | None:
    actions = item.get("actions_summary")
    if not isinstance(actions, list):
        return None
    likes = [as_item(one) for one in actions if isinstance(one, dict) and one.get("id") == _LIKE]
    return (score(likes[0], "count") or 0) if likes else 0


def _accepted(item: Item) -> bool | None:
    """Only a forum where a question can be marked as solved says it."""
    found = item.get("accepted_answer")
    return found if isinstance(found, bool) else None


def _version(item: Item) -> int:
    return maybe_whole(item, "version") or 1


def _url(item: Item, forum: Forum, number: int) -> str:
    slug = maybe_text(item, "topic_slug") or "-"
    return f"{forum.address}/t/{slug}/{whole(item, 'topic_id')}/{number}"
