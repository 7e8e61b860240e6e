"""What is heard and how often: section `listener` of config.yaml."""

from collections import Counter
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from listener.connectors import KINDS, Bounds, kind
from listener.query import Everything, QueryError, parse
from store.records import SourceKind

_MOST: Final = 2**40


def options_of(connector: str) -> type[Any] | None:
    """The keys that a source of that connector has of its own; None for an unknown connector."""
    return kind(connector).Options if connector in KINDS else None


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """What a source may ask for and spend; None is no limit. Days and months are UTC."""

    requests_per_day: int | None = None
    requests_per_month: int | None = None
    usd_per_day: float | None = None
    usd_per_month: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a negative limit."""
        for name in ("requests_per_day", "requests_per_month", "usd_per_day", "usd_per_month"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < _MOST:
                raise ValueError(
                    f"listener.sources: limits: {name}: from 0 to below {_MOST:,}, not {value:,}"
                )


@dataclass(frozen=True, slots=True)
class ThreadSettings:
    """How much of the conversation around a mention a source reads; no posts is none."""

    posts: int = 200
    depth: int = 10
    requests: int = 5

    def __post_init__(self) -> None:
        """Raises ValueError for a negative number."""
        for name in ("posts", "depth", "requests"):
            if getattr(self, name) < 0:
                raise ValueError(
                    f"listener.sources: threads: {name}: at least 0, not {getattr(self, name)}"
                )

    @property
    def bounds(self) -> Bounds | None:
        """What a connector is told; None where no conversation is read."""
        if not (self.posts and self.requests):
            return None
        return Bounds(self.posts, self.depth, self.requests)


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One place to listen at; its name is that of its cursor, so renaming starts it anew."""

    name: str
    connector: str
    kind: SourceKind = SourceKind.SEARCH
    """search keeps what matches a query, with its thread; community keeps every post."""
    every_seconds: int = 300
    base_url: str | None = None
    """In place of the platform's own address."""
    limits: LimitSettings = field(default_factory=LimitSettings)
    threads: ThreadSettings = field(default_factory=ThreadSettings)
    options: object = field(
        default=None,
        metadata={"chosen_by": "connector", "choose": options_of, "known": tuple(KINDS)},
    )
    """The connector's own keys, as its `Options`; None takes the defaults of all."""

    def __post_init__(self) -> None:
        """Raises ValueError for an unknown connector and for what that connector lacks."""
        if not self.name.strip():
            raise ValueError("listener.sources: a source needs a name")
        if self.connector not in KINDS:
            near = get_close_matches(self.connector, KINDS, 1)
            way_out = f"did you mean {near[0]}?" if near else f"known: {', '.join(KINDS)}"
            raise ValueError(
                f"listener.sources: {self.name}: no connector is called {self.connector!r}; "
                f"{way_out}"
            )
        if self.every_seconds < 1:
            raise ValueError(
                f"listener.sources: {self.name}: every_seconds: at least 1, "
                f"not {self.every_seconds}"
            )
        if self.base_url is not None and not _is_address(self.base_url):
            raise ValueError(
                f"listener.sources: {self.name}: base_url: expected http://… or https://… "
                f"(a stream: ws://… or wss://…) without a password, not {self.base_url!r}"
            )
        if kind(self.connector).capabilities.needs_address and self.base_url is None:
            raise ValueError(
                f"listener.sources: {self.name}: base_url: which one? e.g. "
                f"https://{self.connector}.example.org"
            )
        price = kind(self.connector).capabilities.micro_usd_per_post
        limits = (self.limits.usd_per_day, self.limits.usd_per_month)
        if price and limits == (None, None) and not is_loopback(self.base_url):
            raise ValueError(
                f"listener.sources: {self.name}: reading {self.connector} costs money "
                f"(${price / 1_000_000:g} a post); set limits: {{usd_per_month: 25}} or what suits "
                "you"
            )
        if self.options is None:
            object.__setattr__(self, "options", self._own(kind(self.connector).Options))

    def _own(self, options: type[Any]) -> object:
        try:
            return options()
        except (TypeError, ValueError) as error:
            raise ValueError(f"listener.sources: {self.name}: {error}") from error


def is_loopback(address: str | None) -> bool:
    """Whether an address is on this machine: a rehearsal, which costs nothing."""
    return address is not None and urlsplit(address).hostname in ("127.0.0.1", "::1", "localhost")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    known = parts.scheme in ("http", "https", "ws", "wss")
    return known and bool(parts.hostname) and parts.password is None and port != 0


class Role(StrEnum):
    """What a query is looked for."""

    BRAND = "brand"
    """Its mentions are ours."""
    COMPETITOR = "competitor"
    """Its mentions are counted, and open no cases."""
    EXCLUDE = "exclude"
    """What it matches is no mention of the brand."""


@dataclass(frozen=True, slots=True)
class QuerySettings:
    """One query and the name that its mentions carry."""

    name: str
    query: str
    role: Role = Role.BRAND
    about: str = ""
    """What is meant, in a sentence; mentions that seem to be of something else wait apart."""

    def __post_init__(self) -> None:
        """Raises ValueError for a query that cannot be read; the message shows the place."""
        if not self.name.strip():
            raise ValueError("listener.queries: a query needs a name")
        try:
            part = parse(self.query)
        except QueryError as error:
            raise ValueError(f"listener.queries: {self.name}: {error}") from error
        if self.role is Role.EXCLUDE and isinstance(part, Everything):
            raise ValueError(
                f"listener.queries: {self.name}: this would exclude every post; name what to leave "
                "out"
            )


@dataclass(frozen=True, slots=True)
class ListenSettings:
    """The sources and the queries that are looked for in them."""

    sources: tuple[SourceSettings, ...] = ()
    queries: tuple[QuerySettings, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for a name used twice and for a search without a query."""
        for key, names in (
            ("sources", [source.name for source in self.sources]),
            ("queries", [query.name for query in self.queries]),
        ):
            twice = [name for name, times in Counter(names).items() if times > 1]
            if twice:
                raise ValueError(f"listener.{key}: two are called {twice[0]!r}")
        searches = [one.name for one in self.sources if one.kind is SourceKind.SEARCH]
        if searches and not self.queries:
            raise ValueError(
                f"listener.queries: {searches[0]} is a search and hears nothing without a query"
            )
        if searches and not self.sought:
            raise ValueError(
                f"listener.queries: {searches[0]} is a search and every query only excludes; add "
                "one of role brand or competitor"
            )

    @property
    def sought(self) -> tuple[QuerySettings, ...]:
        """The queries that make mentions."""
        return tuple(one for one in self.queries if one.role is not Role.EXCLUDE)

    @property
    def competitors(self) -> frozenset[str]:
        """The names of the queries whose mentions open no cases."""
        return frozenset(one.name for one in self.queries if one.role is Role.COMPETITOR)

    @property
    def communities(self) -> frozenset[str]:
        """The names of the sources of which every post is kept."""
        return frozenset(one.name for one in self.sources if one.kind is SourceKind.COMMUNITY)
