"""The webhook connector: a server of ours that takes posts from systems of your own."""

import errno
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final

import msgspec

from listener.connectors import (
    Access,
    Batch,
    Capabilities,
    ConnectorError,
    Deletions,
    Reject,
    Unread,
)
from listener.connectors.webhook_delivery import BadDelivery, Door, read
from listener.connectors.webhook_server import Server
from listener.connectors.webhook_signature import VARIABLE, Keys
from listener.connectors.webhook_spool import Place, Spool
from store.records import Deletion, Post

_POSTS: Final = 1_000
"""After so many posts a batch ends."""
_RAW_KEPT: Final = 20_000


@dataclass(frozen=True, slots=True)
class WebhookOptions:
    """Where deliveries are taken, and how much."""

    host: str = "127.0.0.1"
    """The address to listen at; 0.0.0.0 is every one of this machine."""
    port: int = 8766
    """A port for each source; what waits to be read is kept by it. 0 takes any that is free."""
    most_kb: int = 1024
    """A delivery may have so many kilobytes."""
    waiting_mb: int = 256
    """So much may wait to be read before senders are asked to come again later."""

    def __post_init__(self) -> None:
        """Raises ValueError for a number out of range."""
        if not self.host.strip():
            raise ValueError("host: 127.0.0.1 for this machine only, 0.0.0.0 for any")
        if not 0 <= self.port <= 65_535:
            raise ValueError(f"port: from 0 to 65535, not {self.port}")
        if not 1 <= self.most_kb <= 32 * 1024:
            raise ValueError(f"most_kb: from 1 to 32768, not {self.most_kb}")
        if self.waiting_mb * 1024 < 4 * self.most_kb:
            raise ValueError(
                f"waiting_mb: at least four times most_kb, {-(-4 * self.most_kb // 1024)}, "
                f"not {self.waiting_mb}"
            )


class Webhook:
    """Takes deliveries while the program runs, from the first fetch on, and gives them in order.

    A post keeps the platform that its sender names. `base_url` is where senders reach us; it
    changes nothing here.
    """

    Options = WebhookOptions
    capabilities: ClassVar[Capabilities] = Capabilities(
        platform="webhook",
        stream=True,
        edits=True,
        deletions=Deletions.EVENTS,
        secrets=(VARIABLE,),
    )

    def __init__(self, options: WebhookOptions, access: Access) -> None:
        self._options = options
        self._access = access
        self._spool = Spool(
            access.folder / f"webhook-{options.port}", most=options.waiting_mb * 2**20
        )
        self._door: Door | None = None
        self._server: Server | None = None

    @property
    def port(self) -> int | None:
        """Where it listens, None while it does not."""
        return None if self._server is None else self._server.port

    def fetch(self, cursor: str | None) -> Batch:
        """What was delivered after `cursor`; waits a moment for the next where there is none."""
        try:
            self._listen()
            place = self._spool.entered(_place(cursor))
            self._spool.passed(place)
            self._spool.wait(place, self._access.patience)
            gathered = _Gathered(place)
            all(gathered.take(line, after) for line, after in self._spool.lines(place))
            return gathered.batch(() if self._door is None else self._door.unread())
        except OSError as error:
            raise ConnectorError(f"webhook: what was delivered cannot be read: {error}") from error

    def quiet_requests(self) -> float:
        """None: others ask us."""
        return 0.0

    def close(self) -> None:
        """Stop listening; what was taken stays until it is read."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._spool.close()

    def _listen(self) -> None:
        """Take deliveries, unless another process does it for the same spool."""
        if self._server is not None:
            return
        try:
            keys = Keys(self._access.secrets.get(VARIABLE, ""))
        except ValueError as error:
            raise ConnectorError(f"webhook: {error}", permanent=True) from None
        try:
            if not self._spool.open():
                return
        except OSError as error:
            raise ConnectorError(
                f"webhook: {error.filename}: cannot be written ({error.strerror}); deliveries are "
                "kept there, so give this program the right to",
                permanent=True,
            ) from error
        self._door = Door(keys, self._spool)
        try:
            self._server = Server(
                self._options.host,
                self._options.port,
                self._door.take,
                largest=self._options.most_kb * 1024,
            )
        except OSError as error:
            self._spool.close()
            raise ConnectorError(
                f"webhook: cannot listen at {self._options.host} port {self._options.port}: "
                f"{_way_out(error)}",
                permanent=True,
            ) from error


class _Gathered:
    """What a batch will hold, delivery by delivery."""

    def __init__(self, place: Place) -> None:
        self._reached = place
        self._posts: list[Post] = []
        self._deletions: list[Deletion] = []
        self._rejects: list[Reject] = []

    def take(self, line: bytes, after: Place) -> bool:
        """Take a delivery in; false where the batch is to end, before it or with it."""
        try:
            posts, deletions = _items(line)
        except (BadDelivery, ValueError, KeyError, TypeError) as error:
            raw = line[:_RAW_KEPT].decode("utf-8", "replace")
            self._rejects.append(Reject(after.at, f"damaged in the spool: {error}", raw))
        else:
            gone = {(one.platform, one.platform_id) for one in self._deletions}
            if gone and any((one.platform, one.platform_id) in gone for one in posts):
                # Of a batch the posts are kept first; these came after the deletion.
                return False
            self._posts += posts
            self._deletions += deletions
        self._reached = after
        return len(self._posts) < _POSTS

    def batch(self, unread: Sequence[Unread]) -> Batch:
        """The batch; one that holds nothing is the last."""
        return Batch(
            self._posts,
            msgspec.json.encode(self._reached).decode(),
            self._rejects,
            exhausted=not (self._posts or self._deletions or self._rejects),
            deletions=self._deletions,
            unread=unread,
        )


def _items(line: bytes) -> tuple[tuple[Post, ...], tuple[Deletion, ...]]:
    delivery = json.loads(line)
    taken = read(delivery["body"])
    at = datetime.fromtimestamp(delivery["at"], UTC)
    gone = tuple(Deletion(name, at, "event", platform_id=id_) for name, id_ in taken.gone)
    return taken.posts, gone


def _place(cursor: str | None) -> Place:
    try:
        return msgspec.json.decode(cursor or "{}", type=Place)
    except msgspec.MsgspecError:
        return Place()


def _way_out(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "another program listens there; stop that one or set another port"
        case errno.EACCES:
            return "this program may not; set a port above 1023"
        case _:
            return f"{error.strerror or error}; set host to an address of this machine"
