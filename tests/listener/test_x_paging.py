"""The X connector's marks, pages and queries."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from listener.connectors import ConnectorError
from listener.connectors.x_options import XOptions
from listener.connectors.x_post import mark
from tests.listener.x_listening import ago, heard, listening
from tests.peers.x import XPeer


@pytest.fixture
def peer() -> Iterator[XPeer]:
    with closing(XPeer()) as served:
        yield served


def test_pages_go_on_after_a_kill_and_find_what_came_meanwhile(peer: XPeer, tmp_path: Path) -> None:
    ids = {peer.say(f"number {n}", ago(900 - n)) for n in range(250)}
    with listening(peer, tmp_path) as connector:
        first = connector.fetch(None)
    ids.add(peer.say("meanwhile", ago(1)))
    with listening(peer, tmp_path) as connector:
        rest, cursor, _ = heard(connector, first.cursor)
        more, _, _ = heard(connector, cursor)
    told = [post.platform_id for post in (*first.posts, *rest, *more)]
    assert set(told) == ids
    assert len(first.posts) == 100
    assert len(rest) == 150


def test_next_poll_asks_only_for_what_is_new(peer: XPeer, tmp_path: Path) -> None:
    for n in range(30):
        peer.say(f"number {n}", ago(4000 - n))
    new = peer.say("latest", ago(200))
    with listening(peer, tmp_path) as connector:
        _, cursor, _ = heard(connector)
        assert [post.platform_id for post in heard(connector, cursor)[0]] == [new]


def test_mark_older_than_the_window_reads_the_window_and_says_what_is_lost(
    peer: XPeer, tmp_path: Path
) -> None:
    with listening(peer, tmp_path, ahead=timedelta(days=-9)) as connector:
        start = mark(datetime.now(UTC) - timedelta(days=9))
        cursor = json.dumps({"turn": 0, "sweeps": {"laurels": [start]}})
        id_ = peer.say("after the outage", ago(60))
        # Our clock is wrong too, so that X alone knows.
        read, _, batches = heard(connector, cursor)
    assert [post.platform_id for post in read] == [id_]
    assert [told.what for batch in batches for told in batch.unread] == ["laurels"]


def test_quiet_query_does_not_fall_out_of_the_window(peer: XPeer, tmp_path: Path) -> None:
    start = mark(datetime.now(UTC) - timedelta(days=6, hours=22))
    cursor = json.dumps({"turn": 0, "sweeps": {"laurels": [start]}})
    with listening(peer, tmp_path) as connector:
        _, cursor, batches = heard(connector, cursor)
    assert json.loads(cursor)["sweeps"]["laurels"][0] > start
    assert not batches[-1].unread


@pytest.mark.parametrize("page", ["{start}:0:zz", "of another connector"])
def test_page_that_x_no_longer_takes_begins_the_sweep_again(
    peer: XPeer, tmp_path: Path, page: str
) -> None:
    ids = {peer.say(f"number {n}", ago(900 - n)) for n in range(120)}
    start = mark(datetime.now(UTC) - timedelta(days=8))
    cursor = json.dumps(
        {"turn": 0, "sweeps": {"laurels": [start, None, page.format(start=start), 1]}}
    )
    with listening(peer, tmp_path) as connector:
        read, _, _ = heard(connector, cursor)
    assert {post.platform_id for post in read} == ids


def test_searches_and_mentions_are_listings_of_one_source(peer: XPeer, tmp_path: Path) -> None:
    id_ = peer.say("hello @acme", ago(60), author="ann")
    options = XOptions(user="@acme")
    with listening(peer, tmp_path, options, searches=("laurels", "@acme")) as connector:
        assert connector.searches == ("laurels -is:retweet",)
        read, _, batches = heard(connector)
    assert len(batches) == 2
    assert {post.platform_id for post in read} == {id_}


def test_nothing_to_search_for_needs_a_person(peer: XPeer, tmp_path: Path) -> None:
    with (
        listening(peer, tmp_path, XOptions()) as connector,
        pytest.raises(ConnectorError, match=r"listener\.queries") as caught,
    ):
        connector.fetch(None)
    assert caught.value.permanent
    assert peer.asked == []


def test_x_gets_what_the_query_means_as_far_as_it_can_tell(peer: XPeer, tmp_path: Path) -> None:
    found = [
        peer.say("the Acme-Cloud is down", ago(60)),
        peer.say("Acme's cloud: slow!", ago(50)),
        peer.say("see #acmecloud, #slow", ago(40)),
    ]
    for text, author in (("acme cloud", "ann"), ("cloud of acme is down", "ann"), ("slow", "ann")):
        peer.say(text, ago(30), author=author)
    peer.say("acme cloud is down", ago(20), author="statusbot")
    query = '~"acme cloud" (down OR slow) -author:statusbot -jobs'
    with listening(peer, tmp_path, XOptions(), searches=(query,)) as connector:
        read, _, _ = heard(connector)
    assert {post.platform_id for post in read} == set(found)
    assert [one.query["query"] for one in peer.asked if "query" in one.query] == [
        '("acme cloud" OR "acme\'s cloud" OR acmecloud) (down OR slow) -from:statusbot -is:retweet'
    ]


def test_narrow_stands_behind_every_search(peer: XPeer, tmp_path: Path) -> None:
    words = " OR ".join(f"word{n}" for n in range(200))
    options = XOptions(narrow="lang:en")
    with listening(peer, tmp_path, options, searches=(words,)) as connector:
        assert len(connector.searches) == 5
        assert all(one.endswith(") -is:retweet lang:en") for one in connector.searches)
        assert all(len(one) <= 512 for one in connector.searches)


def test_mentions_are_read_and_reposts_are_not(peer: XPeer, tmp_path: Path) -> None:
    id_ = peer.say("dear @acme", ago(60), author="ann")
    own = peer.say("we are @acme", ago(50), author="acme")
    peer.repost(id_, ago(40), author="ben")
    with listening(peer, tmp_path, XOptions(user="acme")) as connector:
        told = {post.platform_id: post for post in heard(connector)[0]}
    assert set(told) == {id_, own}
    assert [told[id_].author.is_own, told[own].author.is_own] == [False, True]


def test_own_posts_are_known_after_a_restart_too(peer: XPeer, tmp_path: Path) -> None:
    both = XOptions(user="@Acme", queries=("laurels",))
    own = peer.say("we say this", ago(60), author="Acme")
    with listening(peer, tmp_path, both) as connector:
        mentions = connector.fetch(None)
    with listening(peer, tmp_path, both) as connector:
        (post,) = connector.fetch(mentions.cursor).posts
    assert (post.platform_id, post.author.is_own) == (own, True)


def test_own_account_is_looked_up_once(peer: XPeer, tmp_path: Path) -> None:
    peer.user("acme")
    for _ in range(2):
        with listening(peer, tmp_path, XOptions(user="@acme")) as connector:
            heard(connector)
    assert [request.path for request in peer.asked].count("/2/users/by/username/acme") == 1


def test_account_that_is_not_there_needs_a_person(peer: XPeer, tmp_path: Path) -> None:
    with (
        listening(peer, tmp_path, XOptions(user="@nobody")) as connector,
        pytest.raises(ConnectorError, match="no account @nobody") as caught,
    ):
        connector.fetch(None)
    assert caught.value.permanent


def test_more_mentions_than_x_shows_are_said_to_be_unread(peer: XPeer, tmp_path: Path) -> None:
    for n in range(850):
        peer.say(f"@acme {n}", ago(2000 - n))
    with listening(peer, tmp_path, XOptions(user="acme")) as connector:
        read, _, batches = heard(connector)
    assert len(read) == 800
    assert "800" in batches[-1].unread[0].reason
