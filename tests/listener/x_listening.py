"""What the tests of the X connector share: one at a peer, and a meter that remembers."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from listener.connectors import Access, Batch, ConnectorError, Meter
from listener.connectors.x import X
from listener.connectors.x_options import XOptions, XRecheck
from store.records import Post
from tests.peers.x import XPeer

OPTIONS: Final = XOptions(queries=("laurels",))
LOOKUP: Final = replace(OPTIONS, recheck=XRecheck.LOOKUP)


class Purse:
    """A meter that remembers; `limit` in millionths of a dollar."""

    def __init__(self, limit: int | None = None) -> None:
        self.spent = 0
        self.asked: list[str] = []
        self._limit = limit
        self._reserved = 0

    def spend(self, what: str, *, requests: int = 1, micro_usd: int = 0) -> None:
        if self._limit is not None and self.spent + micro_usd > self._limit:
            raise ConnectorError(f"{what} is not read", retry_after=3600)
        self.asked.append(what)
        self._reserved = micro_usd
        self.spent += micro_usd

    def settle(self, micro_usd: int) -> None:
        self.spent += micro_usd - self._reserved
        self._reserved = micro_usd


class Failing(Purse):
    """Makes the nth request fail."""

    def __init__(self, peer: XPeer, nth: int) -> None:
        super().__init__()
        self._peer = peer
        self._nth = nth

    def spend(self, what: str, *, requests: int = 1, micro_usd: int = 0) -> None:
        super().spend(what, requests=requests, micro_usd=micro_usd)
        if len(self.asked) == self._nth:
            self._peer.fail("500")


@contextmanager
def listening(
    peer: XPeer,
    folder: Path,
    options: XOptions = OPTIONS,
    *,
    meter: Meter | None = None,
    ahead: timedelta = timedelta(),
    searches: tuple[str, ...] = (),
) -> Iterator[X]:
    access = Access(
        base_url=peer.url,
        secrets=peer.secrets,
        searches=searches,
        folder=folder,
        timeout=2.0,
        meter=meter or Purse(),
        now=lambda: datetime.now(UTC) + ahead,
    )
    with closing(X(options, access)) as made:
        yield made


def ago(seconds: float) -> datetime:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).replace(microsecond=0)


def heard(connector: X, cursor: str | None = None) -> tuple[list[Post], str, list[Batch]]:
    """Everything until exhausted."""
    batches: list[Batch] = []
    while not batches or not batches[-1].exhausted:
        batches.append(connector.fetch(cursor))
        cursor = batches[-1].cursor
    return [post for batch in batches for post in batch.posts], batches[-1].cursor, batches
