"""Listen to the GitHub peer: connectors that are closed at the end, and what was asked of it."""

from contextlib import AbstractContextManager
from typing import Final

from listener.connectors.github import GitHub, GitHubOptions
from tests.listener import listening
from tests.peers.github import NAME, GitHubPeer

ONE: Final = GitHubOptions(repositories=(NAME,))
TOKEN: Final = {"LAURELS_GITHUB_TOKEN": "ghp_secret"}
Connect = listening.Connect[GitHubOptions, GitHub]


def connecting(peer: GitHubPeer) -> AbstractContextManager[Connect]:
    """Makes connectors that are closed at the end; they read the one repository."""
    return listening.connecting(GitHub, ONE, peer.url)


def paths(peer: GitHubPeer) -> list[str]:
    found = [request.path.removeprefix(f"/repos/{NAME}") for request in peer.server.asked]
    peer.server.asked.clear()
    return found
