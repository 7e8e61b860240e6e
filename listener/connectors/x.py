"""The X connector: recent search, mentions of an own account, conversations, and what they cost."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
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
from listener.connectors import x_prices as prices
from listener.connectors.listing import Listings, Page, StalePage
from listener.connectors.x_api import TOKEN, Api, Refused
from listener.connectors.x_compliance import Compliance
from listener.connectors.x_options import FEWEST, LARGEST, WINDOW_DAYS, XOptions, XRecheck
from listener.connectors.x_post import (
    depth,
    failures,
    hidden,
    ids_of,
    items,
    mark,
    moment,
    next_token,
    posts,
    superseded,
)
from listener.connectors.x_reads import Reads
from listener.querying.searches import searches
from listener.querying.searches_dialects import X as DIALECT
from store.records import Post

_WINDOW: Final = timedelta(days=WINDOW_DAYS)
_MARGIN: Final = timedelta(hours=1)
_OVERLAP: Final = mark(moment(0) + timedelta(minutes=2))
_MENTIONS_SHOWN: Final = 800


@dataclass(frozen=True, slots=True)
class _Place:
    """A page of a sweep: what it reads from, how many came before it, and what X calls it."""

    after: int
    seen: int = 0
    token: str | None = None

    @staticmethod
    def of(page: str) -> "_Place":
        try:
            after, seen, token = page.split(":", 2)
            return _Place(int(after), int(seen), token)
        except ValueError as error:
            raise StalePage from error

    def __str__(self) -> str:
        return f"{self.after}:{self.seen}:{self.token}"


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
        self._reads = Reads(self._api, options, access.folder)
        self._compliance = Compliance(self._api, access.folder)
        self._user = (options.user or "").removeprefix("@")
        self._own: str | None = self._user if self._user.isdigit() else None
        narrow = options.narrow.strip()
        self._dialect = replace(DIALECT, tail=f"{DIALECT.tail} {narrow}".rstrip())
        # What mentions the account is read, cheaper, without a search.
        asked = [one for one in access.searches if one.lower() != f"@{self._user}".lower()]
        self.searches: tuple[str, ...] = options.queries or searches(asked, self._dialect)
        self._mentions = f"mentions of @{self._user}"
        self._listings = Listings(
            ((self._mentions,) if self._user else ()) + self.searches,
            self._read,
            access,
            start=mark(access.now() - timedelta(days=options.first_days)),
            overlap=_OVERLAP,
            in_seconds=False,
        )

    def fetch(self, cursor: str | None) -> Batch:
        """The next page of what is searched for. Raises ConnectorError."""
        if not self.searches and not self._user:
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
            size = max(FEWEST, min(self._options.page_size, room))
            found = self._reads.search(f"conversation_id:{root}", 0, token, size)
            known |= self._posts(found)
            token = next_token(found)
            if token is None:
                break
        near = [one for one in known.values() if depth(one, known) <= bounds.depth]
        return sorted(near, key=lambda one: one.created_at)[: bounds.posts]

    def recheck(self, known: Sequence[Held]) -> Standing:
        """Which posts are gone: by jobs, what they found so far; by lookup, all of them at once.

        A job says of a post that stands only that it does, so that its words stay as they were.
        """
        ids = [one.platform_id for one in known]
        if self._options.recheck is XRecheck.JOBS:
            return self._compliance.look(ids)
        stand: list[Post] = []
        gone: list[str] = []
        for start in range(0, len(ids), LARGEST):
            some = ids[start : start + LARGEST]
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

        `query` is one of `searches`, or a brand query: then what its searches find is counted,
        which is what would be read and paid. Each count is charged. Raises ConnectorError, and
        QueryError for a brand query that cannot be read.
        """
        asked: tuple[str, ...] = (query,)
        if query not in self.searches:
            asked = searches((query,), self._dialect)
        if not asked:
            raise ConnectorError(f"X: no word has to stand in a post for {query}", permanent=True)
        days: Counter[date] = Counter()
        for one in (count for text in asked for count in items(self._reads.count(text))):
            with suppress(KeyError, TypeError, ValueError):
                days[datetime.fromisoformat(one["start"]).date()] += int(one["tweet_count"])
        return days

    def quiet_requests(self) -> float:
        """One for each query, and one for the mentions."""
        return self._listings.count

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()

    def _read(self, key: str, since: int, page: str | None) -> Page:
        place = _Place.of(page) if page else _Place(self._after(key, since))
        try:
            found = self._page(key, place)
        except Refused as error:
            if place.token is not None and error.status == 400:
                raise StalePage from error
            if "since_id" not in error.parameters:
                raise
            # X alone knows to the second where its seven days begin.
            place = _Place(0)
            found = self._page(key, place)
        return self._paged(key, since, place, found)

    def _page(self, key: str, place: _Place) -> Mapping[str, Any]:
        size, after, token = self._options.page_size, place.after, place.token
        if key != self._mentions:
            found = self._reads.search(key, after, token, size)
        else:
            self._own = self._own or self._reads.user(self._user)
            found = self._reads.mentions(self._own, after, token, size)
        if "meta" not in found and "data" not in found:
            told = next((one.get("title") for one in failures(found)), "no reason given")
            raise ConnectorError(f"X: nothing but an error came of {key}: {told}")
        return found

    def _paged(self, key: str, since: int, place: _Place, found: Mapping[str, Any]) -> Page:
        read, rejects = posts(found, self._known_own())
        ids = [int(one) for one in ids_of(found) if one.isdigit()]
        seen, token = place.seen + len(ids), next_token(found)
        # A quiet query must not let its mark fall out of the seven days that X can be asked for.
        floor = mark(self._api.now() - _WINDOW + timedelta(days=1))
        return Page(
            read,
            oldest=min(ids, default=None),
            newest=max([floor, *ids]),
            next=str(_Place(place.after, seen, token)) if token else None,
            rejects=rejects,
            capped=self._capped(key, since, place.after, seen),
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
        return {one.platform_id: one for one in posts(found, self._known_own())[0]}

    def _known_own(self) -> str | None:
        """The own account's id, as far as it can be told without asking."""
        if self._own is None and self._user:
            self._own = self._reads.known().get(self._user.lower())
        return self._own

    def _newest(self, found: Mapping[str, Any]) -> list[Post]:
        """The posts of a lookup, those that were edited since in their newest version."""
        later = superseded(found)
        again = self._posts(self._reads.lookup(later)) if later else {}
        return list((self._posts(found) | again).values())
