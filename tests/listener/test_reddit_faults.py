"""Reddit's faults, limits and refusals, and that nothing sleeps or is tried again."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest

from listener.connectors import Meter
from listener.connectors.reddit import RedditOptions
from tests.listener.reddit_listening import (
    NEW,
    Counting,
    ago,
    connector,
    drained,
    failure,
    paths,
    posts_of,
)
from tests.peers.http import Reply
from tests.peers.reddit import SUBREDDIT, RedditPeer


@pytest.fixture
def peer() -> Iterator[RedditPeer]:
    """Reddit, serving."""
    with closing(RedditPeer()) as served:
        yield served


@pytest.fixture(autouse=True)
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sleeps fails."""

    def refuse(seconds: float) -> NoReturn:
        raise AssertionError(f"slept {seconds} s")

    monkeypatch.setattr(time, "sleep", refuse)


def test_each_request_is_counted_before_it_is_made(peer: RedditPeer) -> None:
    meter = Counting()
    drained(connector(peer, meter=meter))
    assert len(meter.spent) == len(peer.asked) == 3
    assert meter.spent[1:] == [NEW, f"r/{SUBREDDIT}/comments"]


def test_spent_budget_asks_for_nothing(peer: RedditPeer) -> None:
    meter: Meter = Counting(0)
    error = failure(connector(peer, meter=meter))
    assert (error.permanent, error.retry_after) == (False, 60)
    assert not peer.asked


@pytest.mark.parametrize("fault", ["500", "503-retry-after", "reset", "truncated", "not-json"])
def test_fault_is_told_at_once_and_not_tried_again(peer: RedditPeer, fault: str) -> None:
    reddit = connector(peer)
    _, cursor = drained(reddit)
    before = len(peer.asked)
    peer.fail(fault)
    batch = reddit.fetch(cursor)
    assert len(peer.asked) == before + 1
    (unread,) = batch.unread
    assert unread.what == NEW
    assert unread.reason.startswith("Reddit")


def test_silence_lasts_as_long_as_the_timeout_says(peer: RedditPeer) -> None:
    peer.fail("silent")
    peer.fail("silent")
    error = failure(connector(peer, timeout=0.2))
    assert not error.permanent
    assert "0.2 s" in str(error)


def test_nobody_there_is_no_permanent_failure(peer: RedditPeer) -> None:
    peer.close()
    error = failure(connector(peer))
    assert not error.permanent
    assert "NewConnectionError" in str(error)


def test_name_that_leads_nowhere_is_no_permanent_failure(
    peer: RedditPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = failure(connector(peer, base_url="http://reddit.invalid"))
    assert not error.permanent
    assert "reddit.invalid" in str(error)
    assert "NameResolutionError" in str(error)


def test_address_may_have_a_path(peer: RedditPeer) -> None:
    token = {"access_token": "x", "token_type": "bearer", "expires_in": 86400, "scope": "*"}
    peer.refused["proxy/api/v1/access_token"] = Reply(token)
    failure(connector(peer, base_url=f"{peer.url}/proxy/"))
    assert paths(peer)[:2] == ["proxy/api/v1/access_token", f"proxy/{NEW}"]


def test_refusal_for_a_time_stops_the_whole_round(peer: RedditPeer) -> None:
    now = datetime.now(UTC)
    reddit = connector(peer, now=lambda: now)
    _, cursor = drained(reddit)
    peer.fail("429-retry-after")
    before = len(peer.asked)
    error = failure(reddit, cursor)
    assert (error.permanent, error.retry_after) == (False, 1.0)
    assert len(peer.asked) == before + 1
    now += timedelta(seconds=2)
    drained(reddit, cursor)


def test_used_up_limit_is_waited_for_before_reddit_refuses(peer: RedditPeer) -> None:
    now = datetime.now(UTC)
    reddit = connector(peer, now=lambda: now)
    peer.limits = {
        "x-ratelimit-remaining": "0.0", "x-ratelimit-used": "996", "x-ratelimit-reset": "42",
    }  # fmt: skip
    first = reddit.fetch(None)
    assert not first.unread
    before = len(peer.asked)
    second = reddit.fetch(first.cursor)
    assert "42 s" in second.unread[0].reason
    assert len(peer.asked) == before
    now += timedelta(seconds=43)
    assert not reddit.fetch(first.cursor).unread


def test_low_limit_does_not_slow_us_down(peer: RedditPeer) -> None:
    peer.limits = {
        "x-ratelimit-remaining": "2.0", "x-ratelimit-used": "598", "x-ratelimit-reset": "590",
    }  # fmt: skip
    id_ = peer.say("in time", ago(10))
    assert id_ in posts_of(connector(peer))


def test_old_token_is_renewed_within_the_poll(peer: RedditPeer) -> None:
    reddit = connector(peer)
    drained(reddit)
    id_ = peer.say("after a day", ago(10))
    peer.expire()
    assert id_ in posts_of(reddit)
    assert paths(peer).count("api/v1/access_token") == 2


@pytest.mark.parametrize(
    ("token", "word"),
    [
        (Reply({"message": "Unauthorized", "error": 401}, 401), "HTTP 401"),
        (Reply({"error": "invalid_grant"}), "invalid_grant"),
        (Reply({"message": "Bad Request", "error": 400}, 400), "HTTP 400"),
    ],
)
def test_wrong_secret_needs_a_person(peer: RedditPeer, token: Reply, word: str) -> None:
    peer.refused["api/v1/access_token"] = token
    error = failure(connector(peer))
    assert error.permanent
    assert word in str(error)
    assert "LAURELS_REDDIT_CLIENT_SECRET" in str(error)
    assert peer.secrets["LAURELS_REDDIT_CLIENT_SECRET"] not in str(error)


@pytest.mark.parametrize(
    "odd",
    [
        {"expires_in": "x"},
        {"expires_in": None},
        {"expires_in": 10**30},
        {"scope": 1},
        {"access_token": ["t"]},
        {"access_token": "\ud800"},
    ],
)
def test_odd_token_is_asked_for_again(peer: RedditPeer, odd: dict[str, object]) -> None:
    token = {"access_token": "t", "token_type": "bearer", "expires_in": 86_400, "scope": "*"}
    peer.refused["api/v1/access_token"] = Reply(token | odd)
    assert not failure(connector(peer)).permanent


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply({"reason": "private", "message": "Forbidden", "error": 403}, 403), "private"),
        (Reply({"reason": "banned", "message": "Not Found", "error": 404}, 404), "banned"),
        (Reply(b"", 302, {"Location": "/subreddits/search?q=x"}), "check the name"),
        (Reply(b"<html>blocked</html>", 403, {"Content-Type": "text/html"}), "approved"),
        (Reply({}, 403, {"www-authenticate": 'Bearer error="insufficient_scope"'}), "`read`"),
    ],
)
def test_subreddit_out_of_reach_needs_a_person(peer: RedditPeer, reply: Reply, words: str) -> None:
    peer.refused = {NEW: reply, f"r/{SUBREDDIT}/comments": reply}
    error = failure(connector(peer))
    assert error.permanent
    assert NEW in str(error)
    assert words in str(error)


def test_subreddit_out_of_reach_keeps_no_other_waiting(peer: RedditPeer) -> None:
    id_ = peer.say("heard", ago(60))
    options = RedditOptions(user="laurels_bot", subreddits=("missing", SUBREDDIT))
    batches, _ = drained(connector(peer, options=options))
    assert [post.platform_id for batch in batches for post in batch.posts] == [id_]
    assert [one.what for batch in batches for one in batch.unread] == [
        "r/missing/new", "r/missing/comments",
    ]  # fmt: skip


def test_neither_environment_nor_praw_ini_changes_who_we_are(
    peer: RedditPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("praw_username", "praw_password", "praw_refresh_token", "praw_site"):
        monkeypatch.setenv(name, "planted")
    drained(connector(peer))
    assert peer.asked[0].body == b"grant_type=client_credentials"


def test_refresh_token_is_used_where_there_is_one(peer: RedditPeer) -> None:
    secrets = {**peer.secrets, "LAURELS_REDDIT_REFRESH_TOKEN": "42-abc"}
    drained(connector(peer, secrets=secrets))
    assert b"grant_type=refresh_token" in peer.asked[0].body
