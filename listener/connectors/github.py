"""GitHub: issues, their comments, and discussions. No token is needed but for discussions.

https://docs.github.com/rest/issues and https://docs.github.com/graphql
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

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
from listener.connectors.github_discussions import Discussions
from listener.connectors.github_issues import COMMENTS, ISSUES, Issues
from listener.connectors.github_post import PLATFORM, REPOSITORY, Place
from listener.connectors.github_search import Search
from listener.connectors.github_thread import around
from listener.connectors.json_item import BadItem
from listener.connectors.listing import Listings, Page, check_days, mark_before
from listener.connectors.web import Web
from listener.querying.searches import searches
from listener.querying.searches_dialects import GITHUB as DIALECT
from store.records import Post

ADDRESS: Final = "https://api.github.com"
TOKEN: Final = "LAURELS_GITHUB_TOKEN"  # noqa: S105 - the name of the variable
_VERSION: Final = "2022-11-28"
_OVERLAP: Final = 600
_WITH_TOKEN: Final = 30
_WITHOUT: Final = 5
"""Issues of a page whose comments a search reads: 60 requests an hour are free, 5,000 with a token.
"""
_KINDS: Final = {"search": "is:issue", "search-pr": "is:pr"}
_DISCUSSIONS: Final = "discussions"


@dataclass(frozen=True, slots=True)
class GitHubOptions:
    """What is read."""

    repositories: tuple[str, ...] = ()
    """OWNER/NAME each, read whole; none: a search looks through all public issues and comments."""
    pull_requests: bool = False
    """Also hear pull requests and the comments under them."""
    discussions: bool = True
    """Also hear discussions of the repositories; they need a token."""
    days_back: int = 7
    """How far back the first look goes."""

    def __post_init__(self) -> None:
        """Raises ValueError for a name that is no repository's."""
        for name in self.repositories:
            if not REPOSITORY.fullmatch(name):
                raise ValueError(f"repositories: expected OWNER/NAME, not {name!r}")
        check_days(self.days_back)


class GitHub:
    """Reads repositories by last change, oldest first; or searches the issues of all."""

    Options = GitHubOptions
    capabilities: ClassVar[Capabilities] = Capabilities(
        platform=PLATFORM,
        search=True,
        thread=True,
        edits=True,
        deletions=Deletions.RECHECK,
        optional_secrets=(TOKEN,),
    )
    recheck_size: ClassVar[int] = 10

    def __init__(self, options: GitHubOptions, access: Access) -> None:
        self._options = options
        self.searches = () if options.repositories else searches(access.searches, DIALECT)
        token = access.secrets.get(TOKEN)
        headers = {"accept": "application/vnd.github+json", "x-github-api-version": _VERSION}
        if token:
            headers["authorization"] = f"Bearer {token}"
        address = access.base_url or ADDRESS
        hint = f"check {TOKEN}: it may have run out, or may not read this"
        # Each of the three counts its own limit, so that one that is spent closes no other.
        core, search, graph = self._webs = tuple(
            Web(address, access, name="GitHub", headers=headers, hint=hint) for _ in range(3)
        )
        self._discussions = Discussions(graph, address, access.now) if token else None
        self._issues = Issues(core, overlap=_OVERLAP, pull_requests=options.pull_requests)
        self._search = Search(search, self._issues, most=_WITH_TOKEN if token else _WITHOUT)
        self._listings = Listings(
            self._keys(),
            self._page,
            access,
            start=mark_before(access.now(), options.days_back),
            overlap=_OVERLAP,
            ascending=True,
        )

    def fetch(self, cursor: str | None) -> Batch:
        """The next page of a repository's issues, comments or discussions, or of a search."""
        if not self._options.repositories and not self.searches:
            raise ConnectorError(
                "GitHub: name what to read in `repositories`, or make it a search with a query",
                permanent=True,
            )
        batch = self._listings.fetch(cursor)
        return replace(batch, unread=(*batch.unread, *self._search.left()))

    def quiet_requests(self) -> float:
        """One for each kind of thing in a repository, or for each search."""
        return self._listings.count

    def close(self) -> None:
        """Let go of the connections."""
        for web in self._webs:
            web.close()

    def thread(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        """The issue or the discussion with its comments, a request for each hundred or fifty."""
        try:
            place = Place(post.thread_id or post.platform_id)
        except BadItem:
            return ()
        if not place.is_discussion:
            posts, is_whole = self._issues.conversation(post, place, bounds.requests)
        elif self._discussions is None:
            return ()
        else:
            posts, is_whole = self._discussions.conversation(place, bounds.requests)
        return around(post, posts, bounds.posts, is_whole=is_whole)

    def recheck(self, known: Sequence[Held]) -> Standing:
        """Look at each issue and comment, and once at a discussion, which needs a token."""
        posts: list[Post] = []
        gone: list[str] = []
        talks: dict[str, list[str]] = {}
        for id_ in (one.platform_id for one in known):
            try:
                place = Place(id_)
            except BadItem:
                continue
            if place.is_discussion:
                talks.setdefault(place.root, []).append(id_)
            elif (found := self._issues.one(place)) is None:
                gone.append(id_)
            else:
                # What was moved to another repository answers under its new name.
                posts += [post for post in found if post.platform_id == id_]
        for root, asked in talks.items():
            if self._discussions is None:
                break
            standing = self._discussions.standing(Place(root), asked)
            posts += standing.posts
            gone += standing.gone
        return Standing(posts, gone)

    def _keys(self) -> list[str]:
        if not self._options.repositories:
            wheres = tuple(_KINDS) if self._options.pull_requests else ("search",)
            return [f"{where} {words}" for words in self.searches for where in wheres]
        kinds = [ISSUES, COMMENTS]
        if self._options.discussions and self._discussions is not None:
            kinds.append(_DISCUSSIONS)
        return [f"{name} {kind}" for name in self._options.repositories for kind in kinds]

    def _page(self, key: str, since: int, token: str | None) -> Page:
        where, _, what = key.partition(" ")
        if where in _KINDS:
            return self._search.page(_KINDS[where], what, since, token)
        if what == _DISCUSSIONS and self._discussions is not None:
            return self._discussions.changed(where, since, token)
        return self._issues.changed(where, what, since, token)
