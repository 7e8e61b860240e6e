"""Trees of comments on Reddit, and a second look at known posts."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from listener.connectors import Bounds, ConnectorError
from listener.connectors.reddit import Reddit
from store.records import Post
from tests.listener.reddit_listening import Counting, ago, connector, paths
from tests.peers.http import Reply
from tests.peers.reddit import RedditPeer
from tests.posts import known


@pytest.fixture
def peer() -> Iterator[RedditPeer]:
    """Reddit, serving."""
    with closing(RedditPeer()) as served:
        yield served


def tree(peer: RedditPeer) -> dict[str, str]:
    """A question, two answers, a chain of 15 replies below the first, 30 other comments."""
    named = {"root": peer.say("question", ago(900))}
    named["one"] = peer.say("answer", ago(800), author="ben", parent=named["root"])
    named["two"] = peer.say("another", ago(700), author="cy", parent=named["root"])
    last = named["one"]
    for n in range(15):
        last = peer.say(f"deeper {n}", ago(600 - n), parent=last)
        named[f"deep {n}"] = last
    for n in range(30):
        named[f"side {n}"] = peer.say(f"side {n}", ago(500 - n), parent=named["root"])
    return named


def a_post(reddit: Reddit, id_: str) -> Post:
    """As it is heard."""
    return reddit.recheck(known(id_)).posts[0]


def test_whole_thread_is_read_with_what_is_folded_away(peer: RedditPeer) -> None:
    named = tree(peer)
    peer.shown = 5
    reddit = connector(peer)
    found = reddit.thread(a_post(reddit, named["root"]), Bounds(posts=200, depth=20, requests=5))
    assert {post.platform_id for post in found} == set(named.values())
    assert found[0].platform_id == named["root"]
    assert "api/morechildren" in paths(peer)


def test_siblings_that_are_folded_away_are_read_before_others(peer: RedditPeer) -> None:
    root = peer.say("question", ago(900))
    busy, calm = (peer.say(name, ago(800), parent=root) for name in ("busy", "calm"))
    for n in range(150):
        peer.say(f"far {n}", ago(700 - n), parent=busy)
    near = [peer.say(f"near {n}", ago(500 - n), parent=calm) for n in range(5)]
    peer.shown = 2
    reddit = connector(peer)
    found = reddit.thread(a_post(reddit, near[0]), Bounds(posts=500, depth=9, requests=2))
    assert {post.platform_id for post in found} >= {root, calm, busy, *near}
    every = reddit.thread(a_post(reddit, near[0]), Bounds(posts=500, depth=9, requests=4))
    assert len(every) == 158


def test_thread_around_a_deep_reply_begins_with_its_way_up(peer: RedditPeer) -> None:
    named = tree(peer)
    reddit = connector(peer)
    post = a_post(reddit, named["deep 14"])
    found = reddit.thread(post, Bounds(posts=18, depth=20, requests=9))
    way = [named["root"], named["one"], *(named[f"deep {n}"] for n in range(15))]
    assert [one.platform_id for one in found][:17] == way
    assert len(found) == 18


@pytest.mark.parametrize("requests", [0, 1, 2, 3])
def test_thread_asks_no_more_than_it_may(peer: RedditPeer, requests: int) -> None:
    named = tree(peer)
    peer.shown = 2
    meter = Counting()
    reddit = connector(peer, meter=meter)
    post = a_post(reddit, named["deep 14"])
    before = len(meter.spent)
    found = reddit.thread(post, Bounds(posts=200, depth=5, requests=requests))
    assert len(meter.spent) - before <= requests
    assert (not found) == (requests == 0)


def test_thread_goes_no_deeper_than_it_may(peer: RedditPeer) -> None:
    named = tree(peer)
    reddit = connector(peer)
    found = reddit.thread(a_post(reddit, named["root"]), Bounds(depth=3))
    ids = {post.platform_id for post in found}
    assert named["deep 1"] in ids
    assert named["deep 2"] not in ids


def test_thread_that_is_gone_is_empty(peer: RedditPeer) -> None:
    root = peer.say("question", ago(60))
    reddit = connector(peer)
    post = a_post(reddit, root)
    del peer.items[root]
    assert reddit.thread(post, Bounds()) == ()


def test_recheck_tells_who_stands_and_who_is_gone(peer: RedditPeer) -> None:
    kept, gone = peer.say("kept", ago(60)), peer.say("gone", ago(50))
    broken = peer.say("broken", ago(40))
    peer.delete(gone)
    peer.items[broken].more = {"created_utc": None}
    reddit = connector(peer)
    found = reddit.recheck(known(kept, gone, "t1_zzzz", "p42", broken))
    assert [post.platform_id for post in found.posts] == [kept]
    assert list(found.gone) == [gone, "t1_zzzz"]
    before = len(peer.asked)
    assert reddit.recheck(known("p42")).gone == ()
    assert len(peer.asked) == before


def test_answer_that_is_no_listing_tells_nobody_gone(peer: RedditPeer) -> None:
    peer.refused["api/info"] = Reply({"kind": "Listing", "data": {}})
    with pytest.raises(ConnectorError):
        connector(peer).recheck(known("t3_abc"))
