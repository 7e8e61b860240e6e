"""Mastodon: hashtags and public timelines without a key; mentions and search with one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from listener.connectors import Access, Batch, Bounds, Capabilities, Deletions, Held, Standing
from listener.connectors.json_item import (
    BadItem,
    Item,
    as_item,
    items_of,
    maybe_text,
    part,
    read_all,
)
from listener.connectors.listing import Listings, Page
from listener.connectors.mastodon_instance import Instance, InstanceError
from listener.connectors.mastodon_post import Reader, id_at, mark, time_of_id
from listener.querying.searches import searches
from listener.querying.searches_dialects import MASTODON as DIALECT
from store.records import Post

_HOME: Final = "https://mastodon.social"
_TOKEN: Final = "LAURELS_MASTODON_ACCESS_TOKEN"  # noqa: S105  # the name of it
_PAGE: Final = 40
_OVERLAP: Final = 600
_PUBLIC_OVERLAP: Final = 120
"""Federated timelines bring hundreds of statuses a minute; reading ten minutes again costs much."""
_DAY: Final = 86_400
_TAG: Final = re.compile(r"[\w·・]+")
_ONE_BY_ONE: Final = replace(DIALECT, also=None, tag=".+", handle=".+")
"""As a tag is asked for: by one word of each query."""


class Public(StrEnum):
    """Which public timeline is read."""

    LOCAL = "local"
    FEDERATED = "federated"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MastodonOptions:
    """What is heard of which server."""

    instance: str | None = None
    """The server's address; None: base_url, else https://mastodon.social."""
    hashtags: tuple[str, ...] = ()
    """Hashtags to follow; none: those that the words of the queries make."""
    public: Public | None = None
    """local, federated or none; None: local where no hashtags are given, else none."""
    only_local: bool = False
    """Hear by hashtags only the server's own people, so that several servers overlap nowhere."""
    days: int = 7
    """How far back the first poll reads hashtags, searches and mentions."""
    public_hours: int = 1
    """How far back the first poll reads a public timeline."""

    def __post_init__(self) -> None:
        """Raises ValueError for an address, a hashtag or a time that cannot be meant."""
        if self.instance is not None and not urlsplit(self.instance).netloc:
            raise ValueError(f"instance: expected https://…, not {self.instance!r}")
        for tag in self.hashtags:
            if not _TAG.fullmatch(tag.removeprefix("#")):
                raise ValueError(f"hashtags: {tag!r} is none; write one word, e.g. acmecloud")
        if self.days < 0 or self.public_hours < 0:
            raise ValueError("days and public_hours: at least 0")


class Mastodon:
    """Reads each timeline from its newest status down to where the last poll began."""

    Options = MastodonOptions
    recheck_size: ClassVar[int] = 20
    capabilities: ClassVar[Capabilities] = Capabilities(
        platform="mastodon",
        search=True,
        thread=True,
        reply=True,
        edits=True,
        deletions=Deletions.RECHECK,
        text_limit=500,
        optional_secrets=(_TOKEN,),
    )

    def __init__(self, options: MastodonOptions, access: Access) -> None:
        self._options = options
        self._access = access
        self._token = access.secrets.get(_TOKEN) or None
        address = (access.base_url or options.instance or _HOME).rstrip("/")
        host = urlsplit(options.instance or address).netloc
        self._instance = Instance(address, urlsplit(address).netloc, access, self._token)
        self.searches = searches(access.searches, DIALECT) if self._token else ()
        is_search = bool(access.searches) or access.wanted is not None
        self._reader = Reader(host, only_findable=is_search)
        self._listings = Listings(self._keys(), self._page, access, start=0, overlap=_OVERLAP)
        self._has_snowflakes = False
        self._asks_one_by_one = False
        self._received = 0

    def fetch(self, cursor: str | None) -> Batch:
        """One page of one timeline."""
        self._know_oneself()
        self._received = 0
        batch = self._listings.fetch(cursor)
        return replace(batch, received=self._received)

    def quiet_requests(self) -> float:
        """Two for each timeline: the newest page, and that nothing is left below it."""
        return 2.0 * self._listings.count

    def close(self) -> None:
        """Let go of the connections."""
        self._instance.close()

    def thread(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        """The statuses above and below, within what the server shows; see `ThreadReader`."""
        local = self._reader.local_id(post.platform_id)
        if local is None or bounds.requests < 1:
            return ()
        try:
            above, below = self._context(local)
            root = str(above[0].get("id")) if above else local
            if above and bounds.requests > 1:
                below = self._context(root)[1]
        except InstanceError as error:
            if error.is_gone:
                return ()
            raise
        read = partial(self._in_thread, root=root, asked=local)
        found = read_all(_shallow(above, below, bounds.depth), read).posts
        return found[: bounds.posts]

    def recheck(self, known: Sequence[Held]) -> Standing:
        """Look at statuses by their ids; those of another server are not told."""
        ids = [one.platform_id for one in known]
        locals_ = [one for one in map(self._reader.local_id, ids) if one is not None]
        found = self._many(locals_)
        gone = []
        for local in locals_:
            if local not in found and (status := self._one(local)) is not None:
                found[local] = status
            elif local not in found:
                gone.append(self._reader.platform_id(local))
        return Standing(read_all(found.values(), self._reader.post).posts, gone)

    def _keys(self) -> tuple[str, ...]:
        public = self._options.public
        if public is None:
            public = Public.NONE if self._options.hashtags else Public.LOCAL
        tags = self._options.hashtags or tuple(
            map(_as_tag, searches(self._access.searches, _ONE_BY_ONE))
        )
        keys = [f"#{tag.removeprefix('#')}" for tag in tags if tag]
        if self._token is not None:
            keys = ["mentions", *(f"search {one}" for one in self.searches), *keys]
        if public is not Public.NONE:
            keys.append(public.value)
        return tuple(keys)

    def _page(self, key: str, since: int, token: str | None) -> Page:
        """`token` is ``ID SECONDS``: the status to go on below, and where the sweep ends."""
        below, _, end = (token or "").partition(" ")
        limit = int(end) if end else self._limit(key, since)
        items = self._items(key, below or None, limit)
        marks = [at for one in items if (at := mark(one)) is not None]
        last = next((id_ for one in reversed(items) if (id_ := maybe_text(one, "id"))), None)
        if not marks:
            limit = self._now() - self._reach(key) if limit is None else limit
            rejects = read_all(items, self._reader.heard).rejects
            self._received += len(items) - len(rejects)
            return Page((), next=None if last is None else f"{last} {limit}", rejects=rejects)
        ordered = key == "mentions" or all(time_of_id(one.get("id")) for one in items)
        self._has_snowflakes = ordered and key != "mentions"
        if limit is None:
            limit = max(*marks, self._now() - _DAY) - self._reach(key)
        # Where only authors say when it was, one that lies must not end the sweep.
        oldest = min(marks) if ordered else max(marks)
        wanted = [one for one in items if not ordered or (mark(one) or limit) >= limit]
        heard = partial(self._reader.heard, by_tag=key.startswith("#"))
        read = self._mention if key == "mentions" else heard
        # Oldest first, so that a reply finds the root that its parent belongs to.
        found = read_all(reversed(wanted), read)
        self._received += len(wanted) - len(found.rejects)
        following = None if last is None or oldest <= limit else f"{last} {limit}"
        return Page(found.posts, oldest, max(marks), following, found.rejects)

    def _limit(self, key: str, since: int) -> int | None:
        """Where a sweep ends, in seconds since 1970; None where it is the first."""
        if since <= 0:
            return None
        return since + (_OVERLAP - _PUBLIC_OVERLAP if key in tuple(Public) else 0)

    def _reach(self, key: str) -> int:
        if key in tuple(Public):
            return self._options.public_hours * 3600
        return self._options.days * _DAY

    def _now(self) -> int:
        return int(self._access.now().timestamp())

    def _items(self, key: str, below: str | None, limit: int | None) -> list[Item]:
        since = id_at(limit) if limit is not None and self._has_snowflakes else None
        place = {"max_id": below, "limit": _PAGE}
        if key == "mentions":
            found = self._ask(key, lambda client: client.notifications(types=["mention"], **place))
        elif key.startswith("search "):
            words = key.removeprefix("search ")
            found = self._ask(
                f"statuses with {words}",
                lambda client: client.search_v2(
                    words, resolve=False, result_type="statuses", **place
                ),
            )
            found = _list(found, "statuses")
        elif key.startswith("#"):
            only = {"local": self._options.only_local, "since_id": since, **place}
            found = self._ask(key, lambda client: client.timeline_hashtag(key[1:], **only))
        else:
            only = {"local": key == Public.LOCAL, "since_id": since, **place}
            what = f"the {key} timeline"
            found = self._ask(what, lambda client: client.timeline_public(**only))
        if not isinstance(found, list):
            raise InstanceError(f"Mastodon: {self._reader.host} sent no list for {key}")
        return [one if isinstance(one, dict) else {"not an object": one} for one in found]

    def _mention(self, notification: Item) -> Post | None:
        status = part(notification, "status")
        if notification.get("type") != "mention" or not status:
            return None
        return self._reader.post(status)

    def _in_thread(self, status: Item, *, root: str, asked: str) -> Post | None:
        is_asked = str(status.get("id")) == asked
        if not is_asked and self._reader.heard(status) is None:
            return None
        return self._reader.post(status, root)

    def _context(self, local: str) -> tuple[list[Item], list[Item]]:
        found = self._ask(f"status {local}", lambda client: client.status_context(local))
        return _list(found, "ancestors"), _list(found, "descendants")

    def _many(self, ids: Sequence[str]) -> dict[str, Item]:
        if self._asks_one_by_one or not ids:
            return {}
        try:
            found = self._ask("statuses", lambda client: client.statuses(list(ids)))
        except InstanceError as error:
            if not error.is_gone and error.status != 405:
                raise
            self._asks_one_by_one = True  # before 4.3, and on servers of another make
            return {}
        listed = found if isinstance(found, list) else []
        statuses = [one for one in listed if isinstance(one, dict)]
        return {str(one.get("id")): one for one in statuses}

    def _one(self, local: str) -> Item | None:
        """The status, or None where the server says that it is gone, which a list leaves open."""
        try:
            found = self._ask(f"status {local}", lambda client: client.status(local))
        except InstanceError as error:
            if error.is_gone:
                return None
            raise
        return found if isinstance(found, dict) else {}

    def _know_oneself(self) -> None:
        if self._token is None or self._reader.own is not None:
            return
        self._reader.own = ""
        try:
            account = self._ask("our account", lambda client: client.account_verify_credentials())
            self._reader.own = self._reader.address(as_item(account))
        except InstanceError as error:
            if error.status != 403:  # a token that may not read its own account can still listen
                self._reader.own = None
                raise
        except BadItem:
            pass

    def _ask(self, what: str, call: Any) -> Any:
        return self._instance.ask(what, call)


def _as_tag(search: str) -> str:
    """The hashtag that people make of a word or phrase; empty where they can make none."""
    word = "".join(_TAG.findall(search))
    return "" if word.isdecimal() or search.startswith("@") else word


def _list(answer: object, name: str) -> list[Any]:
    try:
        return items_of(answer, name)
    except BadItem as error:
        raise InstanceError(f"Mastodon: an answer cannot be read ({error})") from None


def _shallow(above: list[Item], below: list[Item], deepest: int) -> list[Item]:
    """All above, and of those below what is no deeper; the server puts parents first."""
    depth: dict[str, int] = {}
    kept = list(above)
    known = {str(one.get("id")) for one in above}
    for one in below:
        local = str(one.get("id"))
        depth[local] = depth.get(str(one.get("in_reply_to_id")), 0) + 1
        if depth[local] <= deepest and local not in known:
            kept.append(one)
    return kept
