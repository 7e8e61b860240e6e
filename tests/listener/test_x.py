"""The X connector against a platform on loopback: posts, pages, mentions, conversations."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from listener.connectors import Bounds
from listener.connectors.x_options import XOptions
from listener.connectors.x_post import mark, moment, posts
from store.records import Kind, Post
from tests.listener.x_listening import OPTIONS, ago, heard, listening
from tests.peers.x import XPeer


@pytest.fixture
def peer() -> Iterator[XPeer]:
    with closing(XPeer()) as served:
        yield served


def one(peer: XPeer, tmp_path: Path, options: XOptions = OPTIONS) -> Post:
    with listening(peer, tmp_path, options) as connector:
        (post,) = heard(connector)[0]
    return post


def test_post_is_told_whole(peer: XPeer, tmp_path: Path) -> None:
    at = ago(60)
    id_ = peer.say("#howto for @acme: a < b && c", at, author="ann")
    post = one(peer, tmp_path)
    assert (post.platform, post.platform_id, post.kind) == ("x", id_, Kind.POST)
    assert post.text == "#howto for @acme: a < b && c"
    assert (post.author.platform_id, post.author.handle) == (peer.user("ann"), "ann")
    assert (post.author.name, post.author.is_bot) == ("Ann", False)
    assert (post.thread_id, post.parent_id, post.edited_at) == (id_, None, None)
    assert post.addressed == (peer.user("acme"),)
    assert (post.score, post.accepted, post.tags, post.lang) == (42, None, ("howto",), "en")
    assert post.url == f"https://x.com/ann/status/{id_}"
    assert post.created_at == at


def test_reply_knows_its_parent_its_thread_and_whom_it_answers(peer: XPeer, tmp_path: Path) -> None:
    root = peer.say("how?", ago(90), author="ann")
    first = peer.say("like this", ago(80), author="ben", parent=root)
    second = peer.say("thanks", ago(70), author="ann", parent=first)
    with listening(peer, tmp_path) as connector:
        told = {post.platform_id: post for post in heard(connector)[0]}
    assert (told[second].parent_id, told[second].thread_id) == (first, root)
    assert told[second].kind is Kind.COMMENT
    assert told[second].addressed == (peer.user("ben"),)


def test_long_post_is_read_from_its_note(peer: XPeer, tmp_path: Path) -> None:
    text = "why & how " * 100
    peer.say(text, ago(60))
    assert one(peer, tmp_path).text == text


def test_edited_post_keeps_its_first_id(peer: XPeer, tmp_path: Path) -> None:
    id_ = peer.say("teh word", ago(60))
    with listening(peer, tmp_path) as connector:
        _, cursor, _ = heard(connector)
        edited = ago(5)
        peer.edit(id_, "the word", edited)
        (post,) = heard(connector, cursor)[0]
    assert (post.platform_id, post.text, post.edited_at) == (id_, "the word", edited)
    assert post.created_at == ago(60) or post.created_at < edited
    assert post.thread_id == id_


def test_post_without_an_author_is_put_aside_alone(peer: XPeer, tmp_path: Path) -> None:
    bad, good = peer.say("whose?", ago(60)), peer.say("mine", ago(50))
    peer.spoil(bad, "author_id")
    with listening(peer, tmp_path) as connector:
        read, _, (batch,) = heard(connector)
    assert [post.platform_id for post in read] == [good]
    (reject,) = batch.rejects
    assert "author_id" in reject.reason
    assert json.loads(reject.raw)["id"] == bad


def test_what_x_could_not_tell_is_put_aside() -> None:
    error = {
        "resource_id": "456",
        "resource_type": "tweet",
        "title": "Not Found Error",
        "detail": "Could not find tweet with id: [456].",
        "type": "https://api.x.com/2/problems/resource-not-found",
    }
    suspended = {**error, "resource_type": "user", "resource_id": "7"}
    item = {"id": "1578516068309794817", "text": "hello", "author_id": "7"}
    read, rejects = posts({"data": [item], "errors": [error, suspended]}, None)
    assert [(post.author.handle, post.url) for post in read] == [
        ("7", "https://x.com/i/status/1578516068309794817")
    ]
    assert [json.loads(reject.raw)["resource_id"] for reject in rejects] == ["456"]


@pytest.mark.parametrize(
    "item",
    [
        None,
        "text",
        {},
        {"id": "x", "text": "a", "author_id": "1"},
        {"id": "1578516068309794817", "text": None, "author_id": "1"},
        {"id": "1578516068309794817", "text": "a", "author_id": "1", "entities": [1]},
        {"id": "1578516068309794817", "text": "a", "author_id": "1", "referenced_tweets": [1]},
        {"id": "20", "text": "a", "author_id": "1"},
    ],
)
def test_what_is_no_post_is_a_reject(item: object) -> None:
    read, rejects = posts({"data": [item]}, None)
    assert (read, len(rejects)) == ([], 1)


def test_ids_hold_their_moment() -> None:
    at = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    assert moment(mark(at)) == at
    assert mark(datetime(2007, 1, 1, tzinfo=UTC)) == 0


def test_thread_is_the_whole_conversation(peer: XPeer, tmp_path: Path) -> None:
    root = peer.say("how?", ago(900), author="ann")
    ids = [peer.say(f"so {n}", ago(800 - n), author="ben", parent=root) for n in range(120)]
    peer.say("elsewhere", ago(10))
    with listening(peer, tmp_path) as connector:
        asked = next(post for post in heard(connector)[0] if post.platform_id == ids[50])
        told = connector.thread(asked, Bounds())
    assert [post.platform_id for post in told] == [root, *ids]


def test_thread_stays_within_its_bounds(peer: XPeer, tmp_path: Path) -> None:
    above = root = peer.say("how?", ago(900))
    chain = [root]
    for n in range(30):
        above = peer.say(f"so {n}", ago(800 - n), parent=above)
        chain.append(above)
    with listening(peer, tmp_path) as connector:
        post = next(post for post in heard(connector)[0] if post.platform_id == root)
        assert len(connector.thread(post, Bounds(posts=15, depth=99))) == 15
        deep = connector.thread(post, Bounds(depth=3))
        assert [found.platform_id for found in deep] == chain[:4]
        before = len(peer.asked)
        connector.thread(post, Bounds(requests=1))
        assert len(peer.asked) == before + 1


def test_thread_of_a_post_that_is_gone_is_empty(peer: XPeer, tmp_path: Path) -> None:
    root = peer.say("how?", ago(900))
    id_ = peer.say("so", ago(800), parent=root)
    with listening(peer, tmp_path) as connector:
        post = next(post for post in heard(connector)[0] if post.platform_id == id_)
        peer.delete(id_)
        assert connector.thread(post, Bounds()) == ()
