"""Bluesky: search, notifications, lists, threads and sessions, on its real servers."""

import json
import stat
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.connectors import Access, Batch, Bounds, ConnectorError, Meter
from listener.connectors.bluesky import Bluesky, BlueskyOptions
from listener.connectors.jetstream import Jetstream, JetstreamOptions
from listener.match import Matcher
from store.records import Kind, Post
from tests.peers.bluesky import PASSWORD, BlueskyPeer
from tests.peers.bluesky_servers import servers
from tests.peers.firehose import Bridge
from tests.peers.http import HttpServer, Reply, Request
from tests.peers.jetstream import JetstreamPeer
from tests.posts import known


@pytest.fixture
def peer() -> Iterator[BlueskyPeer]:
    """Two people on the real servers."""
    with closing(BlueskyPeer()) as served:
        yield served


def ago(seconds: float) -> datetime:
    """A moment in the near past."""
    return datetime.now(UTC) - timedelta(seconds=seconds)


def hearing(peer: BlueskyPeer, options: BlueskyOptions, **changes: Any) -> Bluesky:
    """A connector at the peer."""
    given: dict[str, Any] = {"base_url": peer.url, "timeout": 10.0} | changes
    return Bluesky(options, Access(**given))


def as_ben(peer: BlueskyPeer, folder: Path) -> dict[str, Any]:
    """What logs us in as ben."""
    name = peer.people["ben"].handle
    secrets = {"LAURELS_BLUESKY_HANDLE": "@" + name, "LAURELS_BLUESKY_APP_PASSWORD": PASSWORD}
    return {"secrets": secrets, "folder": folder}


def batches(connector: Bluesky, cursor: str | None = None) -> list[Batch]:
    """All until exhausted."""
    found = [connector.fetch(cursor)]
    while not found[-1].exhausted:
        found.append(connector.fetch(found[-1].cursor))
    return found


def heard(connector: Bluesky, cursor: str | None = None) -> dict[str, Post]:
    """All posts, by id."""
    found = batches(connector, cursor)
    return {post.platform_id: post for batch in found for post in batch.posts}


def asked(peer: BlueskyPeer, name: str) -> int:
    """How often something was asked for."""
    return sum(request.path.endswith(name) for request in peer.server.asked)


def test_search_brings_what_holds_the_word_page_by_page(peer: BlueskyPeer) -> None:
    word = f"acme{time.time_ns()}"
    ids = {peer.say(f"{word} number {n}", ago(500 - n)) for n in range(105)}
    peer.say("something else", ago(10))
    with closing(hearing(peer, BlueskyOptions(), searches=(word,))) as connector:
        found = batches(connector)
        assert {post.platform_id for batch in found for post in batch.posts} == ids
        assert len(found) >= 2
        late = peer.say(f"{word} again", ago(1))
        again = heard(connector, found[-1].cursor)
    assert late in again
    assert peer.server.asked[0].query["sort"] == "latest"
    assert peer.server.asked[0].query["since"].endswith("Z")


def test_post_is_told_with_its_author_place_and_what_hangs_below(peer: BlueskyPeer) -> None:
    ann, ben = peer.people["ann"], peer.people["ben"]
    root = peer.say("who knows?", ago(60))
    facet = {
        "index": {"byteStart": 0, "byteEnd": 4},
        "features": [{"$type": "app.bsky.richtext.facet#mention", "did": ann.did}],
    }
    card = {"uri": "https://example.org/", "title": "t", "description": "d"}
    reply = peer.post(
        {
            "$type": "app.bsky.feed.post",
            "text": "@ann this #help",
            "createdAt": "2026-11-01T10:00:00+02:00",
            "langs": ["de", "en"],
            "facets": [facet],
            "tags": ["help"],
            "embed": {"$type": "app.bsky.embed.external", "external": card},
            "reply": {"root": peer.ref(root), "parent": peer.ref(root)},
        },
        author="ben",
    )
    options = BlueskyOptions(authors=("@" + ben.handle,), history_days=10_000)
    with closing(hearing(peer, options)) as connector:
        post = heard(connector)[reply]
    key = reply.rpartition("/")[2]
    assert post == Post(
        platform="bluesky",
        platform_id=reply,
        kind=Kind.COMMENT,
        author=post.author,
        created_at=datetime(2026, 11, 1, 8, tzinfo=UTC),
        text="@ann this #help",
        thread_id=root,
        parent_id=root,
        addressed=(ann.did,),
        media=("https://example.org/",),
        score=0,
        tags=("help",),
        lang="de",
        url=f"https://bsky.app/profile/{ben.handle}/post/{key}",
    )
    assert (post.author.platform_id, post.author.handle) == (ben.did, ben.handle)


def test_author_with_the_label_of_a_bot_is_one(peer: BlueskyPeer) -> None:
    ann = peer.people["ann"]
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "bot"}]}
    profile = {"displayName": "Ann the Bot", "labels": labels}
    record = {"$type": "app.bsky.actor.profile"} | profile
    body = {"repo": ann.did, "collection": "app.bsky.actor.profile", "rkey": "self"}
    ann.call("com.atproto.repo.putRecord", body | {"record": record})
    id_ = peer.say("beep", ago(5))
    with closing(hearing(peer, peer.options)) as connector:
        author = heard(connector)[id_].author
    assert author.is_bot
    assert author.name == "Ann the Bot"


def test_what_is_said_to_us_is_heard_and_our_own_words_are_ours(
    peer: BlueskyPeer, tmp_path: Path
) -> None:
    ann, ben = peer.people["ann"], peer.people["ben"]
    ours = peer.say("we are here", ago(60), author="ben")
    reply = peer.say("so am I", ago(50), parent=ours)
    quoted = peer.post(
        {
            "$type": "app.bsky.feed.post",
            "text": "look",
            "createdAt": ago(40).isoformat(),
            "embed": {"$type": "app.bsky.embed.record", "record": peer.ref(ours)},
        }
    )
    like = {"subject": peer.ref(ours), "createdAt": ago(30).isoformat()}
    ann.create(like, "app.bsky.feed.like")
    peer.say("not to anybody", ago(20))
    with closing(hearing(peer, peer.options, **as_ben(peer, tmp_path))) as connector:
        only = hearing(peer, BlueskyOptions(), **as_ben(peer, tmp_path))
        with closing(only):
            to_us = heard(only)
        everything = heard(connector)
    assert set(to_us) == {reply, quoted}
    assert set(to_us[reply].addressed) == {ben.did, ben.handle}
    matcher = Matcher({"acme": "acme"}, [ben.handle])
    assert all(matcher.matches(post) for post in to_us.values())
    assert everything[ours].author.is_own
    assert not everything[reply].author.is_own
    assert everything[ours].score == 1


def test_session_outlives_the_process_and_is_kept_from_others(
    peer: BlueskyPeer, tmp_path: Path
) -> None:
    for _ in range(3):
        with closing(hearing(peer, BlueskyOptions(), **as_ben(peer, tmp_path))) as connector:
            batches(connector)
    assert asked(peer, "createSession") == 1
    (file,) = tmp_path.glob("bluesky-*.session")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert PASSWORD not in file.read_text()


@pytest.mark.parametrize("broken", ["a:::b:::not.a.jwt:::neither:::http://127.0.0.1:9", "", "x"])
def test_session_that_is_worth_nothing_is_made_anew(
    peer: BlueskyPeer, tmp_path: Path, broken: str
) -> None:
    given = as_ben(peer, tmp_path)
    with closing(hearing(peer, BlueskyOptions(), **given)) as connector:
        batches(connector)
    (file,) = tmp_path.glob("bluesky-*.session")
    file.write_text(broken)
    recovers(peer, given)


def recovers(peer: BlueskyPeer, given: dict[str, Any]) -> None:
    """One failure that passes at most, then all is heard."""
    with closing(hearing(peer, BlueskyOptions(), **given)) as connector:
        try:
            batches(connector)
        except ConnectorError:
            batches(connector)
    assert asked(peer, "createSession") == 2


def test_session_that_the_server_ended_is_made_anew(peer: BlueskyPeer, tmp_path: Path) -> None:
    given = as_ben(peer, tmp_path)
    with closing(hearing(peer, BlueskyOptions(), **given)) as connector:
        batches(connector)
    (file,) = tmp_path.glob("bluesky-*.session")
    handle, did, access, refresh, pds = file.read_text().split(":::")
    # The access token looks expired, and the refresh token in its place is none.
    file.write_text(":::".join((handle, did, aged(access), refresh[:-5] + "AAAAA", pds)))
    recovers(peer, given)


def aged(token: str) -> str:
    """The token as if it ended long ago."""
    from base64 import urlsafe_b64decode, urlsafe_b64encode

    head, body, signature = token.split(".")
    claims = json.loads(urlsafe_b64decode(body + "=="))
    claims["exp"] = 1_700_000_000
    body = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{head}.{body}.{signature}"


def test_wrong_password_stops_and_says_what_to_do(peer: BlueskyPeer, tmp_path: Path) -> None:
    given = as_ben(peer, tmp_path)
    given["secrets"]["LAURELS_BLUESKY_APP_PASSWORD"] = "wrong"
    with (
        closing(hearing(peer, BlueskyOptions(), **given)) as connector,
        pytest.raises(ConnectorError, match="app password") as caught,
    ):
        connector.fetch(None)
    assert caught.value.permanent
    assert "wrong" not in str(caught.value)


def test_search_refused_to_strangers_names_both_ways_out(peer: BlueskyPeer) -> None:
    peer.fail("403")
    with (
        closing(hearing(peer, BlueskyOptions(), searches=("acme",))) as connector,
        pytest.raises(ConnectorError, match="LAURELS_BLUESKY_APP_PASSWORD") as caught,
    ):
        connector.fetch(None)
    assert caught.value.permanent
    assert "jetstream" in str(caught.value)


def test_author_who_is_nobody_is_told_and_holds_up_no_other(peer: BlueskyPeer) -> None:
    id_ = peer.say("here", ago(5))
    options = BlueskyOptions(authors=("nobody.test", peer.people["ann"].handle))
    with closing(hearing(peer, options)) as connector:
        found = batches(connector)
    assert id_ in [post.platform_id for batch in found for post in batch.posts]
    (unread,) = [one for batch in found for one in batch.unread]
    assert "nobody.test" in unread.what


def test_repost_is_no_post_of_the_one_who_passes_it_on(peer: BlueskyPeer) -> None:
    id_ = peer.say("mine", ago(60))
    repost = {"subject": peer.ref(id_), "createdAt": ago(1).isoformat()}
    peer.people["ben"].create(repost, "app.bsky.feed.repost")
    last = peer.say("mine too", ago(1), author="ben")
    with closing(hearing(peer, BlueskyOptions(authors=(peer.people["ben"].handle,)))) as connector:
        assert set(heard(connector)) == {last}


def test_feed_in_any_order_is_read_to_its_end() -> None:
    name = "at://did:plc:x/app.bsky.feed.generator/hot"
    ages = [[1, 90 * 86_400], [80 * 86_400], [2]]

    def answer(request: Request) -> Reply:
        at = int(request.query.get("cursor", "0"))
        feed = [{"post": a_view(age)} for age in ages[at]]
        return Reply({"feed": feed} | ({"cursor": str(at + 1)} if at < 2 else {}))

    with (
        closing(HttpServer(answer)) as server,
        closing(Bluesky(BlueskyOptions(feeds=(name,)), Access(base_url=server.url))) as connector,
    ):
        posts = heard(connector)
        assert len(posts) == 4
        assert len(server.asked) == 3


def test_feed_that_leads_round_in_a_circle_ends() -> None:
    def answer(request: Request) -> Reply:
        at = int(request.query.get("cursor", "0"))
        return Reply({"feed": [{"post": a_view(at)}], "cursor": str(at % 30 + 1)})

    options = BlueskyOptions(feeds=("at://did:plc:x/app.bsky.feed.generator/hot",))
    with (
        closing(HttpServer(answer)) as server,
        closing(Bluesky(options, Access(base_url=server.url))) as connector,
    ):
        found = batches(connector)
        assert len(server.asked) == 31
    assert "same pages again" in found[-1].unread[0].reason


@pytest.mark.parametrize("answer", [{"posts": None}, {"posts": 1}, {}])
def test_answer_without_its_list_is_tried_again(answer: dict[str, Any]) -> None:
    with (
        closing(HttpServer(lambda _: Reply(answer))) as server,
        closing(Bluesky(BlueskyOptions(), Access(base_url=server.url, searches=("a",)))) as mine,
    ):
        for ask in (lambda: mine.fetch(None), lambda: mine.recheck(known("at://x/y/z"))):
            with pytest.raises(ConnectorError, match="posts: expected a list") as caught:
                ask()
            assert not caught.value.permanent


@pytest.mark.parametrize("odd", [None, 1, "x"])
def test_odd_post_or_reason_does_not_stop_the_others(odd: object) -> None:
    feed = [odd, {"reason": odd, "post": odd}, {"post": a_view(2)}]
    options = BlueskyOptions(authors=("x.test",))
    with (
        closing(HttpServer(lambda _: Reply({"feed": feed}))) as server,
        closing(Bluesky(options, Access(base_url=server.url))) as mine,
    ):
        assert len(heard(mine)) == 1


def a_view(age: int) -> dict[str, Any]:
    """A post so many seconds old, as a server shows it."""
    at = ago(age).isoformat()
    return {
        "uri": f"at://did:plc:x/app.bsky.feed.post/{age}",
        "author": {"did": "did:plc:x", "handle": "x.test"},
        "record": {"$type": "app.bsky.feed.post", "text": "acme", "createdAt": at},
        "indexedAt": at,
    }


def test_thread_holds_root_parents_siblings_and_replies(peer: BlueskyPeer) -> None:
    root = peer.say("root", ago(90))
    sibling = peer.say("sibling", ago(80), author="ben", parent=root)
    parent = peer.say("parent", ago(70), author="ben", parent=root)
    middle = peer.say("middle", ago(60), parent=parent)
    below = peer.say("below", ago(50), author="ben", parent=middle)
    peer.say("elsewhere", ago(40))
    with closing(hearing(peer, peer.options)) as connector:
        post = heard(connector)[middle]
        before = len(peer.server.asked)
        whole = {one.platform_id: one for one in connector.thread(post, Bounds())}
        assert len(peer.server.asked) - before == 2
        once = connector.thread(post, Bounds(requests=1))
        few = connector.thread(post, Bounds(posts=2))
    assert set(whole) == {root, sibling, parent, middle, below}
    assert whole[below].parent_id == middle
    assert {one.thread_id for one in whole.values()} == {root}
    assert {one.platform_id for one in once} == {root, parent, middle, below}
    assert [one.platform_id for one in few] == [middle, parent]


def test_thread_of_a_deleted_post_is_empty(peer: BlueskyPeer) -> None:
    root = peer.say("root", ago(90))
    with closing(hearing(peer, peer.options)) as connector:
        post = heard(connector)[root]
        peer.delete(root)
        assert list(connector.thread(post, Bounds())) == []


def test_second_look_tells_what_stands_and_what_is_gone(peer: BlueskyPeer) -> None:
    kept, gone = peer.say("kept", ago(90)), peer.say("gone", ago(80))
    peer.delete(gone)
    with closing(hearing(peer, peer.options)) as connector:
        found = connector.recheck(known(kept, gone))
    assert [post.text for post in found.posts] == ["kept"]
    assert found.gone == [gone]


def test_nothing_to_read_is_told() -> None:
    connector = Bluesky(BlueskyOptions(), Access())
    with pytest.raises(ConnectorError, match="nothing to read") as caught:
        connector.fetch(None)
    assert caught.value.permanent


class Counted(Meter):
    """Counts, and refuses after `most`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.spent: list[str] = []

    def spend(self, what: str, *, requests: int = 1, micro_usd: int = 0) -> None:
        """One more."""
        if len(self.spent) >= self.most:
            raise ConnectorError("limits.requests_per_day is used up", retry_after=60)
        self.spent.append(what)

    def settle(self, micro_usd: int) -> None:
        """Nothing costs money here."""


def test_every_request_is_counted_and_none_made_over_the_budget(
    peer: BlueskyPeer, tmp_path: Path
) -> None:
    meter = Counted(2)
    given = as_ben(peer, tmp_path)
    with closing(hearing(peer, BlueskyOptions(), meter=meter, **given)) as connector:
        batches(connector)
        assert meter.spent == ["a session", "our notifications"]
        before = len(peer.server.asked)
        with pytest.raises(ConnectorError, match="used up"):
            connector.recheck(known("at://did:plc:x/app.bsky.feed.post/y"))
    assert len(peer.server.asked) == before == 2


def test_wait_that_the_server_asks_for_is_kept(peer: BlueskyPeer) -> None:
    peer.fail("429-retry-after")
    with closing(hearing(peer, peer.options)) as connector:
        for _ in range(2):
            with pytest.raises(ConnectorError) as caught:
                connector.fetch(None)
            assert 0 < (caught.value.retry_after or 0) <= 1
    assert len(peer.server.asked) == 1


@pytest.mark.parametrize(
    "given", [{"feeds": ("whats-hot",)}, {"lists": ("x",)}, {"history_days": -1.0}]
)
def test_wrong_settings_are_told(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(given))):
        BlueskyOptions(**given)


def test_post_goes_all_the_way_from_the_firehose_through_jetstream(peer: BlueskyPeer) -> None:
    with closing(JetstreamPeer()) as stream, closing(Bridge(servers().pds, stream)):
        root = peer.say("heard by all", ago(5))
        reply = peer.say("me too", ago(1), author="ben", parent=root)
        peer.say("not this", ago(1))
        peer.delete(reply)
        access = Access(
            base_url=stream.url,
            timeout=5.0,
            patience=0.5,
            wanted=Matcher({"heard": "heard"}).matches,
        )
        options = JetstreamOptions(appview_url=peer.url)
        with closing(Jetstream(options, access)) as connector:
            posts, gone = through(connector, reply)
            thread = connector.thread(posts[root], Bounds())
    assert posts[root].author.handle == peer.people["ann"].handle
    assert (posts[reply].parent_id, posts[reply].thread_id) == (root, root)
    assert reply in gone
    assert [post.platform_id for post in thread] == [root]


def through(connector: Jetstream, last: str) -> tuple[dict[str, Post], set[str]]:
    """Posts and deletions until that of `last` is heard."""
    posts: dict[str, Post] = {}
    gone: set[str] = set()
    cursor: str | None = None
    ends = time.monotonic() + 20
    while last not in gone and time.monotonic() < ends:
        batch = connector.fetch(cursor)
        cursor = batch.cursor
        posts |= {post.platform_id: post for post in batch.posts}
        gone |= {one.platform_id for one in batch.deletions if one.platform_id}
    return posts, gone
