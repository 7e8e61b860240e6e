"""What each platform's own search understands, as data, as its documentation had it in 2026.

X: docs.x.com/x-api/posts/search/integrate/build-a-query and /operators. Reddit: the API's document
of `q`, and reddit.com/wiki/search. GitHub: docs.github.com/rest/search, "Limitations on query
length" and "Advanced search". Hacker News: algolia.com/doc, `advancedSyntax`. Stack Exchange:
api.stackexchange.com/docs/excerpt-search, which calls its way of finding undocumented. Bluesky:
app.bsky.feed.searchPosts, whose syntax is unspecified but for words and phrases, and
bluesky-social/indigo, search/parse_query.go. Mastodon: docs.joinmastodon.org/user/network/#search.
Paces are those of an address or an app that pays for nothing more; what answers tell of limits goes
before them while listening.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """How a search is told of a field of ours that it knows; ``{}`` stands for the value."""

    asked: str
    excluded: str | None = None
    """How what has it is left out; None where that could leave out more than we do."""
    values: str = ".*"
    """The values that the platform takes, as a regular expression."""
    stands_alone: bool = True
    """It may be asked for without a word beside it."""
    is_exact: bool = True
    """It finds nothing that is not meant."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many requests a platform takes in a time."""

    requests: int
    seconds: int
    with_key: int | None = None
    """The requests of who has a key, where that makes a difference."""

    def seconds_for(self, requests: float, *, has_key: bool = False) -> float:
        """What so many requests take at least, one after another at this pace."""
        allowed = self.with_key if has_key and self.with_key else self.requests
        return requests * self.seconds / allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The syntax and the limits of one platform's search."""

    platform: str
    """The word that the platform's posts carry."""
    longest: int
    """Characters of one search."""
    pace: Pace
    operators: int | None = None
    """OR, AND and NOT in one search; None: as many as there is room for."""
    also: str | None = " "
    """What stands between two things that must both be there; None: one thing at a time."""
    joins: bool = False
    """There is OR, and there are parentheses."""
    phrases: bool = True
    """Words that follow one another are found as such; else they are asked for as words, and as a
    phrase only where one thing at a time can be asked for."""
    tag: str | None = None
    """The tags that it looks for as such, as a regular expression; None: as a word."""
    handle: str | None = None
    """The same of handles."""
    facets: Mapping[str, Facet] = field(default_factory=dict)
    """By the name of our field, or by its name and value."""
    tail: str = ""
    """What is added to each search."""
    unseen: str | None = None
    """What it does not look through, and the way out."""


X: Final = Dialect(
    platform="x",
    longest=512,
    pace=Pace(450, 900),
    joins=True,
    tag=r"\w*[^\W\d]\w*",
    handle=r"[A-Za-z0-9_]{1,15}",
    facets={
        "author": Facet(asked="from:{}", excluded="-from:{}", values=r"[A-Za-z0-9_]{1,15}"),
        "has:image": Facet(asked="has:media", stands_alone=False, is_exact=False),
        "is:reply": Facet(asked="is:reply", stands_alone=False),
    },
    tail=" -is:retweet",
    unseen="posts older than seven days",
)
"""Without its `lang:`: of a short post X tells no language, but the detector here may."""

REDDIT: Final = Dialect(
    platform="reddit",
    longest=512,
    pace=Pace(100, 60),
    also=" AND ",
    joins=True,
    facets={
        "author": Facet(asked="author:{}", excluded="NOT author:{}", values=r"[\w-]{3,20}"),
        "channel": Facet(asked="subreddit:{}", excluded="NOT subreddit:{}", values=r"\w{2,24}"),
    },
    unseen="comments: name subreddits to have theirs read",
)

GITHUB: Final = Dialect(
    platform="github",
    longest=170,  # of 256; what tells where, when and of which kind takes the rest
    pace=Pace(10, 60, with_key=30),
    operators=5,
    joins=True,
    unseen="discussions: name repositories to have theirs read",
)
"""No fields: what it finds is a whole issue, and a post here is one comment of it."""

HACKERNEWS: Final = Dialect(platform="hackernews", longest=128, pace=Pace(10_000, 3_600))
"""512 bytes, and a character takes four at most."""

STACKEXCHANGE: Final = Dialect(
    platform="stackexchange",
    longest=240,  # of the sites' own search; the interface tells none
    pace=Pace(300, 86_400, with_key=10_000),
    also=None,
    unseen="comments, but for those below what is found",
)

BLUESKY: Final = Dialect(
    platform="bluesky",
    longest=300,  # no limit is told; a post is no longer
    pace=Pace(3_000, 300),
    tag=r"\w+",
    facets={
        "author": Facet(
            asked="from:{}", values=r"(?:[A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*", stands_alone=False
        )
    },
)

MASTODON: Final = Dialect(
    platform="mastodon",
    longest=500,  # no limit is told; a status is no longer where nobody changed that
    pace=Pace(300, 300),
    phrases=False,
    unseen="whoever does not want to be found by a search",
)
"""No fields: servers before 4.2 take them for words. No phrases: not all servers know them, and a
possessive would make two searches of each."""

DIALECTS: Final[Mapping[str, Dialect]] = {
    one.platform: one for one in (X, REDDIT, GITHUB, HACKERNEWS, STACKEXCHANGE, BLUESKY, MASTODON)
}
"""By connector; the others read everything and match it here."""
