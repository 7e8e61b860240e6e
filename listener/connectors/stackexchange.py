"""Stack Exchange: questions with their answers and comments, of one site or several.

https://api.stackexchange.com/docs, version 2.3. No key is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from listener.connectors.json_item import Found, Item, mark, maybe_whole, read_all
from listener.connectors.keyset import Place, placed
from listener.connectors.listing import Listings, Page, check_days, mark_before
from listener.connectors.stackexchange_api import KEY, Api, Reply
from listener.connectors.stackexchange_post import (
    ANSWER,
    COMMENT,
    PLATFORM,
    QUESTION,
    parts_of,
    post_id,
    read,
)
from listener.connectors.stackexchange_search import search, seen_in, with_seen
from listener.connectors.stackexchange_thread import LARGEST, around, by_id, whole
from listener.querying.searches import searches
from listener.querying.searches_dialects import STACKEXCHANGE as DIALECT
from store.records import Post

_QUESTIONS: Final = "questions"
_COMMENTS: Final = "comments"
_OVERLAP: Final = 600
_FIRST_PAGES, _FIRST_PAGES_WITH_KEY = 20, 400
"""Of the first look, all listings together: a day allows 300 requests, or 10,000 with a key."""
_ID_FIELD: Final = {QUESTION: "question_id", ANSWER: "answer_id", COMMENT: "comment_id"}


@dataclass(frozen=True, slots=True)
class StackExchangeOptions:
    """Which sites are read, and what of them."""

    sites: tuple[str, ...] = ("stackoverflow",)
    """As in the address of a site, without .com or .stackexchange.com: stackoverflow, superuser."""
    tags: tuple[str, ...] = ()
    """Only questions with at least one of them; none: all questions."""
    days_back: int = 7
    """How far back the first look goes, and how long a question is watched for late changes. The
    first look ends sooner where it would spend too much of what a day allows."""

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be read."""
        if not self.sites:
            raise ValueError("sites: name at least one, e.g. [stackoverflow]")
        for site in self.sites:
            if parts_of(post_id(site, QUESTION, 1)) is None:
                raise ValueError(f"sites: expected a name such as stackoverflow, not {site!r}")
        check_days(self.days_back)


class _Wait(Exception):
    """A wait that is asked for; `Listings` would take it for the failure of one listing."""

    def __init__(self, error: ConnectorError) -> None:
        super().__init__(str(error))
        self.error = error


class StackExchange:
    """Reads questions by their last activity, each with its whole conversation.

    Accepting an answer, a vote and a comment are no activity; so the newest page is looked at as
    a whole each time, and what changed since the last look is told again.
    """

    Options = StackExchangeOptions
    capabilities: ClassVar[Capabilities] = Capabilities(
        platform=PLATFORM,
        search=True,
        thread=True,
        edits=True,
        deletions=Deletions.RECHECK,
        optional_secrets=(KEY,),
    )
    recheck_size: ClassVar[int] = 100

    def __init__(self, options: StackExchangeOptions, access: Access) -> None:
        self._options = options
        self.searches = searches(access.searches, DIALECT)
        self._api = Api(access)
        self._start = mark_before(access.now(), options.days_back)
        self._known: dict[str, dict[object, Any]] = {}
        self._seen: dict[str, str] = {}
        keys = self._keys()
        pages = _FIRST_PAGES_WITH_KEY if access.secrets.get(KEY) else _FIRST_PAGES
        self._first_pages = max(1, pages // len(keys))
        self._listings = Listings(keys, self._page, access, start=self._start, overlap=_OVERLAP)

    def fetch(self, cursor: str | None) -> Batch:
        """The next page of questions or comments."""
        self._seen = {one: mark for one, mark in seen_in(cursor).items() if one in self._keys()}
        try:
            batch = self._listings.fetch(cursor)
        except _Wait as wait:
            raise wait.error from None
        return replace(batch, cursor=with_seen(batch.cursor, self._seen))

    def quiet_requests(self) -> float:
        """One for each listing; for a comment that comes without its words there is one more."""
        return self._listings.count

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()

    def thread(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        """The question, its answers and all comments, in one request where it tells all words."""
        return around(self._api, post, bounds)

    def recheck(self, known: Sequence[Held]) -> Standing:
        """Look at posts by their ids: one request for each site and kind among them."""
        groups: dict[tuple[str, str], list[int]] = {}
        for one in known:
            if (parts := parts_of(one.platform_id)) is not None:
                site, letter, number = parts
                groups.setdefault((site, letter), []).append(number)
        posts: list[Post] = []
        gone: list[str] = []
        for (site, letter), numbers in groups.items():
            try:
                items = by_id(self._api, site, letter, numbers).items
            except ConnectorError as error:
                if error.permanent or not (posts or gone):
                    raise
                break  # The others are looked at the next time.
            found = read_all(
                ({**one, "_site": site} for one in items if isinstance(one, dict)), read
            )
            posts += found.posts
            there = {_number(item, letter) for item in items}
            gone += [post_id(site, letter, one) for one in numbers if one not in there]
        return Standing(posts, gone)

    def _keys(self) -> list[str]:
        """What is listed: each word, or all questions and all comments, of each site."""
        # Comments cannot be listed by tag; those of a question that is watched come with it.
        everything = (_QUESTIONS,) if self._options.tags else (_QUESTIONS, _COMMENTS)
        return [
            f"{site}: {what}"
            for site in self._options.sites
            for what in (self.searches or everything)
        ]

    def _page(self, key: str, since: int, token: str | None) -> Page:
        below, _, left = (token or "").partition("/")
        is_first = token is None and since == self._start - _OVERLAP
        pages = self._first_pages if is_first else int(left) if left.isdecimal() else None
        try:
            if token is None:
                self._api.save()
            page = self._listed(key, since, below or None)
        except ConnectorError as error:
            if error.retry_after is None:
                raise
            raise _Wait(error) from None
        return page if pages is None else self._bounded(page, pages)

    def _bounded(self, page: Page, pages: int) -> Page:
        """A page of the first look, of which so many more may be read with this one."""
        if page.next is None:
            return page
        if pages > 1:
            return replace(page, next=f"{page.next}/{pages - 1}")
        reason = (
            f"the first look ends after {self._first_pages} pages, so as not to spend a day's "
            f"requests; what is older is left out (fewer `days_back`, or {KEY} allows more)"
        )
        return replace(page, next=None, capped=reason)

    def _listed(self, key: str, since: int, token: str | None) -> Page:
        site, _, what = key.partition(": ")
        place = placed(token)
        if not self.searches and what == _COMMENTS:
            return self._comments(site, since, place)
        # The first page costs one request however much of it is asked for.
        since_then = since if token else min(since, self._start)
        params = _paged(site, since_then, place) | {"sort": "activity"}
        if self._options.tags:
            params["tagged"] = ";".join(self._options.tags)
        if self.searches:
            return self._found(key, params | {"q": what}, place)
        method = "search/advanced" if self._options.tags else "questions"
        reply = self._api.ask(method, params, what=key)
        wanted = self._changed(key, reply.items, since) if token is None else reply.items
        found = whole(self._api, wanted, site)
        if token is None:
            self._known[key] = {_number(item, QUESTION): item for item in reply.items}
        return _page_of(reply, "last_activity_date", found, place)

    def _found(self, key: str, params: dict[str, str | int], place: Place) -> Page:
        hits = search(self._api, params, what=key)
        found = Found((), (), ())
        is_known = place.below is None and self._seen.get(key) == hits.mark
        if hits.questions and not is_known:
            site = str(params["site"])
            questions = by_id(self._api, site, QUESTION, hits.questions).items
            found = whole(self._api, questions, site)
        if place.below is None:
            self._seen[key] = hits.mark
        rejects = () if is_known else (*hits.rejects, *found.rejects)
        return _page_of(hits.reply, "last_activity_date", replace(found, rejects=rejects), place)

    def _comments(self, site: str, since: int, place: Place) -> Page:
        params = _paged(site, since, place) | {"sort": "creation"}
        reply = self._api.ask("comments", params, what=f"comments of {site}")
        items = ({**one, "_site": site} for one in reply.items if isinstance(one, dict))
        return _page_of(reply, "creation_date", read_all(items, read), place)

    def _changed(self, key: str, items: Sequence[Any], since: int) -> list[Any]:
        """What is new, and of what was read before only what reads otherwise now."""
        before = self._known.get(key, {})
        return [
            item
            for item in items
            if (mark(item, "last_activity_date") or since) >= since
            or before.get(_number(item, QUESTION)) != item
        ]


def _paged(site: str, since: int, place: Place) -> dict[str, str | int]:
    params: dict[str, str | int] = {
        "site": site,
        "order": "desc",
        "pagesize": LARGEST,
        "page": place.page + 1,
        "min": since,
    }
    return params if place.below is None else params | {"max": place.below}


def _page_of(reply: Reply, name: str, found: Found, place: Place) -> Page:
    marks = [at for item in reply.items if (at := mark(item, name)) is not None]
    oldest = min(marks, default=None)
    return Page(
        found.posts,
        oldest,
        max(marks, default=None),
        next=place.next(oldest, more=reply.more),
        rejects=found.rejects,
    )


def _number(item: Item | object, letter: str) -> int | None:
    return maybe_whole(item, _ID_FIELD[letter]) if isinstance(item, dict) else None
