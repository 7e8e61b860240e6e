"""The Reddit connector: whole subreddits, or what Reddit's own search finds."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final

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
from listener.connectors.listing import Listings, Page, StalePage
from listener.connectors.reddit_post import BadThing, Known, is_fullname, read_thing, written
from listener.connectors.reddit_thread import Conversation
from listener.querying.searches import searches
from listener.querying.searches_dialects import REDDIT as DIALECT
from store.records import Post

if TYPE_CHECKING:
    from listener.connectors.reddit_client import Client

_SUBREDDIT: Final = re.compile(r"[A-Za-z0-9_]{2,24}")
_USER: Final = re.compile(r"[A-Za-z0-9_-]{3,20}")
_PAGE: Final = 100
_RAW_KEPT: Final = 20_000
_OVERLAP: Final = 300
_SEARCH_OVERLAP: Final = 3_600
"""Seconds read again: a search finds a submission only some time after it was written."""
_CAPPED_FROM: Final = 500
_CAPPED_SEARCH_FROM: Final = 200


@dataclass(frozen=True, slots=True)
class RedditOptions:
    """Where to listen on Reddit, and as whom."""

    user: str = ""
    """The Reddit account that runs this; Reddit wants it in the User-Agent."""
    subreddits: tuple[str, ...] = ()
    """Read whole, submissions and comments. None: what a search of all of Reddit finds."""
    search_only: bool = False
    """Of the subreddits, only the submissions that their search finds: fewer requests."""
    lookback_hours: float = 24.0
    """How far back the first look goes."""
    staff_in: tuple[str, ...] = ()
    """Subreddits that the organisation runs: who speaks as a moderator there is staff."""
    bots: tuple[str, ...] = ("AutoModerator",)
    """Accounts that are programs; Reddit does not say which are."""

    def __post_init__(self) -> None:
        """Raises ValueError for a missing or impossible name."""
        if not _USER.fullmatch(_bare(self.user, "u/")):
            raise ValueError(
                "user: name the Reddit account that runs this, e.g. user: our_account; Reddit's "
                "rules want it in every request"
            )
        for name in (*self.subreddits, *self.staff_in):
            if not _SUBREDDIT.fullmatch(_bare(name, "r/")):
                raise ValueError(
                    f"subreddits: {name!r} is no name of a subreddit; write python for r/python"
                )
        if not 0 <= self.lookback_hours <= 24 * 366:
            raise ValueError(
                f"lookback_hours: between 0 and a year (8784), not {self.lookback_hours:g}"
            )


class Reddit:
    """Reads new submissions and new comments, newest first; a reply tells its parent."""

    Options = RedditOptions
    capabilities: ClassVar[Capabilities] = Capabilities(
        platform="reddit",
        search=True,
        thread=True,
        reply=True,
        edits=True,
        deletions=Deletions.RECHECK,
        text_limit=10_000,
        secrets=("LAURELS_REDDIT_CLIENT_ID", "LAURELS_REDDIT_CLIENT_SECRET"),
        optional_secrets=("LAURELS_REDDIT_REFRESH_TOKEN",),
    )
    recheck_size: ClassVar[int] = 100

    def __init__(self, options: RedditOptions, access: Access) -> None:
        self._options = options
        self._access = access
        self._known = Known(
            own=_bare(options.user, "u/").lower(),
            bots=frozenset(_bare(name, "u/").lower() for name in options.bots),
            staff_in=frozenset(_bare(name, "r/").lower() for name in options.staff_in),
        )
        reads_whole = bool(options.subreddits) and not options.search_only
        self.searches = () if reads_whole else searches(access.searches, DIALECT)
        self._places = _places(options, self.searches)
        start = access.now() - timedelta(hours=options.lookback_hours)
        is_search = options.search_only or not options.subreddits
        self._listings = Listings(
            tuple(self._places),
            self._page,
            access,
            start=int(start.timestamp()),
            overlap=_SEARCH_OVERLAP if is_search else _OVERLAP,
        )
        self._emptied: dict[str, str] = {}
        self._client: Client | None = None

    def fetch(self, cursor: str | None) -> Batch:
        """One page of one listing. Raises ConnectorError."""
        if not self._places:
            raise ConnectorError(
                "Reddit: name `subreddits`, or write a query with a word or phrase of its own, so "
                "that there is something to search for",
                permanent=True,
            )
        return self._listings.fetch(cursor)

    def thread(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        """The submission with its comments, what Reddit folds away included."""
        root = post.platform_id if post.platform_id.startswith("t3_") else post.thread_id
        if not is_fullname(root) or root is None:
            return ()
        client = self._asking()
        from listener.connectors.reddit_client import Missing

        try:
            return Conversation(client, self._post, root, bounds).around(post)
        except Missing:
            return ()

    def recheck(self, known: Sequence[Held]) -> Standing:
        """Which of the fullnames still stand. Raises ConnectorError."""
        asked = [one.platform_id for one in known if is_fullname(one.platform_id)]
        asked = asked[: self.recheck_size]
        if not asked:
            return Standing((), ())
        params = {"id": ",".join(asked)}
        things, _ = _listed(self._asking().get("api/info", params, what="known posts"), "posts")
        posts, rejects = self._posts(things)
        stand = [post for post in posts if post.deleted_at is None]
        unclear = {str(thing["data"].get("name")) for thing in things} if rejects else set()
        told = {post.platform_id for post in stand}
        seen = {post.platform_id for post in posts}
        gone = [id_ for id_ in asked if id_ not in told and (id_ in seen or id_ not in unclear)]
        return Standing(stand, gone)

    def quiet_requests(self) -> float:
        """One for each listing: two a subreddit, or one a search."""
        return self._listings.count

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _asking(self) -> "Client":
        if self._client is None:
            from listener.connectors.reddit_client import Client

            self._client = Client(self._access, _bare(self._options.user, "u/"))
        return self._client

    def _page(self, key: str, _since: int, page: str | None) -> Page:
        path, params = self._places[key]
        seen, _, after = (page or "0 ").partition(" ")
        asked: dict[str, str | int] = {**params, "limit": _PAGE}
        if after:
            asked |= {"after": after, "count": seen}
        things, following = _listed(self._asking().get(path, asked, what=key), key)
        if after and not things and self._emptied.get(key) != after:
            # Reddit answers with nothing where the item to go on from was deleted meanwhile.
            self._emptied[key] = after
            raise StalePage
        count = (int(seen) if seen.isdecimal() else 0) + len(things)
        posts, rejects = self._posts(things)
        marks = [mark for mark in map(written, things) if mark is not None]
        return Page(
            posts,
            oldest=marks[-1] if marks else None,
            newest=max(marks, default=None),
            next=f"{count} {following}" if following else None,
            rejects=rejects,
            capped=None if following else _capped(path, count),
        )

    def _posts(self, things: Sequence[Mapping[str, Any]]) -> tuple[list[Post], list[Reject]]:
        posts: list[Post] = []
        rejects: list[Reject] = []
        for number, thing in enumerate(things, 1):
            try:
                posts.append(self._post(thing))
            except BadThing as error:
                raw = json.dumps(thing)[:_RAW_KEPT]
                rejects.append(Reject(number, str(error), raw))
        return posts, rejects

    def _post(self, thing: object) -> Post:
        return read_thing(thing, self._known, self._access.now())


def _listed(answer: object, what: str) -> tuple[list[Mapping[str, Any]], str | None]:
    """The submissions and comments of a listing, and what to go on after."""
    data = answer.get("data") if isinstance(answer, Mapping) else None
    children = data.get("children") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(children, list):
        raise ConnectorError(f"Reddit sent no listing for {what}")
    things = [
        one
        for one in children
        if isinstance(one, Mapping)
        and one.get("kind") in ("t1", "t3")
        and isinstance(one.get("data"), Mapping)
    ]
    after = data.get("after")
    return things, after if isinstance(after, str) and after else None


def _capped(path: str, count: int) -> str | None:
    is_search = path.endswith("search")
    if count < (_CAPPED_SEARCH_FROM if is_search else _CAPPED_FROM):
        return None
    most = "about 250 results of a search" if is_search else "about 1,000 items of a listing"
    return f"Reddit shows at most {most}; look more often, or at less at once"


def _places(
    options: RedditOptions, asked_for: Sequence[str]
) -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """Each listing to read, by the name that its cursor carries: its path and parameters."""
    names = list(dict.fromkeys(_bare(name, "r/") for name in options.subreddits))
    if names and not options.search_only:
        whole = [f"r/{name}/{part}" for name in names for part in ("new", "comments")]
        return {path: (path, {}) for path in whole}
    found: dict[str, tuple[str, Mapping[str, str]]] = {}
    for query in asked_for:
        asked = {"q": query, "sort": "new", "type": "link", "t": "all"}
        for name in names:
            path = f"r/{name}/search"
            found[f"{path} {query}"] = (path, {**asked, "restrict_sr": "true"})
        if not names:
            found[f"search {query}"] = ("search", asked)
    return found


def _bare(name: str, prefix: str) -> str:
    return name.strip().removeprefix("/").removeprefix(prefix)
