"""Listen to the Stack Exchange peer: connectors that are closed at the end."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from listener.connectors.stackexchange import StackExchange, StackExchangeOptions
from store.records import Post
from tests.listener import listening
from tests.peers.stackexchange import StackExchangePeer

Connect = listening.Connect[StackExchangeOptions, StackExchange]


def connecting(peer: StackExchangePeer) -> AbstractContextManager[Connect]:
    """Makes connectors that are closed at the end; they read all of the one site."""
    return listening.connecting(StackExchange, StackExchangeOptions(), peer.url)


def one_of(posts: Sequence[Post], platform_id: str) -> Post:
    """The post of that id."""
    return next(post for post in posts if post.platform_id == platform_id)
