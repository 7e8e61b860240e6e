"""A status of Mastodon, or of a server that speaks like it, to a post."""

from collections import OrderedDict
from datetime import UTC, datetime
from typing import Final

from listener.connectors.html_text import text_of
from listener.connectors.json_item import (
    BadItem,
    Item,
    as_item,
    maybe_moment,
    maybe_text,
    moment,
    part,
    score,
    text,
)
from store.records import Author, Kind, Post

OPEN: Final = frozenset(("public", "unlisted"))
_REMEMBERED: Final = 20_000
_FIRST: Final = datetime(2016, 1, 1, tzinfo=UTC).timestamp()
_LAST: Final = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


class Reader:
    """Reads the statuses that one server shows. `host` is its name, which ids begin with.

    A status has another id on each server, and a reply names its parent by the id of the server
    that was asked. So the id is ``HOST/ID``: one that its replies, its thread, a second look and
    an answer of ours can use. An account is ``NAME@HOST`` of its home, the same from everywhere.
    """

    def __init__(self, host: str, *, only_findable: bool) -> None:
        self.host = host
        self.own: str | None = None
        self._only_findable = only_findable
        self._roots: OrderedDict[str, str] = OrderedDict()

    def platform_id(self, local: str) -> str:
        """The id that a status has here, from the one that it has on the server."""
        return f"{self.host}/{local}"

    def local_id(self, platform_id: str) -> str | None:
        """The server's own id; None for a post of another server."""
        host, _, local = platform_id.rpartition("/")
        return local if host == self.host else None

    def heard(self, status: Item, *, by_tag: bool = False) -> Post | None:
        """The post, where it is one that anybody may read and that may be looked for.

        Who writes under a hashtag asks to be found by it, whatever a search may find.
        """
        if text(status, "visibility") not in OPEN:
            return None
        if self._only_findable and not is_findable(part(status, "account"), by_tag=by_tag):
            return None
        return self.post(status)

    def post(self, status: Item, root: str | None = None) -> Post | None:
        """The post, whoever may read it; None for a repost. `root` is known within a thread."""
        if status.get("reblog"):
            return None
        local, parent = text(status, "id"), maybe_text(status, "in_reply_to_id")
        return Post(
            platform="mastodon",
            platform_id=self.platform_id(local),
            kind=Kind.COMMENT if parent else Kind.POST,
            author=self._author(as_item(status.get("account"))),
            created_at=moment(status, "created_at"),
            text=text_of(_content(status)),
            title=maybe_text(status, "spoiler_text"),
            thread_id=self.platform_id(self._root(local, parent, root)),
            parent_id=None if parent is None else self.platform_id(parent),
            addressed=tuple(self._address(one) for one in _items(status, "mentions")),
            media=_fields(status, "media_attachments", "url"),
            score=score(status, "favourites_count"),
            tags=_fields(status, "tags", "name"),
            lang=maybe_text(status, "language"),
            url=maybe_text(status, "url") or maybe_text(status, "uri"),
            edited_at=maybe_moment(status, "edited_at"),
        )

    def _root(self, local: str, parent: str | None, root: str | None) -> str:
        """The first of the thread as far as it is known: a status names only its parent."""
        found = root or (local if parent is None else self._roots.get(parent, parent))
        self._roots[local] = found
        if len(self._roots) > _REMEMBERED:
            self._roots.popitem(last=False)
        return found

    def _author(self, account: Item) -> Author:
        address = self._address(account)
        return Author(
            platform_id=address,
            handle=address,
            name=maybe_text(account, "display_name"),
            is_bot=account.get("bot") is True,
            is_own=address == self.own,
        )

    def _address(self, account: Item) -> str:
        name = text(account, "acct")
        return name if "@" in name else f"{name}@{self.host}"

    def address(self, account: Item) -> str:
        """``NAME@HOST`` of an account; raises BadItem."""
        return self._address(account)


def is_findable(account: Item, *, by_tag: bool = False) -> bool:
    """Whether an account lets its public posts be searched for; one that does not say so does."""
    if account.get("noindex") is True:
        return False
    return by_tag or account.get("indexable") is not False


def mark(item: Item) -> int | None:
    """When the server took an item in, in seconds since 1970: from its id where that tells, as
    nobody can choose that, else as its author says. None for what is no item.
    """
    by_id = time_of_id(item.get("id"))
    if by_id is not None:
        return by_id
    at = maybe_moment(item, "created_at")
    return None if at is None else int(at.timestamp())


def time_of_id(value: object) -> int | None:
    """The time in a snowflake id: milliseconds above 16 bits; None for another server's ids."""
    if not isinstance(value, str) or not value.isdecimal() or len(value) > 20:
        return None
    seconds = (int(value) >> 16) // 1000
    return seconds if _FIRST < seconds < _LAST else None


def id_at(seconds: int) -> str:
    """The snowflake id that a status of that moment has at least."""
    return str(max(0, seconds * 1000) << 16)


def _content(status: Item) -> str:
    found = status.get("content")
    if not isinstance(found, str):
        raise BadItem("content: expected text, which may be empty")
    return found


def _items(status: Item, name: str) -> list[Item]:
    found = status.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _fields(status: Item, name: str, field: str) -> tuple[str, ...]:
    found = (maybe_text(one, field) for one in _items(status, name))
    return tuple(one for one in found if one is not None)
