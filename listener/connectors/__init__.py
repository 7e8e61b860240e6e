"""What a connector is: it reads one source from a cursor on, in batches, and never writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from store.records import Post

KINDS: Final = {"archive": "listener.connectors.archive:Archive"}
"""Connector word in `config.yaml` to the class that is it."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One item that could not be read: where it stood, why, and what stood there."""

    number: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one fetch brought; `cursor` continues after it. `exhausted`: nothing is left now."""

    posts: Sequence[Post]
    cursor: str
    rejects: Sequence[Reject] = ()
    exhausted: bool = False


class Connector(Protocol):
    """One source of posts."""

    def fetch(self, cursor: str | None) -> Batch:
        """The next batch after `cursor`, from the beginning for None.

        Raises ConnectorError when the source cannot be read.
        """
        ...

    def close(self) -> None:
        """Let go of files and sockets; a later fetch opens them again."""
        ...


class ConnectorError(Exception):
    """A source failed. `permanent` needs a person; else `retry_after` seconds may be known."""

    def __init__(
        self, message: str, *, permanent: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
