"""Platforms on loopback, one file each, that the connectors are tested against over real sockets.

Each speaks its platform's protocol, its payloads quoted from recordings or from the documents that
its file names, so that peer and connector share no misunderstanding of ours.
"""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Final, Protocol, cast

from listener.connectors import Deletions

PEERS: Final[Mapping[str, str]] = {
    "archive": "tests.peers.archive:ArchivePeer",
    "bluesky": "tests.peers.bluesky:BlueskyPeer",
    "discord": "tests.peers.discord:DiscordPeer",
    "discourse": "tests.peers.discourse:DiscoursePeer",
    "github": "tests.peers.github:GitHubPeer",
    "hackernews": "tests.peers.hackernews:HackerNewsPeer",
    "hackernews-search": "tests.peers.hackernews:HackerNewsSearchPeer",
    "jetstream": "tests.peers.jetstream:JetstreamPeer",
    "mastodon": "tests.peers.mastodon:MastodonPeer",
    "reddit": "tests.peers.reddit:RedditPeer",
    "rss": "tests.peers.rss:RssPeer",
    "stackexchange": "tests.peers.stackexchange:StackExchangePeer",
    "webhook": "tests.peers.webhook:WebhookPeer",
    "x": "tests.peers.x:XPeer",
}
"""Connector word to the class of its peer."""


class Peer(Protocol):
    """A platform with one community, to which `say` adds what somebody wrote."""

    word: str
    """The connector that reads it."""
    options: object
    """The connector's own settings for this community."""
    secrets: Mapping[str, str]
    edits: bool
    """Whether an edit can be heard of at all."""
    deletions: Deletions
    faults: tuple[str, ...]
    """Names that `fail` takes."""

    @property
    def url(self) -> str:
        """What `base_url` is set to."""
        ...

    def say(
        self, text: str, at: datetime, *, author: str = "ann", parent: str | None = None
    ) -> str:
        """Somebody writes; the platform id that the connector is to report.

        `at` is when the platform says that it was written; it may lie before what came earlier.
        """
        ...

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        """The author changes the words."""
        ...

    def delete(self, platform_id: str) -> None:
        """The author takes it away."""
        ...

    def fail(self, fault: str) -> None:
        """The next exchange fails in this way."""
        ...

    def close(self) -> None:
        """Stop serving."""
        ...


def peer(word: str) -> Peer:
    """A peer, serving."""
    module, _, name = PEERS[word].partition(":")
    return cast("Peer", getattr(import_module(module), name)())
