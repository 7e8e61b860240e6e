"""A connector of `tests.peers.discord`, heard as its caller hears: with a cursor that it keeps."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from listener.connectors import Access, Batch, ConnectorError
from listener.connectors.discord import Discord, DiscordOptions
from store.records import Post
from tests.peers.discord import DiscordPeer

READS = DiscordOptions(message_content=True)


class Ear:
    """A connector and the cursor that its caller keeps."""

    def __init__(self, peer: DiscordPeer, folder: Path, options: DiscordOptions = READS) -> None:
        self.peer = peer
        self.folder = folder
        self.options = options
        self.cursor: str | None = None
        self.seen: list[Post] = []
        self.batches: list[Batch] = []
        self.connector = self.made()

    def made(self, **more: Any) -> Discord:
        access = Access(
            base_url=self.peer.url,
            secrets=self.peer.secrets,
            folder=self.folder,
            timeout=1.0,
            patience=0.15,
            **more,
        )
        return Discord(self.options, access)

    def restart(self) -> None:
        self.connector.close()
        self.connector = self.made()

    def fetch(self) -> Batch:
        batch = self.connector.fetch(self.cursor)
        self.cursor = batch.cursor
        self.seen += batch.posts
        self.batches.append(batch)
        return batch

    def hear(self) -> dict[str, Post]:
        """All until nothing is left, trying again after failures that pass."""
        begin = len(self.seen)
        for _ in range(60):
            try:
                if self.fetch().exhausted:
                    return {post.platform_id: post for post in self.seen[begin:]}
            except ConnectorError as error:
                if error.permanent:
                    raise
        raise AssertionError("never exhausted")

    def gone(self) -> list[str | None]:
        return [one.platform_id for batch in self.batches for one in batch.deletions]

    def unread(self) -> dict[str, str]:
        return {one.what: one.reason for batch in self.batches for one in batch.unread}


def ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


def until_true(what: Callable[[], bool]) -> None:
    for _ in range(500):
        if what():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to be")


def refusal(ear: Ear) -> ConnectorError:
    """The permanent error that fetching ends in."""
    for _ in range(10):
        try:
            ear.fetch()
        except ConnectorError as error:
            if error.permanent:
                return error
    raise AssertionError("never refused")
