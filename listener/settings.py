"""What is heard and how often: section `listener` of config.yaml."""

from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from listener.connectors import KINDS
from listener.query import QueryError, parse
from store.records import SourceKind


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One place to listen at; its name is that of its cursor, so renaming starts it anew."""

    name: str
    connector: str
    kind: SourceKind = SourceKind.SEARCH
    """search keeps what matches a query, with its thread; community keeps every post."""
    every_seconds: int = 300
    path: Path | None = None
    """The file of an archive."""

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
        if self.connector == "archive" and self.path is None:
            raise ValueError(f"listener.sources: {self.name}: an archive needs a path")


@dataclass(frozen=True, slots=True)
class QuerySettings:
    """One brand query and the name that its mentions carry."""

    name: str
    query: str

    def __post_init__(self) -> None:
        """Raises ValueError for a query that cannot be read; the message shows the place."""
        if not self.name.strip():
            raise ValueError("listener.queries: a query needs a name")
        try:
            parse(self.query)
        except QueryError as error:
            raise ValueError(f"listener.queries: {self.name}: {error}") from error


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
