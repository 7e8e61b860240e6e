"""What each platform wants of copies of its posts, each rule with where that is written.

How soon a deletion is to be carried out here: where a platform names no time, the time is ours and
`reason` says why. And whether a model may learn from the posts: where nothing allows it, none may.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

_READ: Final = date(2026, 11, 22)
_EARLY: Final = 5 / 6
"""A look is taken after this share of the time, so that a short outage makes nobody late."""
REQUEST: Final = "request"
"""The rule of what somebody asked us to delete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformRule:
    """What one platform wants of copies of its posts."""

    name: str
    """What a tombstone says; at most 64 characters."""
    every: timedelta | None
    """Within this time a post is looked at again; None: the platform tells of deletions."""
    reason: str
    source: str
    may_train: bool = False
    """Its terms, or the licence of its posts, allow that a model learns from them."""
    training: str = "no clause allows it"
    """Why a model may learn from the posts, or may not."""
    read: date = _READ
    one_place: bool = False
    """The platform has one address: any source of it can look at any of its posts. Elsewhere the
    same id is another post on another server."""
    in_jobs: bool = False
    """The look is a job of the platform that costs nothing, where the source is set to it."""

    def due_before(self, now: datetime) -> datetime | None:
        """What was not known to stand since then is to be looked at now."""
        return None if self.every is None else now - self.every * _EARLY

    def late_before(self, now: datetime) -> datetime | None:
        """What was not known to stand since then is overdue."""
        return None if self.every is None else now - self.every


RULES: Final[Mapping[str, PlatformRule]] = {
    "reddit": PlatformRule(
        name="reddit: looked at every 48 h",
        every=timedelta(hours=48),
        reason="routine deletion within 48 hours is strongly recommended",
        source="Reddit Data API Wiki (support.reddithelp.com 16160319875092)",
        training="forbidden without the authors' permission: Data API Terms, 2.4",
        one_place=True,
    ),
    "x": PlatformRule(
        name="x: looked at every 24 h",
        every=timedelta(hours=24),
        reason="what X or its author asks to be deleted goes within 24 hours",
        source="X developer policy, content compliance (docs.x.com/developer-terms/policy)",
        training="forbidden: X developer agreement and policy, no training of models on X content",
        one_place=True,
        in_jobs=True,
    ),
    "bluesky": PlatformRule(
        name="bluesky: looked at every 7 days",
        every=timedelta(days=7),
        reason="deletions come as events; a weekly look finds those of a gap in the stream",
        source="bsky-docs@390c1e9: developer guidelines ask to honour deletions, and name no time",
        one_place=True,
    ),
    "mastodon": PlatformRule(
        name="mastodon: looked at every 7 days",
        every=timedelta(days=7),
        reason="servers set no time, and allow 300 requests in 5 minutes to all of an account",
        source="mastodon/documentation@2903485: api/guidelines, rate limits",
        training="each server has rules of its own, and some allow no copies without consent",
    ),
    "hackernews": PlatformRule(
        name="hackernews: looked at every 7 days",
        every=timedelta(days=7),
        reason="an author can delete within two hours; later only the moderators do, on request",
        source="github.com/HackerNews/API and news.ycombinator.com/newsfaq.html",
        one_place=True,
    ),
    "stackexchange": PlatformRule(
        name="stackexchange: looked at every 14 days",
        every=timedelta(days=14),
        reason="posts are licensed for good; the look is a courtesy within 300 requests a day",
        source="api.stackexchange.com/docs/throttle and stackoverflow.com/help/licensing",
        may_train=True,
        training="posts are CC BY-SA; what the dumps bar besides is large language models",
    ),
    "discourse": PlatformRule(
        name="discourse: looked at every 7 days",
        every=timedelta(days=7),
        reason="each forum has its own terms and names no time; a week costs it few requests",
        source="docs.discourse.org; the terms stand at /tos of each forum",
        training="each forum has its own terms, which no program reads",
    ),
    "github": PlatformRule(
        name="github: looked at every 7 days",
        every=timedelta(days=7),
        reason="the terms name no time; a week stays far below 5,000 requests an hour",
        source="docs.github.com: acceptable use policies, rate limits of the REST API",
    ),
    "discord": PlatformRule(
        name="discord: looked at every 24 h",
        every=timedelta(hours=24),
        reason="deletions come as events; a daily look finds those of a lost gateway session",
        source="discord-api-docs@c98d64b: Message Delete, Thread Delete, Get Channel Messages",
        training="forbidden: Discord Developer Policy, 21",
    ),
}
"""By the word that posts carry. A platform that is not here tells no program of deletions: its
posts go on request, or by the time that they are kept."""


def may_train(platform: str) -> bool:
    """Whether a model may learn from a platform's posts; of one that is not here, none may."""
    rule = RULES.get(platform)
    return rule is not None and rule.may_train
