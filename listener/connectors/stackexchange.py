"""Stack Exchange: questions, answers and comments of its sites, by its public interface 2.3.

https://api.stackexchange.com/docs. No key is needed; one raises the quota of a day from 300
requests to 10,000. A question and its answers come together, in the order in which something
happened to them, so one request hears of a hundred changed ones; comments change no question and
are read by themselves, since those within a question come without their words. A search finds
questions and answers by their words, and then reads what was found.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from hashlib import sha256
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
from listener.connectors.json_item import BadItem, Found, as_item, texts
from listener.connectors.keyset import Place, placed
from listener.connectors.listing import Listings, Page
from listener.connectors.stackexchange_api import DEFAULT, KEY, LARGEST, WITH_BODY, Api, Items
from listener.connectors.stackexchange_post import (
    PLATFORM,
    id_of,
    number,
    numbers_of,
    question_of,
    read_comments,
    read_questions,
)
from listener.connectors.stackexchange_thread import around
from store.records import Post

_SITE: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")
_OVERLAP: Final = 600
"""Seconds that are read again: answers are kept for a while before they are made anew."""


@dataclass(frozen=True, slots=True)
class StackExchangeOptions:
    """Which sites are read, what of them, and how far back."""

    sites: tuple[str, ...] = ("stackoverflow",)
    """As the interface calls them: stackoverflow, askubuntu, android, pt.stackoverflow."""
    tags: tuple[str, ...] = ()
    """Questions that carry one of these, with their answers and comments; empty: all."""
    comments: bool = True
    """Also read comments, which no search finds: a request more a poll and site."""
    days_back: int = 2
    """How far back the first look goes."""

    def __post_init__(self) -> None:
        """Raises ValueError for a site that is none and a number out of range."""
        if not self.sites:
            raise ValueError("sites: at least one, such as stackoverflow")
        for site in self.sites:
            if not _SITE.fullmatch(site) or site.endswith(".com"):
                raise ValueError(
                    f"sites: the short name, as stackoverflow for stackoverflow.com and android "
                    f"for android.stackexchange.com, not {site!r}"
                )
        for tag in self.tags:
            if not tag.strip() or ";" in tag:
                raise ValueError(f"tags: one tag each, not {tag!r}")
        if not 0 <= self.days_back <= 10_000:
            raise ValueError(f"days_back: from 0 to 10000, not {self.days_back}")


class StackExchange:
    """Reads what happens on sites, or searches them; the thread around a post either way."""

    Options = StackExchangeOptions
    capabilities: ClassVar[Capabilities] = Capabilities(
        platform=PLATFORM,
        search=True,
        thread=True,
        edits=True,
        deletions=Deletions.RECHECK,
        optional_secrets=(KEY,),
    )
    recheck_size: ClassVar[int] = LARGEST

    def __init__(self, options: StackExchangeOptions, access: Access) -> None:
        self._tags = options.tags
        self._api = Api(access)
        self._reads = self._planned(options, access)
        self._known: dict[str, str] = {}
        start = access.now() - timedelta(days=options.days_back)
        self._listings = Listings(
            tuple(self._reads), self._page, access, start=int(start.timestamp()), overlap=_OVERLAP
        )

    def fetch(self, cursor: str | None) -> Batch:
        """The next page of a site or a search."""
        self._api.check()
        self._known = _known_in(cursor)
        batch = self._listings.fetch(cursor)
        return replace(batch, cursor=_with_known(batch.cursor, self._known))

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()

    def thread(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        """The question, its answers and all comments, in two requests where these suffice."""
        return around(self._api, post, bounds)

    def recheck(self, ids: Sequence[str]) -> Standing:
        """Look at questions, answers and comments, a request for each kind on each site."""
        groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for id_ in filter(None, map(id_of, ids)):
            groups[id_.site, id_.kind].append(id_.number)
        posts: list[Post] = []
        gone: list[str] = []
        for (site, kind), numbers in groups.items():
            try:
                stand, missing = self._again(site, kind, numbers)
            except ConnectorError:
                if not posts and not gone:
                    raise
                break  # The others are asked about later.
            posts += stand
            gone += [f"{site}/{kind}/{one}" for one in missing]
        return Standing(posts, gone)

    def _planned(
        self, options: StackExchangeOptions, access: Access
    ) -> dict[str, Callable[[str, int, Place], Page]]:
        reads: dict[str, Callable[[str, int, Place], Page]] = {}
        for site in options.sites:
            if not access.searches:
                reads[f"{site}: questions"] = partial(self._questions, site)
            for words in access.searches:
                reads[f"{site}: {words}"] = partial(self._search, site, words)
            if options.comments:
                reads[f"{site}: comments"] = partial(self._comments, site)
        return reads

    def _page(self, key: str, since: int, token: str | None) -> Page:
        return self._reads[key](key, since, placed(token))

    def _questions(self, site: str, key: str, since: int, place: Place) -> Page:
        # Of several tags, /questions wants all on a question, this search one.
        method = "search/advanced" if self._tags else "questions"
        params = {"sort": "activity", **self._tagged}
        found = self._listed(method, key, site, since, place, params)
        read = read_questions(found.items, site)
        return _as_page(read, found, "last_activity_date", place)

    def _search(self, site: str, words: str, key: str, since: int, place: Place) -> Page:
        params = {"sort": "activity", "q": words, **self._tagged}
        found = self._listed("search/excerpts", key, site, since, place, params)
        read = Found((), (), ())
        mark = _mark(found.items, "question_id", "answer_id", "last_activity_date")
        asked = numbers_of(found.items, "question_id")
        if asked and self._known.get(key) != mark:
            whole = self._api.get("questions/{ids}", what=key, site=site, ids=asked)
            read = read_questions(whole.items, site)
            self._known[key] = mark
        return _as_page(read, found, "last_activity_date", place)

    def _comments(self, site: str, key: str, since: int, place: Place) -> Page:
        found = self._listed("comments", key, site, since, place, {"sort": "creation"})
        read = Found((), (), ())
        mark = _mark(found.items, "comment_id", "creation_date")
        if not self._tags or self._known.get(key) != mark:
            of = self._asked_of(found.items, site, key)
            items = self._of_tagged(found.items, of, site, key) if self._tags else found.items
            read = read_comments(items, site, of)
        if self._tags:
            self._known[key] = mark
        return _as_page(read, found, "creation_date", place)

    @property
    def _tagged(self) -> dict[str, str | int]:
        return {"tagged": ";".join(self._tags)} if self._tags else {}

    def _listed(
        self,
        method: str,
        key: str,
        site: str,
        since: int,
        place: Place,
        params: Mapping[str, str | int],
    ) -> Items:
        given = {**params, "order": "desc", "min": max(since, 0)}
        if place.below is not None:
            given |= {"max": place.below, "page": place.page + 1}
        return self._api.get(method, what=key, site=site, params=given)

    def _of_tagged(
        self, items: Sequence[Any], of: Mapping[int, int], site: str, key: str
    ) -> Sequence[Any]:
        """The comments around questions with our tags; a comment itself tells no tags."""
        asked = [question_of(one, of) for one in items]
        ids = tuple(dict.fromkeys(one for one in asked if one is not None))
        if not ids:
            return ()
        found = self._api.get("questions/{ids}", what=key, site=site, ids=ids, only=DEFAULT)
        ours = {
            number(one, "question_id")
            for one in found.items
            if isinstance(one, dict) and not {*self._tags}.isdisjoint(texts(one, "tags"))
        }
        return [one for one, at in zip(items, asked, strict=True) if at in ours]

    def _asked_of(self, items: Sequence[Any], site: str, what: str) -> dict[int, int]:
        """The questions of the answers whose comments do not tell them, as answer to question."""
        untold = numbers_of([one for one in items if question_of(one, {}) is None], "post_id")
        if not untold:
            return {}
        found = self._api.get("answers/{ids}", what=what, site=site, ids=untold, only=DEFAULT)
        pairs = [(number(one, "answer_id"), number(one, "question_id")) for one in found.items]
        return {answer: asked for answer, asked in pairs if answer and asked}

    def _again(
        self, site: str, kind: str, numbers: Sequence[int]
    ) -> tuple[Sequence[Post], Sequence[int]]:
        """Those that stand, and the numbers of those that are gone."""
        name = {"q": "question", "a": "answer", "c": "comment"}[kind]
        found = self._api.get(
            f"{name}s/{{ids}}",
            what=f"{name}s of {site}",
            site=site,
            ids=numbers,
            only=None if kind == "c" else WITH_BODY,
        )
        if kind == "c":
            asked_of = self._asked_of(found.items, site, f"{name}s of {site}")
            posts = read_comments(found.items, site, asked_of).posts
        else:
            posts = read_questions(found.items, site).posts
        told = set(numbers_of(found.items, f"{name}_id"))
        return posts, [one for one in numbers if one not in told]


def _as_page(read: Found, found: Items, mark: str, place: Place) -> Page:
    marks = numbers_of(found.items, mark)
    oldest = min(marks, default=None)
    return Page(
        read.posts,
        oldest,
        max(marks, default=None),
        next=place.next(oldest, more=found.has_more),
        rejects=read.rejects,
    )


def _mark(items: Sequence[Any], *names: str) -> str:
    """Short for what a page holds: where it stays the same, there is nothing new to ask about."""
    told = sorted(str([number(one, name) for name in names]) for one in items)
    return sha256("".join(told).encode()).hexdigest()[:16]


def _known_in(cursor: str | None) -> dict[str, str]:
    try:
        known = as_item(json.loads(cursor or "{}")).get("known", {})
        return {str(key): str(mark) for key, mark in as_item(known).items()}
    except (ValueError, BadItem):
        return {}


def _with_known(cursor: str, known: Mapping[str, str]) -> str:
    """Kept with the cursor and thus only where the posts were kept."""
    return cursor if not known else json.dumps({**json.loads(cursor), "known": known})
