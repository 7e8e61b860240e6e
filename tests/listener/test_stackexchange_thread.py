"""Stack Exchange: the conversation around a post, within its bounds."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from listener.connectors import Bounds
from tests.listener.listening import NOW, drained, ids
from tests.listener.stackexchange_listening import Connect, connecting, one_of
from tests.peers.stackexchange import StackExchangePeer
from tests.posts import known


@pytest.fixture
def peer() -> Iterator[StackExchangePeer]:
    with closing(StackExchangePeer()) as served:
        yield served


@pytest.fixture
def connector(peer: StackExchangePeer) -> Iterator[Connect]:
    """Makes connectors that are closed at the end."""
    with connecting(peer) as made:
        yield made


def test_thread_is_read_in_one_request(peer: StackExchangePeer, connector: Connect) -> None:
    question = peer.say("how?", NOW)
    answer = peer.say("so", NOW, parent=question)
    comment = peer.comment("thanks", NOW, on=answer)
    made = connector()
    posts, _ = drained(made)
    asked = len(peer.server.asked)
    assert ids(made.thread(posts[-1], Bounds())) == [question, answer, comment]
    assert len(peer.server.asked) == asked + 1
    assert len(made.thread(posts[-1], Bounds(posts=2))) == 2
    peer.delete(question)
    assert made.thread(posts[-1], Bounds()) == ()


def crowded(peer: StackExchangePeer) -> tuple[str, str]:
    """A question with many answers; it, and a comment on the last of them."""
    question = peer.say("how?", NOW)
    answers = [peer.say(f"so {n}", NOW, parent=question) for n in range(20)]
    return question, peer.comment("thanks", NOW, on=answers[-1])


@pytest.mark.parametrize("most", [1, 2, 3, 7])
def test_thread_keeps_what_was_asked_for_within_its_bounds(
    peer: StackExchangePeer, connector: Connect, most: int
) -> None:
    question, comment = crowded(peer)
    made = connector()
    asked = one_of(drained(made)[0], comment)
    found = made.thread(asked, Bounds(posts=most))
    assert len(found) == max(2, most)
    assert {question, comment} <= set(ids(found))
    assert most < 3 or asked.parent_id in ids(found)
    assert ids(made.thread(asked, Bounds(depth=0))) == [question, comment]


@pytest.mark.parametrize(("requests", "made_by_then"), [(0, 0), (1, 1), (2, 2), (5, 2)])
def test_thread_makes_no_more_requests_than_it_may(
    peer: StackExchangePeer, connector: Connect, requests: int, made_by_then: int
) -> None:
    question, comment = crowded(peer)
    made = connector()
    asked = one_of(drained(made)[0], comment)
    peer.silent = True
    before = len(peer.server.asked)
    found = made.thread(asked, Bounds(requests=requests))
    assert len(peer.server.asked) == before + made_by_then
    assert all(post.text for post in found)
    assert (question in ids(found)) == (requests > 0)
    assert comment in ids(found)


def test_thread_that_has_to_wait_tells_what_it_saw(
    peer: StackExchangePeer, connector: Connect
) -> None:
    question, comment = crowded(peer)
    made = connector()
    asked = one_of(drained(made)[0], comment)
    peer.silent, peer.backoff = True, 10
    made.recheck(known(comment))
    found = ids(made.thread(asked, Bounds()))
    assert len(found) == 22
    assert {question, comment} <= set(found)
