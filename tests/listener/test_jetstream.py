"""Jetstream: both protocols, what is packed, what is kept of the stream, and where it goes on."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.connectors import Access, Batch, Bounds, ConnectorError, Meter
from listener.connectors.jetstream import Jetstream, JetstreamOptions
from listener.connectors.jetstream_line import Protocol
from listener.connectors.jetstream_reader import LARGEST_BATCH
from listener.match import Matcher
from store.records import Kind, Post
from tests.peers.http import HttpServer, Reply
from tests.peers.jetstream import JetstreamPeer, dictionary, did_of
from tests.posts import a_post

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@contextmanager
def hearing(
    peer: JetstreamPeer, options: JetstreamOptions | None = None, **changes: Any
) -> Iterator[Jetstream]:
    """The peer's stream, heard."""
    given: dict[str, Any] = {"base_url": peer.url, "timeout": 2.0, "patience": 0.2} | changes
    made = Jetstream(options or peer.options, Access(**given))
    with closing(peer), closing(made):
        yield made


def heard(connector: Jetstream, cursor: str | None = None) -> list[Post]:
    """All posts until the stream is exhausted."""
    return [post for batch in batches(connector, cursor) for post in batch.posts]


def batches(connector: Jetstream, cursor: str | None = None) -> list[Batch]:
    """All batches until the stream is exhausted."""
    found = [connector.fetch(cursor)]
    while not found[-1].exhausted:
        found.append(connector.fetch(found[-1].cursor))
    return found


WAYS = {
    "v1 plain": (Protocol.V1, (Protocol.V1,), False, False),
    "v1 deflate": (Protocol.V1, (Protocol.V1,), True, False),
    "v1 zstd": (Protocol.V1, (Protocol.V1,), True, True),
    "v2 plain": (Protocol.V2, (Protocol.V2,), False, False),
    "v2 zstd": (Protocol.V2, (Protocol.V2,), True, False),
    "auto finds v2": (Protocol.AUTO, (Protocol.V1, Protocol.V2), True, False),
    "auto finds v1": (Protocol.AUTO, (Protocol.V1,), True, False),
}


@pytest.mark.parametrize("way", WAYS)
def test_post_is_heard_by_every_protocol_and_compression(way: str, tmp_path: Path) -> None:
    protocol, speaks, compress, has_file = WAYS[way]
    file = tmp_path / "zstd_dictionary"
    file.write_bytes(dictionary())
    options = JetstreamOptions(
        protocol=protocol, compress=compress, zstd_dictionary=file if has_file else None
    )
    peer = JetstreamPeer(speaks=speaks)
    root = peer.say("grüße 🎉", NOON)
    reply = peer.say("danke", NOON, author="ben", parent=root)
    with hearing(peer, options) as connector:
        first, second = heard(connector)
    assert (first.platform_id, first.text, first.kind) == (root, "grüße 🎉", Kind.POST)
    assert (first.created_at, first.lang, first.thread_id) == (NOON, "en", root)
    assert (second.platform_id, second.kind) == (reply, Kind.COMMENT)
    assert (second.parent_id, second.thread_id) == (root, root)
    asked = peer.asked[-1]
    assert ("zstdDictionary=77" in asked) == (way in ("v2 zstd", "auto finds v2"))
    assert ("compress=true" in asked) == (way == "v1 zstd")


def test_zstd_sends_less() -> None:
    sent = {}
    for compress in (False, True):
        peer = JetstreamPeer(Protocol.V2)
        for n in range(50):
            peer.say(f"number {n}", NOON)
        with hearing(peer, JetstreamOptions(compress=compress)) as connector:
            assert len(heard(connector)) == 50
        sent[compress] = peer.sent_bytes
    assert sent[True] < sent[False] / 2


@pytest.mark.parametrize("served", [b"", b"no dictionary at all"])
def test_server_without_a_dictionary_is_heard_plainly(served: bytes) -> None:
    peer = JetstreamPeer(Protocol.V2)
    peer.dictionary = served
    peer.say("hello", NOON)
    with hearing(peer) as connector:
        assert [post.text for post in heard(connector)] == ["hello"]


def test_dictionary_that_was_changed_meanwhile_stops_nothing() -> None:
    peer = JetstreamPeer(Protocol.V2)
    old = bytearray(dictionary())
    old[4:8] = (99).to_bytes(4, "little")
    peer.dictionary = bytes(old)
    peer.say("hello", NOON)
    with hearing(peer) as connector:
        assert [post.text for post in heard(connector)] == ["hello"]
    assert "zstdDictionary" not in peer.asked[-1]


def test_unwanted_posts_are_counted_and_left_out() -> None:
    peer = JetstreamPeer()
    asked = peer.say("does acme work?", NOON)
    peer.say("lunch", NOON)
    answer = peer.say("it does for me", NOON, author="ben", parent=asked)
    below = peer.say("great", NOON, parent=answer)
    with hearing(peer, wanted=Matcher({"acme": "acme"}).matches) as connector:
        found = batches(connector)
    posts = [post.platform_id for batch in found for post in batch.posts]
    assert posts == [asked, answer, below]
    assert sum(batch.received or 0 for batch in found) == 4


def test_edit_is_handed_on_even_where_no_query_matches_it() -> None:
    peer = JetstreamPeer()
    id_ = peer.say("acme is bad", NOON)
    peer.edit(id_, "never mind", NOON)
    with hearing(peer, wanted=Matcher({"acme": "acme"}).matches) as connector:
        first, second = heard(connector)
    assert first.edited_at is None
    assert (second.platform_id, second.text) == (id_, "never mind")
    assert second.edited_at is not None


def test_deleted_and_taken_down_are_told() -> None:
    peer = JetstreamPeer()
    id_ = peer.say("regretted", NOON)
    peer.delete(id_)
    for author, status in (("ann", "deactivated"), ("ben", "takendown"), ("cat", "deleted")):
        peer.account(author, status)
    peer.account("ann", None)
    with hearing(peer) as connector:
        found = batches(connector)
    gone = [one for batch in found for one in batch.deletions]
    others = 3  # the post itself, and two accounts that are not gone
    assert sum(batch.received or 0 for batch in found) == others
    assert [one.platform_id for one in gone] == [id_, None, None]
    assert [one.author_id for one in gone] == [None, did_of("ben"), did_of("cat")]
    assert {(one.platform, one.rule) for one in gone} == {("bluesky", "event")}


def test_author_goes_by_the_did_until_the_network_tells_a_handle() -> None:
    peer = JetstreamPeer()
    peer.say("who am I", NOON)
    peer.name("ann", "ann.example.org")
    named = peer.say("now you know", NOON)
    with hearing(peer) as connector:
        first, second = heard(connector)
    assert first.author.handle == first.author.platform_id == did_of("ann")
    assert second.author.handle == "ann.example.org"
    key = named.rpartition("/")[2]
    assert second.url == f"https://bsky.app/profile/ann.example.org/post/{key}"


def blob(link: str) -> dict[str, Any]:
    """A file, as https://atproto.com/specs/data-model#blob-type writes it."""
    return {"$type": "blob", "ref": {"$link": link}, "mimeType": "image/jpeg", "size": 760898}


def mention(did: str) -> dict[str, Any]:
    """A mention, as https://docs.bsky.app/docs/advanced-guides/post-richtext writes it."""
    return {
        "index": {"byteStart": 5, "byteEnd": 12},
        "features": [{"$type": "app.bsky.richtext.facet#mention", "did": did}],
    }


EMBEDS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "images": (
        {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": blob("bafkrei1")}]},
        (f"https://cdn.bsky.app/img/feed_fullsize/plain/{did_of('ann')}/bafkrei1",),
    ),
    "video": (
        {"$type": "app.bsky.embed.video", "video": blob("bafkrei2")},
        (f"https://video.bsky.app/watch/{did_of('ann')}/bafkrei2/playlist.m3u8",),
    ),
    "external": (
        {
            "$type": "app.bsky.embed.external",
            "external": {"uri": "https://bsky.app", "title": "Bluesky", "description": ""},
        },
        ("https://bsky.app",),
    ),
    "quote": (
        {"$type": "app.bsky.embed.record", "record": {"uri": "at://did:plc:x/y/z", "cid": "b"}},
        (),
    ),
    "quote with image": (
        {
            "$type": "app.bsky.embed.recordWithMedia",
            "record": {"record": {"uri": "at://did:plc:x/y/z", "cid": "b"}},
            "media": {"$type": "app.bsky.embed.external", "external": {"uri": "https://a.example"}},
        },
        ("https://a.example",),
    ),
}


@pytest.mark.parametrize("embed", EMBEDS)
def test_what_hangs_below_a_text_is_its_media(embed: str) -> None:
    peer = JetstreamPeer()
    raw, expected = EMBEDS[embed]
    peer.post({"$type": "app.bsky.feed.post", "text": "", "createdAt": "x", "embed": raw})
    with hearing(peer) as connector:
        (post,) = heard(connector)
    assert post.media == expected


def test_mentions_hashtags_and_the_label_of_a_bot_are_read() -> None:
    peer = JetstreamPeer()
    tag = {"$type": "app.bsky.richtext.facet#tag", "tag": "python"}
    facets = [mention("did:plc:b"), mention("did:plc:c"), mention("did:plc:b")]
    peer.post(
        {
            "text": "hey @b and @c #python",
            "createdAt": "2024-09-09T19:46:02.102Z",
            "facets": [*facets, {"index": {}, "features": [tag]}],
            "tags": ["python", "help"],
            "labels": {
                "$type": "com.atproto.label.defs#selfLabels",
                "values": [{"val": "bot"}],
            },
        }
    )
    with hearing(peer) as connector:
        (post,) = heard(connector)
    assert post.addressed == ("did:plc:b", "did:plc:c")
    assert post.tags == ("python", "help")
    assert post.author.is_bot


@pytest.mark.parametrize(
    ("claim", "kept"),
    [
        ("2019-01-02T03:04:05Z", datetime(2019, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2019-01-02T05:04:05.000+02:00", datetime(2019, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2999-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_claimed_date_is_believed_unless_it_cannot_be(
    claim: str | None, kept: datetime | None
) -> None:
    peer = JetstreamPeer()
    peer.post({"text": "when?"} | ({} if claim is None else {"createdAt": claim}))
    with hearing(peer) as connector:
        (post,) = heard(connector)
    if kept is not None:
        assert post.created_at == kept
    else:
        assert abs(post.created_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_record_that_is_none_is_put_aside_and_the_rest_heard() -> None:
    peer = JetstreamPeer()
    peer.post({"createdAt": "2024-09-09T19:46:02.102Z"})
    peer.post({"text": 5})
    peer.say("fine", NOON)
    with hearing(peer) as connector:
        found = batches(connector)
    rejects = [one for batch in found for one in batch.rejects]
    assert [post.text for batch in found for post in batch.posts] == ["fine"]
    assert len(rejects) == 2
    assert json.loads(rejects[1].raw) == {"text": 5}


def test_frame_that_stays_broken_is_put_aside_after_a_second_look() -> None:
    peer = JetstreamPeer()
    ids = []
    for n in range(3):
        ids.append(peer.say(f"number {n}", NOON))
        peer.garble('{"did": "did:plc:' + str(n))
    ids.append(peer.say("the last", NOON))
    with hearing(peer) as connector:
        found = batches(connector)
    assert {post.platform_id for batch in found for post in batch.posts} == set(ids)
    assert {one.raw for batch in found for one in batch.rejects} == {
        '{"did": "did:plc:' + str(n) for n in range(3)
    }


def test_batch_that_was_not_kept_is_brought_again() -> None:
    peer = JetstreamPeer()
    ids = [peer.say(f"number {n}", NOON) for n in range(3)]
    with hearing(peer) as connector:
        first = connector.fetch(None)
        assert [post.platform_id for post in first.posts] == ids
        again = connector.fetch(None)
    assert [post.platform_id for post in again.posts] == ids


def test_next_fetch_brings_only_what_is_new() -> None:
    peer = JetstreamPeer()
    peer.say("one", NOON)
    with hearing(peer) as connector:
        cursor = connector.fetch(None).cursor
        new = peer.say("two", NOON)
        assert [post.platform_id for post in heard(connector, cursor)] == [new]


def test_crowd_comes_in_batches_and_in_order_while_the_server_waits() -> None:
    peer = JetstreamPeer()
    ids = [peer.say(f"number {n}", NOON) for n in range(3 * LARGEST_BATCH + 7)]
    with hearing(peer) as connector:
        connector.fetch(None)
        time.sleep(0.3)
        reader = connector._reader
        assert reader is not None
        assert len(reader._gathered.posts) == LARGEST_BATCH
        found = batches(connector)
    assert [post.platform_id for batch in found for post in batch.posts] == ids
    assert max(len(batch.posts) for batch in found) == LARGEST_BATCH


def test_connection_that_went_deaf_is_noticed_and_made_anew() -> None:
    peer = JetstreamPeer()
    peer.answers_pings = False
    with hearing(peer, timeout=0.3) as connector:
        connector.fetch(None)
        until(lambda: len(peer.asked) >= 2)
        peer.answers_pings = True
        new = peer.say("still there?", NOON)
        assert new in [post.platform_id for post in heard(connector)]


def until(holds: Callable[[], bool]) -> None:
    """Wait until that is so."""
    ends = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_what_the_server_kept_no_longer_is_told() -> None:
    peer = JetstreamPeer()
    peer.say("today", NOON)
    old = json.dumps({"time_us": time.time_ns() // 1000 - 2 * 86_400_000_000})
    with hearing(peer) as connector:
        found = batches(connector, old)
        (unread,) = [one for batch in found for one in batch.unread]
        peer.say("now", NOON)
        peer.fail("reset")
        assert not [one for batch in batches(connector, found[-1].cursor) for one in batch.unread]
    assert "UTC" in unread.what


def test_address_with_the_path_of_v1_is_understood() -> None:
    peer = JetstreamPeer()
    peer.say("hello", NOON)
    with hearing(peer, base_url=peer.url + "/subscribe") as connector:
        assert [post.text for post in heard(connector)] == ["hello"]


@pytest.mark.parametrize("path", ["", "/proxy", "/subscribe"])
def test_conversations_are_asked_of_the_server_that_takes_the_place_of_all(path: str) -> None:
    with closing(HttpServer(lambda _: Reply({"error": "NotFound"}, 404))) as server:
        made = Jetstream(
            JetstreamOptions(), Access(base_url=server.url.replace("http", "ws") + path)
        )
        with closing(made):
            assert made.thread(a_post("at://did:plc:x/app.bsky.feed.post/1"), Bounds()) == ()
        prefix = path.removesuffix("/subscribe")
        assert [one.path for one in server.asked] == [f"{prefix}/xrpc/app.bsky.feed.getPostThread"]


def test_only_the_named_accounts_are_heard() -> None:
    for protocol in (Protocol.V1, Protocol.V2):
        peer = JetstreamPeer()
        peer.say("not me", NOON)
        mine = peer.say("me", NOON, author="ben")
        options = JetstreamOptions(protocol=protocol, dids=(did_of("ben"),))
        with hearing(peer, options) as connector:
            assert [post.platform_id for post in heard(connector)] == [mine]


def test_first_reading_begins_as_far_back_as_is_set() -> None:
    peer = JetstreamPeer()
    peer.say("before", NOON)
    with hearing(peer, JetstreamOptions(history_hours=0)) as connector:
        batches(connector)
        cursor = int(peer.asked[-1].partition("cursor=")[2].partition("&")[0])
    assert abs(cursor - time.time_ns() // 1000) < 60e6


@pytest.mark.parametrize(
    ("status", "hint"), [("401", "public"), ("404", "base_url"), ("400", "v1")]
)
def test_refusal_that_stays_is_permanent(status: str, hint: str) -> None:
    peer = JetstreamPeer(Protocol.V1)
    peer.fail(status)
    with hearing(peer) as connector:
        with pytest.raises(ConnectorError, match=hint) as caught:
            connector.fetch(None)
        assert caught.value.permanent
        peer.say("after all", NOON)
        assert [post.text for post in heard(connector)] == ["after all"]


def test_wait_that_the_server_asks_for_is_kept() -> None:
    peer = JetstreamPeer()
    peer.fail("429-retry-after")
    with hearing(peer) as connector:
        with pytest.raises(ConnectorError) as caught:
            connector.fetch(None)
        assert caught.value.retry_after == 1.0
        asked = len(peer.asked)
        with pytest.raises(ConnectorError, match="no connection yet") as caught:
            connector.fetch(None)
        assert 0 < (caught.value.retry_after or 0) <= 1
        assert len(peer.asked) == asked


def test_server_that_was_down_for_long_is_tried_when_somebody_wants_to_hear() -> None:
    peer = JetstreamPeer()
    id_ = peer.say("at last", NOON)
    for _ in range(8):
        peer.fail("500")
    with hearing(peer) as connector:
        for _ in range(8):
            with pytest.raises(ConnectorError, match="500"):
                connector.fetch(None)
        assert [post.platform_id for post in heard(connector)] == [id_]


def test_nobody_there_is_said_and_passes() -> None:
    peer = JetstreamPeer()
    url = peer.url
    peer.close()
    with closing(Jetstream(JetstreamOptions(), Access(base_url=url, timeout=1.0))) as connector:
        with pytest.raises(ConnectorError, match="127") as caught:
            connector.fetch(None)
        assert not caught.value.permanent


class Spent(Meter):
    """Refuses everything."""

    def spend(self, what: str, *, requests: int = 1, micro_usd: int = 0) -> None:
        """Too much."""
        raise ConnectorError("limits.requests_per_day is used up", retry_after=3600)

    def settle(self, micro_usd: int) -> None:
        """Nothing was spent."""


def test_no_connection_is_made_over_the_budget() -> None:
    peer = JetstreamPeer()
    with (
        hearing(peer, meter=Spent()) as connector,
        pytest.raises(ConnectorError, match="used up") as caught,
    ):
        connector.fetch(None)
    assert caught.value.retry_after == 3600
    assert peer.asked == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"dids": ("ann.bsky.social",)}, "no DID"),
        ({"dids": ("did:plc:x",) * 201}, "at most 200"),
        ({"history_hours": -1.0}, "history_hours"),
    ],
)
def test_wrong_settings_are_told(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        JetstreamOptions(**given)
