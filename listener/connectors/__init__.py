"""What a connector is: it reads one source from a cursor on, a page at a time, and never writes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol, cast, runtime_checkable

from store.records import Deletion, Post

KINDS: Final = {
    "archive": "listener.connectors.archive:Archive",
    "bluesky": "listener.connectors.bluesky:Bluesky",
    "discord": "listener.connectors.discord:Discord",
    "discourse": "listener.connectors.discourse:Discourse",
    "github": "listener.connectors.github:GitHub",
    "hackernews": "listener.connectors.hackernews:HackerNews",
    "jetstream": "listener.connectors.jetstream:Jetstream",
    "mastodon": "listener.connectors.mastodon:Mastodon",
    "reddit": "listener.connectors.reddit:Reddit",
    "rss": "listener.connectors.rss:Rss",
    "stackexchange": "listener.connectors.stackexchange:StackExchange",
    "webhook": "listener.connectors.webhook:Webhook",
    "x": "listener.connectors.x:X",
}
"""Connector word in `config.yaml` to the class that is it."""


class Deletions(StrEnum):
    """How a connector learns that a post was deleted on its platform."""

    EVENTS = "events"
    RECHECK = "recheck"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a platform lets a program do, and what a connector of it needs."""

    platform: str
    """The word that its posts carry."""
    search: bool = False
    """The platform finds posts by words; else all is read and matched here."""
    stream: bool = False
    """Posts are pushed; else they are asked for."""
    thread: bool = False
    """The class is a `ThreadReader`."""
    reply: bool = False
    """A program may reply there, within the platform's rules."""
    edits: bool = False
    """An edited post is heard again when it is among what is read."""
    deletions: Deletions = Deletions.NEVER
    """RECHECK: the class is a `Rechecker`."""
    needs_address: bool = False
    """There is no address of the platform's own: a source must name one in `base_url`."""
    text_limit: int | None = None
    """Characters of a reply, as the platform counts them."""
    secrets: tuple[str, ...] = ()
    """Environment variables without which it cannot listen."""
    optional_secrets: tuple[str, ...] = ()
    """Environment variables that widen what it can do."""
    micro_usd_per_post: int = 0
    """Price of reading one post, in millionths of a US dollar; for forecasts."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One item that could not be read: where it stood, why, and what stood there."""

    number: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that was left unread, e.g. one subreddit of several, and why."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one fetch brought; `cursor` continues after it. `exhausted`: nothing is left now."""

    posts: Sequence[Post]
    cursor: str
    rejects: Sequence[Reject] = ()
    exhausted: bool = False
    deletions: Sequence[Deletion] = ()
    unread: Sequence[Unread] = ()
    received: int | None = None
    """Items that the platform sent, where the connector itself dropped unwanted ones."""
    chosen: bool = False
    """The posts are what is wanted with what belongs to it; nothing more is to be dropped."""


class ConnectorError(Exception):
    """A source failed. `permanent` needs a person; else `retry_after` seconds may be known.

    The message names the thing and the way out, and holds no secret and nobody's words.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


class Meter(Protocol):
    """Counts requests and money before they are spent."""

    def spend(self, what: str, *, requests: int = 1, micro_usd: int = 0) -> None:
        """Reserve for the request that follows; call it before each one.

        `what` says what would be read, e.g. ``r/python, page 2``. `micro_usd` is the most that the
        request can cost. Raises ConnectorError where a limit would be passed: nothing was spent.
        """
        ...

    def settle(self, micro_usd: int) -> None:
        """Give back what the last request did not cost: it came to `micro_usd`."""
        ...


class _Free:
    def spend(self, what: str, *, requests: int = 1, micro_usd: int = 0) -> None:
        """Anything goes."""

    def settle(self, micro_usd: int) -> None:
        """Nothing was reserved."""


FREE: Final[Meter] = _Free()
"""Counts nothing and refuses nothing."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where, as whom and for what a connector listens, and what bounds it."""

    base_url: str | None = None
    """A proxy, a self-hosted instance or a loopback server in place of the platform's own."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """By the names in `Capabilities.secrets` and `optional_secrets`; an optional one may lack."""
    searches: tuple[str, ...] = ()
    """The brand queries that a platform's own search is asked for, as `listener.querying.searches`
    puts them; what it finds beside that is filtered later. Empty: everything is wanted."""
    wanted: Callable[[Post], bool] | None = None
    """Whether some query matches; None: every post is wanted. `poll_once` filters with it, so a
    connector needs it only where it would otherwise hold far too much, as with a firehose."""
    meter: Meter = FREE
    now: Callable[[], datetime] = _now
    folder: Path = Path(".laurels")
    """Where a connector may keep files of its own: a session, a spool."""
    timeout: float = 30.0
    """Seconds to wait for a platform's answer."""
    patience: float = 1.0
    """Seconds after which a stream that brings nothing counts as exhausted."""


class Connector(Protocol):
    """One source of posts. One fetch reads one page, so that a failure costs one page at most."""

    capabilities: ClassVar[Capabilities]

    def fetch(self, cursor: str | None) -> Batch:
        """The next batch after `cursor`, from the beginning for None.

        Raises ConnectorError when the source cannot be read; what was read before stays good. It
        never sleeps: a wait is asked for by `ConnectorError.retry_after`.
        """
        ...

    def close(self) -> None:
        """Let go of files, sockets and threads; a later fetch opens them again."""
        ...


@runtime_checkable
class Forecaster(Protocol):
    """A connector that knows what it will ask for, from its settings alone; all of KINDS do."""

    def quiet_requests(self) -> float:
        """Requests of one poll that finds nothing new, the most that is usual. It asks nobody.

        What is asked once a process or a session, such as for a token, is left out.
        """
        ...


@runtime_checkable
class Searcher(Protocol):
    """A connector that asks its platform's own search; each whose `Capabilities` say so."""

    @property
    def searches(self) -> Sequence[str]:
        """What it sends, in the platform's own syntax; none where it reads everything."""
        ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a conversation is read."""

    posts: int = 200
    depth: int = 10
    requests: int = 5


@runtime_checkable
class ThreadReader(Protocol):
    """A connector that can read the conversation around a post."""

    def thread(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        """The post's root, parents, siblings and replies, within `bounds`; the post may be there.

        Empty where the post is gone. Raises ConnectorError.
        """
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """What a second look at posts found. An id in none could not be told; it is asked again."""

    posts: Sequence[Post]
    """Those that stand, as they read now."""
    gone: Sequence[str]
    """Platform ids of those that the platform deleted or hides from us."""
    unchanged: Sequence[str] = ()
    """Platform ids of those that stand, where the platform says no more of them."""


@dataclass(frozen=True, slots=True)
class Held:
    """A post of ours to look at again: its platform id, and its link for a platform that cannot
    find it by that alone."""

    platform_id: str
    url: str | None = None
    edited_at: datetime | None = None
    """Of the words that we hold."""


@runtime_checkable
class Rechecker(Protocol):
    """A connector that can look whether posts still stand."""

    recheck_size: ClassVar[int]
    """How many posts one call takes."""

    def recheck(self, known: Sequence[Held]) -> Standing:
        """Look at posts again, at most `recheck_size`. Raises ConnectorError."""
        ...


class ConnectorKind(Protocol):
    """A connector's class: `Options` are its own keys of a source in `config.yaml`."""

    capabilities: ClassVar[Capabilities]
    Options: ClassVar[type[Any]]

    def __call__(self, options: Any, access: Access) -> Connector:
        """Make one; it connects at its first fetch."""
        ...


def kind(word: str) -> ConnectorKind:
    """The class of a connector word; raises KeyError for an unknown word."""
    module, _, name = KINDS[word].partition(":")
    return cast("ConnectorKind", getattr(import_module(module), name))
