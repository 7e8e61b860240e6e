"""What the tests of the Reddit connector share."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.connectors import Access, Batch, ConnectorError
from listener.connectors.reddit import Reddit
from store.records import Post
from tests.peers.reddit import SUBREDDIT, RedditPeer

NEW = f"r/{SUBREDDIT}/new"


class Counting:
    """A budget that counts, and refuses when it is spent."""

    def __init__(self, requests: int = 1_000) -> None:
        self.left = requests
        self.spent: list[str] = []

    def spend(self, what: str, *, requests: int = 1, micro_usd: int = 0) -> None:
        """One request more."""
        if self.left < requests:
            raise ConnectorError("the budget is spent", retry_after=60)
        self.left -= requests
        self.spent.append(what)

    def settle(self, micro_usd: int) -> None:
        """Reddit costs no money."""


def connector(peer: RedditPeer, **given: Any) -> Reddit:
    """What listens to it; `options` and fields of `Access` may be given."""
    options = given.pop("options", peer.options)
    usual = {"base_url": peer.url, "secrets": peer.secrets, "timeout": 1.0}
    access = Access(**{**usual, **given})
    return Reddit(options, access)


def drained(reddit: Reddit, cursor: str | None = None) -> tuple[list[Batch], str]:
    """All batches until nothing is left, and the cursor then."""
    batches: list[Batch] = []
    while not batches or not batches[-1].exhausted:
        batches.append(reddit.fetch(cursor))
        cursor = batches[-1].cursor
        assert len(batches) < 200
    return batches, batches[-1].cursor


def posts_of(reddit: Reddit) -> dict[str, Post]:
    """What a first poll brings, by id."""
    return {post.platform_id: post for batch in drained(reddit)[0] for post in batch.posts}


def ago(seconds: float) -> datetime:
    """A moment in the near past, whole seconds."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).replace(microsecond=0)


def failure(reddit: Reddit, cursor: str | None = None) -> ConnectorError:
    """How a poll of the one place fails."""
    with pytest.raises(ConnectorError) as caught:
        drained(reddit, cursor)
    return caught.value


def paths(peer: RedditPeer) -> list[str]:
    """What was asked for."""
    return [request.path.strip("/") for request in peer.asked]
