"""What tests of several connectors share: connectors closed at the end, and what they heard."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from typing import Final, Protocol, TypeVar

from listener.connectors import FREE, Access, Connector, ConnectorError, Meter
from store.records import Post

NOW: Final = datetime.now(UTC).replace(microsecond=0)
O = TypeVar("O")  # noqa: E741 - of options
O_contra = TypeVar("O_contra", contravariant=True)
C = TypeVar("C", bound=Connector)
C_co = TypeVar("C_co", bound=Connector, covariant=True)


class Connect(Protocol[O_contra, C_co]):
    """Makes a connector, at the peer unless told otherwise."""

    def __call__(
        self,
        options: O_contra | None = None,
        *,
        access: Access | None = None,
        searches: tuple[str, ...] = (),
        secrets: Mapping[str, str] | None = None,
        meter: Meter = FREE,
        url: str | None = None,
    ) -> C_co: ...


@contextmanager
def connecting(make: Callable[[O, Access], C], usual: O, peer: str) -> Iterator[Connect[O, C]]:
    """Makes connectors with the `usual` options at the address of a `peer`, closed at the end."""
    with ExitStack() as opened:

        def made(
            options: O | None = None,
            *,
            access: Access | None = None,
            searches: tuple[str, ...] = (),
            secrets: Mapping[str, str] | None = None,
            meter: Meter = FREE,
            url: str | None = None,
        ) -> C:
            access = access or Access(
                base_url=url or peer,
                searches=searches,
                secrets=secrets or {},
                meter=meter,
                timeout=1.0,
            )
            return opened.enter_context(closing(make(options or usual, access)))

        yield made


class Allowance:
    """A meter that lets so many requests through."""

    def __init__(self, requests: int) -> None:
        self.left = requests

    def spend(self, what: str, *, requests: int = 1, micro_usd: int = 0) -> None:
        """One less; none may be made that it does not know of."""
        self.left -= requests
        if self.left < 0:
            raise ConnectorError("nothing is left for today", retry_after=3600)

    def settle(self, micro_usd: int) -> None:
        """No platform that costs money is read with it."""
        raise AssertionError("it costs nothing")


def drained(made: Connector, cursor: str | None = None) -> tuple[list[Post], str]:
    """All posts until nothing is left, and the cursor then."""
    posts: list[Post] = []
    while True:
        batch = made.fetch(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if batch.exhausted:
            return posts, cursor


def ids(posts: Sequence[Post]) -> list[str]:
    """Their ids on the platform, in order."""
    return [post.platform_id for post in posts]
