"""The Reddit connector against recordings of the real site, served by the peers' replay."""

import asyncio
import base64
import gzip
import importlib.util
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from listener.connectors import Access, Bounds
from listener.connectors.reddit import Reddit, RedditOptions
from store.records import Author, Kind, Post
from tests.posts import known
from tests.services import needs

PEERS: Final = Path(__file__).parents[2] / "../shared/peers"
# The replay leaves the recordings that it has read to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
SECRETS: Final = {"LAURELS_REDDIT_CLIENT_ID": "id", "LAURELS_REDDIT_CLIENT_SECRET": "secret"}


def recording(name: str) -> Path:
    """One recording; skips where there are none."""
    path = PEERS / "recordings/reddit" / f"{name}.json"
    if not path.exists():
        needs("no recordings of Reddit in ../shared/peers/recordings")
    return path


def bodies(name: str, *subst: tuple[str, str]) -> list[Any]:
    """What Reddit answered, parsed, in order."""
    found: list[Any] = []
    text = recording(name).read_text("utf-8")
    for old, new in subst:
        text = text.replace(old, new)
    recorded = json.loads(text)
    for one in recorded.get("http_interactions") or recorded["interactions"]:
        body = one["response"]["body"]
        raw = base64.b64decode(body.get("base64_string", "")) or body.get("string", "").encode()
        found.append(json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw))
    return found


@contextmanager
def replayed(name: str, *subst: tuple[str, str]) -> Iterator[Any]:
    """The recording on loopback: `base`, and the `log` of what was asked."""
    path = recording(name)
    spec = importlib.util.spec_from_file_location("replay", PEERS / "replay.py")
    assert spec is not None
    assert spec.loader is not None
    replay = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(replay)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    serving = replay.serving([str(path)], subst=subst)
    try:
        yield asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(10)
        asyncio.run_coroutine_threadsafe(serving.__aexit__(None, None, None), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def listening(served: Any, subreddit: str, at: datetime) -> Reddit:
    """What listens to the recording as if it were that moment."""
    options = RedditOptions(user="laurels_bot", subreddits=(subreddit,), lookback_hours=720)
    return Reddit(options, Access(base_url=served.base, secrets=SECRETS, now=lambda: at))


def things(body: Any) -> list[Any]:
    """The children of a listing."""
    return list(body["data"]["children"])


def test_recorded_comments_are_read_whole() -> None:
    name = "TestSubredditStreams.test_comments__with_continue_after_id"
    named = ("<TEST_SUBREDDIT>", "testing")
    sent = {one["data"]["name"]: one["data"] for one in things(bodies(name, named)[1])}
    with replayed(name, named) as served:
        reddit = listening(served, "testing", datetime(2023, 10, 8, 20, tzinfo=UTC))
        unheard = reddit.fetch(None)
        assert unheard.unread[0].what == "r/testing/new"
        batch = reddit.fetch(unheard.cursor)
    assert not batch.rejects
    assert {post.platform_id for post in batch.posts} == set(sent)
    assert '"100 t1_' in batch.cursor
    for post in batch.posts:
        data = sent[post.platform_id]
        assert post.kind is Kind.COMMENT
        assert (post.parent_id, post.thread_id) == (data["parent_id"], data["link_id"])
        assert post.created_at.timestamp() == data["created_utc"]
        assert post.text == data["body"]
        assert post.author.platform_id == data["author_fullname"]
        assert post.url == f"https://www.reddit.com{data['permalink']}"


def test_recorded_submissions_are_read_whole() -> None:
    name = "TestSubmission.test_hide_multiple_in_batches"
    sent = {one["data"]["name"]: one["data"] for one in things(bodies(name)[1])}
    with replayed(name, ("/r/popular/hot", "/r/popular/new")) as served:
        batch = listening(served, "popular", datetime(2026, 4, 13, 21, tzinfo=UTC)).fetch(None)
    assert not batch.rejects
    assert {post.platform_id for post in batch.posts} == set(sent)
    for post in batch.posts:
        data = sent[post.platform_id]
        assert (post.kind, post.parent_id, post.thread_id) == (Kind.POST, None, post.platform_id)
        assert (post.deleted_at is not None) == (data["author"] == "[deleted]")
        if post.deleted_at is None:
            assert (post.title, post.text) == (data["title"], data["selftext"])
            assert bool(post.media) >= (not data["is_self"])


def a_post(id_: str, link: str, parent: str | None = None) -> Post:
    """What a thread is asked around."""
    at = datetime(2020, 1, 1, tzinfo=UTC)
    kind = Kind.POST if parent is None else Kind.COMMENT
    nobody = Author("t2_x", "x")
    return Post("reddit", id_, kind, nobody, at, "", thread_id=link, parent_id=parent)


def test_recorded_tree_is_read_with_what_was_folded_away() -> None:
    name = "TestCommentForest.test_replace__all"
    folded = [one["data"]["name"] for body in bodies(name)[2:] for one in unfolded(body)]
    with replayed(name) as served:
        reddit = listening(served, "testing", datetime(2016, 3, 22, tzinfo=UTC))
        root = a_post("t3_3hahrw", "t3_3hahrw")
        alone = reddit.thread(root, Bounds(posts=2_000, depth=50, requests=1))
    with replayed(name) as served:
        reddit = listening(served, "testing", datetime(2016, 3, 22, tzinfo=UTC))
        found = reddit.thread(root, Bounds(posts=2_000, depth=50, requests=3))
        asked = [line for line, _, _ in served.log]
    assert found[0].platform_id == "t3_3hahrw"
    ids = {post.platform_id for post in found}
    assert ids > {post.platform_id for post in alone}
    assert ids & set(folded)
    assert len(ids) == len(found)
    assert sum("comments" in line or "morechildren" in line for line in asked) == 3
    alone_ids = {post.platform_id for post in alone}
    assert all(post.parent_id in alone_ids for post in alone if post.parent_id)


def unfolded(body: Any) -> list[Any]:
    """The comments of an answer to `morechildren`."""
    if not isinstance(body, dict) or "json" not in body:
        return []
    return [one for one in body["json"]["data"]["things"] if one["kind"] == "t1"]


def test_recorded_way_up_leads_to_the_root() -> None:
    name = "TestComment.test_parent__chain"
    whole = ("/comments/6otocc/_/dkk4q9c?", "/comments/6otocc?")
    with replayed(name, whole) as served:
        reddit = listening(served, "testing", datetime(2017, 7, 22, tzinfo=UTC))
        post = a_post("t1_dkk4qjd", "t3_6otocc", "t1_dkk4qin")
        found = reddit.thread(post, Bounds(posts=100, depth=20, requests=4))
    ids = [one.platform_id for one in found]
    way = ["t1_dkk4qjd"]
    parents = {one.platform_id: one.parent_id for one in found}
    while (parent := parents.get(way[-1])) is not None:
        way.append(parent)
    assert way[-1] == "t3_6otocc"
    assert ids[: len(way)] == way[::-1]


@pytest.mark.parametrize(
    ("name", "id_"),
    [("TestComment.test_delete", "t1_d1616q2"), ("TestComment.test_invalid", "t1_0")],
)
def test_recorded_deletion_is_seen(name: str, id_: str) -> None:
    with replayed(name) as served:
        found = listening(served, "testing", datetime(2016, 3, 20, tzinfo=UTC)).recheck(known(id_))
    assert (list(found.posts), list(found.gone)) == ([], [id_])


def test_recorded_second_look_tells_each_apart() -> None:
    name = "TestReddit.test_info"
    sent = [one["data"] for one in things(bodies(name)[1]) if one["kind"] in ("t1", "t3")]
    ids = [data["name"] for data in sent]
    with replayed(name) as served:
        found = listening(served, "testing", datetime(2016, 11, 17, tzinfo=UTC)).recheck(
            known(*ids)
        )
    assert {post.platform_id for post in found.posts} | set(found.gone) == set(ids)
    gone = {data["name"] for data in sent if data["author"] == "[deleted]"}
    assert set(found.gone) >= gone
    assert len(found.posts) > 10
