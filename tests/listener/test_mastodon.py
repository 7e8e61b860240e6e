"""Mastodon, through Mastodon.py over a socket: recorded answers and a server of our own."""

import asyncio
import importlib.util
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.connectors import Access, Batch, Bounds, ConnectorError, Meter
from listener.connectors.mastodon import Mastodon, MastodonOptions, Public
from store.records import Kind, Post
from tests.peers.http import HttpServer, Reply, Request
from tests.peers.mastodon import OWN_ACCOUNT, TOKEN, MastodonPeer
from tests.posts import known
from tests.services import needs

RECORDED = Path(__file__).parents[2] / "../shared/peers"
NOW = datetime.now(UTC).replace(microsecond=0)
SECRETS = {"LAURELS_MASTODON_ACCESS_TOKEN": TOKEN}


recorded = pytest.mark.filterwarnings(  # the server that replays leaves its files open
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)


@pytest.fixture
def server() -> Iterator[MastodonPeer]:
    """A server without a status."""
    with closing(MastodonPeer()) as served:
        yield served


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def made(url: str, options: MastodonOptions | None = None, **access: Any) -> Mastodon:
    found = Access(base_url=url, timeout=1.0, now=lambda: NOW, **access)
    return Mastodon(options or MastodonOptions(hashtags=("acme",)), found)


def through(connector: Mastodon, cursor: str | None = None) -> tuple[list[Post], list[Batch]]:
    """Everything from the cursor on."""
    posts: list[Post] = []
    batches: list[Batch] = []
    while True:
        batches.append(connector.fetch(cursor))
        cursor = batches[-1].cursor
        posts += batches[-1].posts
        if batches[-1].exhausted:
            return posts, batches


def heard(url: str, options: MastodonOptions | None = None, **access: Any) -> list[Post]:
    with closing(made(url, options, **access)) as connector:
        return through(connector)[0]


def texts(posts: Sequence[Post]) -> list[str]:
    return [one.text for one in posts]


@contextmanager
def replaying(*cassettes: str) -> Iterator[str]:
    """The address of a server that answers as recorded."""
    if not RECORDED.is_dir():
        needs("no recordings beside the checkout")
    spec = importlib.util.spec_from_file_location("replay", RECORDED / "replay.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    paths = [str(RECORDED / f"recordings/mastodon/{one}.yaml") for one in cassettes]
    loop, ready, addresses = asyncio.new_event_loop(), threading.Event(), []

    stop = asyncio.Event()

    async def serve() -> None:
        async with module.serving(paths) as served:
            addresses.append(served.base)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield addresses[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@recorded
def test_recorded_hashtag_is_read() -> None:
    options = MastodonOptions(instance="https://toot.test", hashtags=("hoot",), days=3650)
    with replaying("test_hashtag_tl") as url, closing(made(url, options)) as connector:
        batch = connector.fetch(None)
    (post,) = batch.posts
    assert not batch.rejects
    assert post.text == "#hoot (hashtag toot)"
    assert post.platform_id == "toot.test/117020593741189701"
    assert post.thread_id == post.platform_id
    assert post.author.handle == post.author.platform_id == "mastodonpy_test_2@toot.test"
    assert post.created_at == datetime(2026, 8, 1, 13, 55, 55, 867000, UTC)
    assert (post.kind, post.lang, post.tags) == (Kind.POST, "ja", ("hoot",))
    assert post.url == "http://localhost:3000/@mastodonpy_test_2/117020593741189701"


@recorded
def test_recorded_mention_is_read() -> None:
    options = MastodonOptions(public=Public.NONE, days=3650)
    with replaying("test_notifications_mentions_only", "test_status_reply") as url:
        posts = heard(url, options, secrets=SECRETS)
    assert texts(posts)[0] == "@mastodonpy_test hello!"
    assert posts[0].addressed[0].startswith("mastodonpy_test@127.0.0.1:")


@recorded
def test_recorded_refusal_of_a_timeline_is_told() -> None:
    with replaying("test_timeline_link_fails") as url, pytest.raises(ConnectorError) as caught:
        heard(url, MastodonOptions(public=Public.FEDERATED))
    assert not caught.value.permanent  # 599 says the replaying server


def test_status_that_was_edited_warned_of_and_answered(server: MastodonPeer) -> None:
    root = server.say("first", ago(60))
    mention = {"id": "9", "username": "bob", "acct": "bob@b.test", "url": "https://b.test/@bob"}
    id_ = server.toot(
        "",
        ago(50),
        parent=root,
        author="carl",
        content='<p>Hi <a href="https://b.test/@bob">@<span>bob</span></a></p><p>see</p>',
        spoiler_text="long",
        edited_at="2026-08-02T10:00:00.000Z",
        favourites_count=3,
        mentions=[mention, {"id": "1", "username": "ann", "acct": "ann"}],
        media_attachments=[{"id": "1", "type": "image", "url": "https://b.test/1.png"}],
        account={"bot": True, "display_name": "Carl", "acct": "carl@c.test"},
    )
    post = next(one for one in heard(server.url) if one.platform_id == id_)
    assert post.text == "Hi @bob\n\nsee"
    assert (post.title, post.kind, post.score) == ("long", Kind.COMMENT, 3)
    assert (post.parent_id, post.thread_id) == (root, root)
    assert post.addressed == ("bob@b.test", f"ann@{server.host}")
    assert post.media == ("https://b.test/1.png",)
    assert post.author.is_bot
    assert (post.author.platform_id, post.author.name) == ("carl@c.test", "Carl")
    assert post.edited_at == datetime(2026, 8, 2, 10, tzinfo=UTC)


def test_reply_to_a_reply_belongs_to_the_same_thread(server: MastodonPeer) -> None:
    root = server.say("one", ago(60))
    reply = server.say("two", ago(50), parent=root)
    server.say("three", ago(40), parent=reply)
    assert {one.thread_id for one in heard(server.url)} == {root}


def test_repost_is_no_post_and_a_private_one_is_not_heard(server: MastodonPeer) -> None:
    server.toot("boost", ago(60), reblog={"id": "1"})
    server.toot("for friends", ago(50), visibility="private")
    server.toot("for one", ago(40), visibility="direct")
    server.toot("quiet", ago(30), visibility="unlisted")
    assert texts(heard(server.url)) == ["quiet"]


@pytest.mark.parametrize(
    ("account", "by_tag"), [({"indexable": False}, ["acme"]), ({"noindex": True}, [])]
)
def test_who_does_not_want_to_be_found_is_not_searched_for(
    server: MastodonPeer, account: dict[str, bool], by_tag: list[str]
) -> None:
    server.toot("acme", ago(60), account=account)
    assert texts(heard(server.url)) == ["acme"]
    in_public = MastodonOptions(hashtags=("other",), public=Public.LOCAL)
    assert heard(server.url, in_public, searches=("acme",)) == []
    assert texts(heard(server.url, wanted=lambda _: True)) == by_tag


def test_words_of_the_queries_make_the_hashtags(server: MastodonPeer) -> None:
    for tag in ("acme", "acmecloud", "2024", "acmebot"):
        server.toot(f"on {tag}", ago(60), tags=(tag,), parent=server.host + "/1")
    server.toot("in public", ago(50), tags=())
    searches = ("acme", '"acme cloud"', "2024", "@acmebot")
    posts = heard(server.url, MastodonOptions(), searches=searches)
    assert sorted(texts(posts)) == ["in public", "on acme", "on acmecloud"]
    asked = {one.path for one in server.server.asked}
    assert asked == {
        "/api/v1/timelines/tag/acme", "/api/v1/timelines/tag/acmecloud", "/api/v1/timelines/public",
    }  # fmt: skip
    assert any(one.query.get("local") == "1" for one in server.server.asked)


def test_public_timeline_is_what_is_said_of_it(server: MastodonPeer) -> None:
    server.toot("in public", ago(50), tags=())
    assert heard(server.url, MastodonOptions(hashtags=("acme",))) == []
    both = MastodonOptions(hashtags=("acme",), public=Public.FEDERATED)
    assert texts(heard(server.url, both)) == ["in public"]
    assert heard(server.url, MastodonOptions(public=Public.NONE)) == []
    assert "local" not in server.server.asked[-1].query


def test_only_local_asks_for_the_servers_own_people(server: MastodonPeer) -> None:
    heard(server.url, MastodonOptions(hashtags=("#acme",), only_local=True))
    assert server.server.asked[0].query["local"] == "1"


def test_with_a_login_mentions_and_words_are_heard_too(server: MastodonPeer) -> None:
    to_us = [{"id": OWN_ACCOUNT, "username": "bot", "acct": "bot", "url": ""}]
    server.toot("just for you", ago(600), tags=(), mentions=to_us, visibility="direct")
    server.toot("hidden, to you", ago(90), tags=(), mentions=to_us, account={"indexable": False})
    server.toot("I like Acme", ago(60), tags=(), parent=server.host + "/1")
    server.toot("said by us", ago(50), account={"username": "bot", "acct": "bot"})
    posts = heard(
        server.url, MastodonOptions(public=Public.NONE), secrets=SECRETS, searches=("acme",)
    )
    assert texts(posts) == ["just for you", "hidden, to you", "I like Acme", "said by us"]
    assert [one.author.is_own for one in posts] == [False, False, False, True]
    assert posts[0].addressed == (f"bot@{server.host}",)


def test_a_login_that_may_not_read_its_account_still_listens(server: MastodonPeer) -> None:
    server.say("hello", ago(60))
    server.fail("403")
    posts = heard(server.url, secrets=SECRETS)
    assert texts(posts) == ["hello"]


def test_long_timeline_is_read_page_by_page_and_then_only_what_is_new(
    server: MastodonPeer,
) -> None:
    ids = {server.say(f"number {n}", ago(4000 - n)) for n in range(130)}
    with closing(made(server.url)) as connector:
        posts, batches = through(connector)
        assert {one.platform_id for one in posts} == ids
        assert len(batches) == 5
        assert sum(one.received or 0 for one in batches) == 130
        server.say("new", ago(5))
        posts, _ = through(connector, batches[-1].cursor)
    assert "new" in texts(posts)
    assert "since_id" in server.server.asked[-1].query


def test_first_poll_goes_back_no_further_than_said(server: MastodonPeer) -> None:
    server.say("very old", ago(86_400 * 300))
    server.say("old", ago(86_400 * 6))
    server.say("new", ago(60))
    assert texts(heard(server.url)) == ["old", "new"]
    short = MastodonOptions(hashtags=("acme",), days=1)
    assert texts(heard(server.url, short)) == ["new"]


def test_timeline_that_died_long_ago_stays_silent(server: MastodonPeer) -> None:
    server.say("very old", ago(86_400 * 300))
    assert heard(server.url) == []


def test_killed_in_the_middle_goes_on_there(server: MastodonPeer) -> None:
    ids = {server.say(f"number {n}", ago(4000 - n)) for n in range(100)}
    found: set[str] = set()
    cursor: str | None = None
    for _ in range(4):
        with closing(made(server.url)) as connector:
            batch = connector.fetch(cursor)
        found |= {one.platform_id for one in batch.posts}
        cursor = batch.cursor
    assert found == ids


def test_ids_that_are_no_numbers_page_just_as_well() -> None:
    with closing(MastodonPeer()) as real:
        real.say("x", ago(60))
        status = json.loads(json.dumps(real._statuses.popitem()[1]))
    names = [f"01J{n:04}ULID" for n in range(100)]
    at = {name: ago(5000 - 10 * n) for n, name in enumerate(names)}
    at[names[50]] = datetime(1999, 1, 1, tzinfo=UTC)
    at[names[51]] = datetime(2090, 1, 1, tzinfo=UTC)

    def answer(request: Any) -> Reply:
        below = request.query.get("max_id", "~")
        assert "since_id" not in request.query
        chosen = [one for one in names if one < below][::-1][:40]
        return Reply([{**status, "id": one, "created_at": at[one].isoformat()} for one in chosen])

    with closing(HttpServer(answer)) as server, closing(made(server.url)) as connector:
        posts, batches = through(connector)
        assert {one.platform_id.rpartition("/")[2] for one in posts} == set(names)
        names.append("01J9999ULID")
        at["01J9999ULID"] = NOW
        posts, _ = through(connector, batches[-1].cursor)
        assert posts[-1].platform_id.endswith("01J9999ULID")


def test_status_that_cannot_be_read_is_put_aside(server: MastodonPeer) -> None:
    server.toot("odd", ago(60), created_at="yesterday")
    server.toot("worse", ago(50), content=None, account={"acct": None})
    server.say("well", ago(40))
    with closing(made(server.url)) as connector:
        batch = connector.fetch(None)
    assert (texts(batch.posts), batch.received) == (["well"], 1)
    assert [one.reason.partition(":")[0] for one in batch.rejects] == ["created_at", "acct"]


def test_page_on_which_nothing_can_be_read_does_not_end_the_timeline(server: MastodonPeer) -> None:
    server.say("behind it", ago(90))
    status = json.loads(json.dumps(next(iter(server._statuses.values()))))
    odd = [{**status, "id": f"z{n:02}", "created_at": None} for n in range(80, 0, -1)]

    def answer(request: Request) -> Reply:
        below = request.query.get("max_id", "~")
        found = [one for one in odd if one["id"] < below][:40] or [{**status, "id": "a"}]
        return Reply(found if below > "a" else [])

    with closing(HttpServer(answer)) as served, closing(made(served.url)) as connector:
        posts, batches = through(connector)
    assert texts(posts) == ["behind it"]
    assert [len(one.rejects) for one in batches[:2]] == [40, 40]


@pytest.mark.parametrize("body", [{"error": "x"}, "words", [1, None, ["x"]], [{"id": {}}]])
def test_answer_of_another_shape_is_no_crash(body: object) -> None:
    with closing(HttpServer(lambda _: Reply(body))) as served, closing(made(served.url)) as mine:
        if isinstance(body, list):
            assert len(mine.fetch(None).rejects) == len(body)
        else:
            with pytest.raises(ConnectorError):
                mine.fetch(None)


@pytest.mark.parametrize("body", [[], None, 1, "words", {"accounts": 1, "statuses": 1.5}])
def test_search_of_another_shape_is_no_crash(body: object) -> None:
    secrets = {"LAURELS_MASTODON_ACCESS_TOKEN": "t"}

    def answer(request: Request) -> Reply:
        if request.path.startswith("/api/v1/timelines"):
            return Reply([])
        is_known = request.path == "/api/v1/accounts/verify_credentials"
        return Reply({"acct": "us"} if is_known else body)

    with (
        closing(HttpServer(answer)) as served,
        closing(made(served.url, secrets=secrets, searches=("acme",))) as mine,
    ):
        batches = through(mine)[1]
    unread = [one.reason for batch in batches for one in batch.unread]
    assert any("for statuses with acme" in one for one in unread)


def test_thread_is_read_from_its_root(server: MastodonPeer) -> None:
    root = server.toot("root", ago(90), tags=())
    left = server.say("left", ago(80), parent=root)
    right = server.say("right", ago(70), parent=root)
    deep = server.say("deep", ago(60), parent=left)
    server.toot("for friends", ago(50), parent=left, visibility="private")
    with closing(made(server.url)) as connector:
        post = next(one for one in through(connector)[0] if one.platform_id == left)
        found = connector.thread(post, Bounds())
        assert {one.platform_id for one in found} == {root, left, right, deep}
        assert {one.thread_id for one in found} == {root}
        assert texts(connector.thread(post, Bounds(depth=1))) == ["root", "left", "right"]
        assert len(connector.thread(post, Bounds(posts=2))) == 2
        server.delete(left)
        assert connector.thread(post, Bounds()) == ()
        assert connector.thread(replace(post, platform_id="other.test/1"), Bounds()) == ()


@pytest.mark.parametrize("has_many", [True, False])
def test_second_look_tells_what_stands_and_what_is_gone(*, has_many: bool) -> None:
    with closing(MastodonPeer(has_many=has_many)) as server:
        kept, gone = server.say("kept", ago(60)), server.say("gone", ago(50))
        server.edit(kept, "kept indeed", NOW)
        server.delete(gone)
        with closing(made(server.url)) as connector:
            for _ in range(2):
                found = connector.recheck(known(kept, gone, "other.test/1"))
                assert texts(found.posts) == ["kept indeed"]
                assert list(found.gone) == [gone]


def test_second_look_at_a_server_that_is_down_buries_nobody(server: MastodonPeer) -> None:
    id_ = server.say("kept", ago(60))
    html = Reply(b"<html>404 no such site</html>", 404, {"Content-Type": "text/html"})
    with closing(HttpServer(lambda _: html)) as proxy:
        options = MastodonOptions(instance=server.url)
        with (
            closing(made(proxy.url, options)) as connector,
            pytest.raises(ConnectorError) as caught,
        ):
            connector.recheck(known(id_))
    assert not caught.value.permanent


def test_spent_limit_is_respected_before_the_server_refuses() -> None:
    later = (NOW + timedelta(seconds=90)).isoformat()
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": later}
    asked: list[int] = []

    def answer(_: object) -> Reply:
        asked.append(1)
        return Reply([], 200, headers)

    with closing(HttpServer(answer)) as limited, closing(made(limited.url)) as connector:
        connector.fetch(None)
        with pytest.raises(ConnectorError) as caught:
            connector.fetch(None)
    assert caught.value.retry_after == 90
    assert len(asked) == 1


@pytest.mark.parametrize("status", ["401", "403", "404", "422"])
def test_refusal_says_the_way_out_and_no_secret(server: MastodonPeer, status: str) -> None:
    server.fail(status)
    with closing(made(server.url)) as connector, pytest.raises(ConnectorError) as caught:
        connector.fetch(None)
    assert caught.value.permanent
    assert "#acme" in str(caught.value)
    if status == "404":
        assert "does not have #acme (HTTP 404); check the name" in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_one_timeline_that_is_closed_does_not_stop_the_others(server: MastodonPeer) -> None:
    server.say("heard", ago(60))
    both = MastodonOptions(hashtags=("secret", "acme"))
    server.fail("401")
    with closing(made(server.url, both)) as connector:
        posts, batches = through(connector)
    assert texts(posts) == ["heard"]
    assert batches[0].unread[0].what == "#secret"


class Poor(Meter):
    """Allows so many requests."""

    def __init__(self, requests: int) -> None:
        self.left = requests

    def spend(self, what: str, *, requests: int = 1, micro_usd: int = 0) -> None:
        self.left -= requests
        if self.left < 0:
            raise ConnectorError("enough for today")

    def settle(self, micro_usd: int) -> None:
        """Nothing costs money."""


def test_each_request_is_counted_and_none_is_made_without_leave(server: MastodonPeer) -> None:
    server.say("heard", ago(60))
    with closing(made(server.url, meter=Poor(1))) as connector:
        batch = connector.fetch(None)
        with pytest.raises(ConnectorError, match="enough"):
            connector.fetch(batch.cursor)
    assert len(server.server.asked) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"instance": "mastodon"},
        {"hashtags": ("two words",)},
        {"hashtags": ("",)},
        {"days": -1},
        {"public_hours": -1},
    ],
)
def test_option_that_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=":"):
        MastodonOptions(**wrong)


def test_quiet_poll_is_one_request_a_timeline(server: MastodonPeer) -> None:
    for n in range(10):
        server.say(f"number {n}", ago(300 - n))
    with closing(made(server.url)) as connector:
        cursor = through(connector)[1][-1].cursor
        server.server.asked.clear()
        for _ in range(10):
            through(connector, cursor)
    assert len(server.server.asked) <= 20
