"""The X connector: recent search, mentions of an own account, conversations, and what they cost."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final

from listener.connectors import (
    Access,
    Batch,
    Bounds,
    Capabilities,
    ConnectorError,
    Deletions,
    Standing,
)
from listener.connectors import x_prices as prices
from listener.connectors.listing import Listings, Page, StalePage
from listener.connectors.x_api import TOKEN, Api, Refused
from listener.connectors.x_compliance import Compliance
from listener.connectors.x_post import (
    depth,
    failures,
    hidden,
    ids_of,
    items,
    mark,
    moment,
    posts,
    superseded,
)
from listener.connectors.x_query import LONGEST, queries
from listener.connectors.x_reads import Charges, Reads
from listener.needles import needles
from store.records import Post

_USER: Final = re.compile(r"@?[A-Za-z0-9_]{1,15}|\d{1,20}")
_WINDOW: Final = timedelta(days=7)
_MARGIN: Final = timedelta(hours=1)
_OVERLAP: Final = mark(moment(0) + timedelta(minutes=2))
_MENTIONS_SHOWN: Final = 800
_LOOKUP: Final = 100
_FEWEST: Final = 10
_PLACES: Final = frozenset({"since_id", "next_token", "pagination_token"})


class XRecheck(StrEnum):
    """How it is learned that a post was deleted."""

    JOBS = "jobs"
    LOOKUP = "lookup"


@dataclass(frozen=True, slots=True)
class XOptions:
    """What is asked of X, and what X charges for it."""

    user: str | None = None
    """Your own account, as @name or as its number: the posts that mention it are read too."""
    queries: tuple[str, ...] = ()
    """X's own queries, e.g. `from:acme -is:reply`, in place of the words of listener.queries."""
    narrow: str = ""
    """Added to every query made from those words, e.g. `lang:en -is:nullcast`."""
    first_days: int = 1
    """How many days back the first poll reads; X's search shows seven."""
    page_size: int = 100
    """Posts of one request, 10 to 100. What a whole page may cost must fit into the limits."""
    authors: bool = True
    """Read the authors' names beside their posts; X charges each as an account, once a day.
    Without it a handle is the account's number."""
    recheck: XRecheck = XRecheck.JOBS
    """jobs: batch compliance jobs, free, an answer later; lookup: posts are read again and paid."""
    usd_per_post: float = prices.POST.usd
    """Price of a post read."""
    usd_per_user: float = prices.USER.usd
    """Price of an account read."""
    usd_per_mention: float = prices.OWN.usd
    """Price of a post that mentions `user`; that of any post where `user` does not own the app."""
    usd_per_count: float = prices.COUNT.usd
    """Price of one count of posts."""

    def __post_init__(self) -> None:
        """Raises ValueError for what X does not take."""
        if self.user is not None and not _USER.fullmatch(self.user):
            raise ValueError(f"user: expected @name or the number of an account, not {self.user!r}")
        if not _FEWEST <= self.page_size <= _LOOKUP:
            raise ValueError(f"page_size: from {_FEWEST} to {_LOOKUP}, not {self.page_size}")
        if not 0 <= self.first_days <= _WINDOW.days:
            raise ValueError(f"first_days: from 0 to {_WINDOW.days}, not {self.first_days}")
        if len(self.narrow) > LONGEST // 2:
            raise ValueError(f"narrow: at most {LONGEST // 2} characters; use queries instead")
        if any(len(query) > LONGEST or not query.strip() for query in self.queries):
            raise ValueError(f"queries: 1 to {LONGEST} characters each; split a longer one")
        for name in ("usd_per_post", "usd_per_user", "usd_per_mention", "usd_per_count"):
            if not 0 <= getattr(self, name) < 1_000:
                raise ValueError(f"{name}: US dollars for one, at least 0")


class X:
    """Hears the posts that its queries find and those that mention an account, newest first.

    A post that was edited is heard again under the id of its first version. X tells no program
    which accounts are labelled as automated, so nobody is marked as a bot.
    """

    Options = XOptions
    capabilities: ClassVar[Capabilities] = Capabilities(
        platform="x",
        search=True,
        thread=True,
        reply=True,
        edits=True,
        deletions=Deletions.RECHECK,
        text_limit=280,
        secrets=(TOKEN,),
        micro_usd_per_post=prices.micro_usd(prices.POST.usd),
    )
    recheck_size: ClassVar[int] = 10_000

    def __init__(self, options: XOptions, access: Access) -> None:
        self._options = options
        self._api = Api(access)
        charges = Charges(
            options.usd_per_post,
            options.usd_per_mention,
            options.usd_per_user,
            options.usd_per_count,
            options.authors,
        )
        self._reads = Reads(self._api, charges, access.folder)
        self._compliance = Compliance(self._api, access.folder)
        self._user = (options.user or "").removeprefix("@")
        self._own: str | None = self._user if self._user.isdigit() else None
        words = [one for one in access.searches if one.lower() != f"@{self._user}".lower()]
        self.queries: tuple[str, ...] = options.queries or queries(words, options.narrow)
        """What is searched for, in X's own form; see `volume`."""
        self._mentions = f"mentions of @{self._user}"
        self._listings = Listings(
            ((self._mentions,) if self._user else ()) + self.queries,
            self._read,
            access,
            start=mark(access.now() - timedelta(days=options.first_days)),
            overlap=_OVERLAP,
            in_seconds=False,
        )

    def fetch(self, cursor: str | None) -> Batch:
        """The next page of what is searched for. Raises ConnectorError."""
        if not self.queries and not self._user:
            raise ConnectorError(
                "X: there is nothing to search for; give listener.queries a word that has to "
                "stand in a post, or set options queries or user of the source",
                permanent=True,
            )
        return self._listings.fetch(cursor)

    def thread(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        """Root, parent and the post itself by lookup, and the last seven days of the rest."""
        root = post.thread_id or post.platform_id
        asked = dict.fromkeys(filter(None, (root, post.parent_id, post.platform_id)))
        known = {one.platform_id: one for one in self._newest(self._reads.lookup(list(asked)))}
        if post.platform_id not in known:
            return ()
        token: str | None = None
        for _ in range(bounds.requests - 1):
            room = bounds.posts - len(known)
            if room <= 0:
                break
            size = max(_FEWEST, min(self._options.page_size, room))
            found = self._reads.search(f"conversation_id:{root}", 0, token, size)
            known |= self._posts(found)
            token = _meta(found).get("next_token")
            if token is None:
                break
        near = [one for one in known.values() if depth(one, known) <= bounds.depth]
        return sorted(near, key=lambda one: one.created_at)[: bounds.posts]

    def recheck(self, ids: Sequence[str]) -> Standing:
        """Which posts are gone: by jobs, what they found so far; by lookup, all of them at once.

        A job tells nothing of a post that stands, so that one is in neither list.
        """
        if self._options.recheck is XRecheck.JOBS:
            return Standing((), self._compliance.gone(ids))
        stand: list[Post] = []
        gone: list[str] = []
        for start in range(0, len(ids), _LOOKUP):
            some = ids[start : start + _LOOKUP]
            try:
                found = self._reads.lookup(some)
                stand += self._newest(found)
            except ConnectorError:
                if start == 0:
                    raise
                break  # what was paid for is kept; the rest is asked again
            gone += [id_ for id_ in hidden(found) if id_ in some]
        return Standing(stand, gone)

    def volume(self, query: str) -> Mapping[date, int]:
        """How many posts were there on each of the last seven days, in UTC, both ends cut off.

        `query` is one of `queries`, or a brand query: then those that hold its words are counted,
        which is what would be read and paid. Each count is charged. Raises ConnectorError, and
        QueryError for a brand query that cannot be read.
        """
        own = queries(needles((query,)), self._options.narrow)
        asked = (query,) if query in self.queries else own
        if not asked:
            raise ConnectorError(f"X: no word has to stand in a post for {query}", permanent=True)
        days: Counter[date] = Counter()
        for one in (count for text in asked for count in items(self._reads.count(text))):
            with suppress(KeyError, TypeError, ValueError):
                days[datetime.fromisoformat(one["start"]).date()] += int(one["tweet_count"])
        return days

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()

    def _read(self, key: str, since: int, page: str | None) -> Page:
        after, seen, token = _unpacked(page) if page else (self._after(key, since), 0, None)
        try:
            found = self._page(key, after, token)
        except Refused as error:
            if not error.parameters & _PLACES:
                raise
            if token is not None:
                raise StalePage from error
            # X alone knows to the second where its seven days begin.
            after, found = 0, self._page(key, 0, None)
        return self._paged(key, since, (after, seen), found)

    def _page(self, key: str, after: int, token: str | None) -> Mapping[str, Any]:
        size = self._options.page_size
        if key != self._mentions:
            found = self._reads.search(key, after, token, size)
        else:
            self._own = self._own or self._reads.user(self._user)
            found = self._reads.mentions(self._own, after, token, size)
        if "meta" not in found and "data" not in found:
            told = next((one.get("title") for one in failures(found)), "no reason given")
            raise ConnectorError(f"X: nothing but an error came of {key}: {told}")
        return found

    def _paged(
        self, key: str, since: int, asked: tuple[int, int], found: Mapping[str, Any]
    ) -> Page:
        after, seen = asked
        read, rejects = posts(found, self._own)
        ids = [int(one) for one in ids_of(found) if one.isdigit()]
        seen += len(ids)
        token = _meta(found).get("next_token")
        # A quiet query must not let its mark fall out of the seven days that X can be asked for.
        floor = mark(self._api.now() - _WINDOW + timedelta(days=1))
        return Page(
            read,
            oldest=min(ids, default=None),
            newest=max([floor, *ids]),
            next=f"{after}:{seen}:{token}" if token else None,
            rejects=rejects,
            capped=self._capped(key, since, after, seen),
        )

    def _after(self, key: str, since: int) -> int:
        """The id to read from; 0 where X would not take it, being older than what it searches."""
        if key != self._mentions and since < mark(self._api.now() - _WINDOW + _MARGIN):
            return 0
        return max(0, since)

    def _capped(self, key: str, since: int, after: int, seen: int) -> str | None:
        if key == self._mentions:
            shown = f"X shows no more than the newest {_MENTIONS_SHOWN}"
            return shown if seen >= _MENTIONS_SHOWN else None
        is_late = after == 0 and since < mark(self._api.now() - _WINDOW - _MARGIN)
        return "X's search shows the last seven days only" if is_late else None

    def _posts(self, found: Mapping[str, Any]) -> dict[str, Post]:
        return {one.platform_id: one for one in posts(found, self._own)[0]}

    def _newest(self, found: Mapping[str, Any]) -> list[Post]:
        """The posts of a lookup, those that were edited since in their newest version."""
        later = superseded(found)
        again = self._posts(self._reads.lookup(later)) if later else {}
        return list((self._posts(found) | again).values())


def _meta(found: Mapping[str, Any]) -> Mapping[str, Any]:
    meta = found.get("meta")
    return meta if isinstance(meta, dict) else {}


def _unpacked(page: str) -> tuple[int, int, str]:
    after, seen, token = page.split(":", 2)
    return int(after), int(seen), token
