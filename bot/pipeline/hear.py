"""Stage 1: poll one source until nothing is left, telling how far it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from listener.connectors import Connector, Unread
from listener.match import Matcher
from listener.poll import Polled, poll_once
from listener.rejects import put_aside
from store.db import Engine
from store.records import Post


@dataclass(slots=True)
class Heard:
    """What a source brought so far; see `listener.poll.Polled` for each poll's part."""

    received: int = 0
    posts: int = 0
    new: int = 0
    mentions: int = 0
    rejects: int = 0
    deleted: int = 0
    unread: tuple[Unread, ...] = ()

    def add(self, polled: Polled) -> None:
        """Count one poll more."""
        self.received += polled.received
        self.posts += polled.posts
        self.new += polled.new
        self.mentions += polled.mentions
        self.rejects += len(polled.rejects)
        self.deleted += polled.deleted
        self.unread += polled.unread


def hear(
    engine: Engine,
    source: str,
    connector: Connector,
    matcher: Matcher,
    now: Callable[[], datetime],
    reject_file: Path,
    progress: Callable[[Heard], None] = lambda _heard: None,
    *,
    wanted: Callable[[Post], bool] | None = None,
    every: float = 300,
    heard: Heard | None = None,
) -> Heard:
    """Poll until the source is exhausted; `progress` hears the sum after each batch.

    With `heard`, it is counted into that, which then also holds what came before a failure.

    Raises listener.connectors.ConnectorError where the source fails; what came before is kept.
    """
    heard = Heard() if heard is None else heard
    aside = partial(put_aside, reject_file)
    while True:
        polled = poll_once(
            engine, source, connector, matcher, now(), wanted=wanted, every=every, aside=aside
        )
        heard.add(polled)
        progress(heard)
        if polled.exhausted:
            return heard
