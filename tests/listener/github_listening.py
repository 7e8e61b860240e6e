"""Listen to the GitHub peer: connectors that are closed at the end, and what they heard."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from typing import Protocol

from listener.connectors import Access
from listener.connectors.github import GitHub, GitHubOptions
from store.records import Post
from tests.peers.github import NAME, GitHubPeer

NOW = datetime.now(UTC).replace(microsecond=0)
ONE = GitHubOptions(repositories=(NAME,))
TOKEN = {"LAURELS_GITHUB_TOKEN": "ghp_secret"}


class Connect(Protocol):
    def __call__(
        self,
        options: GitHubOptions = ONE,
        *,
        searches: tuple[str, ...] = (),
        secrets: Mapping[str, str] | None = None,
        url: str | None = None,
    ) -> GitHub: ...


@contextmanager
def connecting(peer: GitHubPeer) -> Iterator[Connect]:
    """Makes connectors that are closed at the end."""
    with ExitStack() as opened:

        def made(
            options: GitHubOptions = ONE,
            *,
            searches: tuple[str, ...] = (),
            secrets: Mapping[str, str] | None = None,
            url: str | None = None,
        ) -> GitHub:
            access = Access(
                base_url=url or peer.url, searches=searches, secrets=secrets or {}, timeout=1.0
            )
            return opened.enter_context(closing(GitHub(options, access)))

        yield made


def drained(made: GitHub, cursor: str | None = None) -> tuple[list[Post], str]:
    posts: list[Post] = []
    while True:
        batch = made.fetch(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if batch.exhausted:
            return posts, cursor


def ids(posts: Sequence[Post]) -> list[str]:
    return [post.platform_id for post in posts]


def paths(peer: GitHubPeer) -> list[str]:
    found = [request.path.removeprefix(f"/repos/{NAME}") for request in peer.server.asked]
    peer.server.asked.clear()
    return found
