"""Stage 1: poll one source until nothing is left, telling how far it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from listener.connectors import Connector
from listener.match import Matcher
from listener.poll import poll_once
from listener.rejects import put_aside
from store.db import Engine


@dataclass(frozen=True, slots=True)
class Heard:
    """What a source brought: posts read, how many were new, mentions added, lines put aside."""

    posts: int
    new: int
    mentions: int
    rejects: int


def hear(
    engine: Engine,
    source: str,
    connector: Connector,
    matcher: Matcher,
    now: Callable[[], datetime],
    reject_file: Path,
    progress: Callable[[int], None] = lambda _posts: None,
) -> Heard:
    """Poll until the source is exhausted; `progress` hears of each batch's posts.

    Raises listener.connectors.ConnectorError where the source fails; what came before is kept.
    """
    posts = new = added = rejects = 0
    while True:
        polled = poll_once(engine, source, connector, matcher, now())
        put_aside(reject_file, polled.rejects)
        posts, new, added = posts + polled.posts, new + polled.new, added + polled.mentions
        rejects += len(polled.rejects)
        progress(polled.posts + len(polled.rejects))
        if polled.exhausted:
            return Heard(posts, new, added, rejects)
