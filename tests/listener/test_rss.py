"""The RSS connector: several feeds at once, what changed in them, and what servers do wrong."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from typing import Protocol

import pytest

from listener.connectors import FREE, Access, Batch, ConnectorError, Meter
from listener.connectors.rss import Rss, RssOptions
from tests.listener.test_rss_read import ITEM, RSS
from tests.peers.http import HttpServer, Reply, Request

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
URL = "https://example.org/feed"
OTHER = "https://other.example.org/feed2"


class Shelf:
    """Serves what it is given, by path; counts what was asked for."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply | Callable[[Request], Reply]] = {}
        self.server = HttpServer(self.answer)

    def answer(self, request: Request) -> Reply:
        reply = self.replies.get(request.path, Reply(b"", 404))
        return reply if isinstance(reply, Reply) else reply(request)

    def put(self, body: str | bytes, path: str = "/feed", **headers: str) -> None:
        named = {"Content-Type": "application/rss+xml"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) else body.encode()
        self.replies[path] = Reply(data, 200, named)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    served = Shelf()
    with closing(served.server):
        yield served


class Connect(Protocol):
    def __call__(self, *feeds: str, meter: Meter = FREE) -> Rss: ...


@pytest.fixture
def connect(shelf: Shelf) -> Iterator[Connect]:
    """Makes connectors that are closed at the end."""
    with ExitStack() as opened:

        def made(*feeds: str, meter: Meter = FREE) -> Rss:
            access = Access(base_url=shelf.server.url, timeout=1.0, now=lambda: NOW, meter=meter)
            options = RssOptions(feeds or (URL,))
            return opened.enter_context(closing(Rss(options, access)))

        yield made


def read_round(rss: Rss, cursor: str | None) -> list[Batch]:
    """Fetch until exhausted."""
    batches = [rss.fetch(cursor)]
    while not batches[-1].exhausted:
        batches.append(rss.fetch(batches[-1].cursor))
    return batches


def test_same_guid_in_two_feeds_is_two_posts(shelf: Shelf, connect: Connect) -> None:
    shelf.put(RSS.format(ITEM.format("1")))
    shelf.put(RSS.format(ITEM.format("1")), "/feed2")
    first, second = read_round(connect(URL, OTHER), None)
    (a,), (b,) = first.posts, second.posts
    assert a.platform_id != b.platform_id
    assert a.author.platform_id != b.author.platform_id


def test_feed_that_fails_keeps_none_from_the_others(shelf: Shelf, connect: Connect) -> None:
    shelf.put(b"<html></html>", Content_Type="text/html")
    shelf.put(RSS.format(ITEM.format("1")), "/feed2")
    rss = connect(URL, OTHER)
    first, second = read_round(rss, None)
    assert [one.what for one in first.unread] == ["example.org/feed"]
    assert len(second.posts) == 1
    shelf.put(RSS.format(ITEM.format("1")))
    first, _ = read_round(rss, second.cursor)
    assert len(first.posts) == 1


@pytest.mark.parametrize(("statuses", "permanent"), [((401, 404), True), ((401, 500), False)])
def test_source_fails_when_every_feed_does(
    shelf: Shelf, connect: Connect, statuses: tuple[int, int], permanent: bool
) -> None:
    for path, status in zip(("/feed2", "/feed"), statuses, strict=True):
        shelf.replies[path] = Reply(b"", status)
    rss = connect(OTHER, URL)
    with pytest.raises(ConnectorError) as caught:
        read_round(rss, None)
    assert caught.value.permanent == permanent


def test_feed_that_is_gone_is_asked_no_more(shelf: Shelf, connect: Connect) -> None:
    shelf.replies["/feed"] = Reply(b"", 410)
    shelf.put(RSS.format(ITEM.format("1")), "/feed2")
    first, second = read_round(connect(URL, OTHER), None)
    assert "take it out of feeds" in first.unread[0].reason
    asked = len(shelf.server.asked)
    batches = read_round(connect(URL, OTHER), second.cursor)
    assert [one.path for one in shelf.server.asked[asked:]] == ["/feed2"]
    assert not any(one.unread for one in batches)
    with pytest.raises(ConnectorError, match="gone for good") as caught:
        connect().fetch(second.cursor)
    assert caught.value.permanent


def test_changed_is_asked_for_and_unchanged_is_not_read_again(
    shelf: Shelf, connect: Connect
) -> None:
    def changed(request: Request) -> Reply:
        if request.headers.get("if-none-match") == '"a"':
            assert request.headers["if-modified-since"] == "Tue, 10 Jun 2003 04:00:00 GMT"
            return Reply(b"", 304)
        headers = {"ETag": '"a"', "Last-Modified": "Tue, 10 Jun 2003 04:00:00 GMT"}
        return Reply(RSS.format(ITEM.format("1")).encode(), 200, headers)

    shelf.replies["/feed"] = changed
    first = connect().fetch(None)
    second = connect().fetch(first.cursor)
    third = connect().fetch(second.cursor)
    assert [len(one.posts) for one in (first, second, third)] == [1, 0, 0]
    assert third.cursor == first.cursor
    shelf.put(RSS.format(ITEM.format("1")))  # Without a tag, but the same words.
    assert connect().fetch(third.cursor).posts == ()
    shelf.put(RSS.format(ITEM.format("1") + ITEM.format("2")))
    assert len(connect().fetch(third.cursor).posts) == 2


def test_redirect_is_followed(shelf: Shelf, connect: Connect) -> None:
    shelf.replies["/feed"] = Reply(b"", 301, {"Location": "/moved"})
    shelf.put(RSS.format(ITEM.format("1")), "/moved")
    assert len(connect().fetch(None).posts) == 1
    shelf.replies["/feed"] = Reply(b"", 302, {"Location": "/feed"})
    with pytest.raises(ConnectorError, match="circle"):
        connect().fetch(None)


def test_feed_of_5000_entries_is_read_whole_and_shrinking_loses_nothing(
    shelf: Shelf, connect: Connect
) -> None:
    shelf.put(RSS.format("".join(ITEM.format(n) for n in range(5_000))))
    first = connect().fetch(None)
    assert len({one.platform_id for one in first.posts}) == 5_000
    shelf.put(RSS.format(ITEM.format(4_999)))
    (left,) = connect().fetch(first.cursor).posts
    assert left in first.posts


def test_more_entries_than_are_read_is_told(shelf: Shelf, connect: Connect) -> None:
    shelf.put(RSS.format("<item><guid>1</guid><title>t</title></item>" * 10_002))
    batch = connect().fetch(None)
    assert len(batch.posts) == 10_000
    assert batch.unread[0].reason.startswith("2 entries")


def test_request_is_reserved_and_refused(shelf: Shelf, connect: Connect) -> None:
    class Spent:
        def spend(self, what: str, *, requests: int = 1, micro_usd: int = 0) -> None:
            raise ConnectorError(f"no more for {what}", retry_after=9)

        def settle(self, micro_usd: int) -> None: ...

    with pytest.raises(ConnectorError, match="no more for the feed example") as caught:
        connect("https://example.org/feed?token=hidden", meter=Spent()).fetch(None)
    assert caught.value.retry_after == 9
    assert shelf.server.asked == []


def test_password_in_an_address_is_in_no_message_and_no_cursor(
    shelf: Shelf, connect: Connect
) -> None:
    rss = connect("https://example.org/feed?token=hidden", OTHER)
    shelf.put(RSS.format(ITEM.format("1")), "/feed2")
    first, second = read_round(rss, None)
    assert shelf.server.asked[0].query == {"token": "hidden"}
    assert "hidden" not in first.unread[0].reason + first.unread[0].what + second.cursor


def test_cursor_of_other_feeds_is_no_obstacle(shelf: Shelf, connect: Connect) -> None:
    shelf.put(RSS.format(ITEM.format("1")))
    shelf.put(RSS.format(ITEM.format("1")), "/feed2")
    cursor = connect(OTHER, URL).fetch(None).cursor
    assert len(connect(URL).fetch(cursor).posts) == 1
    assert len(connect(URL).fetch("no cursor").posts) == 1


def test_quiet_poll_brings_nothing(shelf: Shelf, connect: Connect) -> None:
    shelf.put(RSS.format("".join(ITEM.format(n) for n in range(100))))
    rss = connect()
    cursor = rss.fetch(None).cursor
    for _ in range(3):
        again = rss.fetch(cursor)
        assert (list(again.posts), again.exhausted) == ([], True)


@pytest.mark.parametrize(
    ("feeds", "way_out"),
    [
        ((), "name at least one"),
        (("example.org/feed",), "expected http"),
        (("file:///etc/passwd",), "expected http"),
        (("https://ann:secret@example.org/feed",), "without a password"),
        (("http://[x/feed",), "expected http"),
        ((URL, URL), "twice"),
    ],
)
def test_feeds_that_cannot_be_say_the_way_out(feeds: tuple[str, ...], way_out: str) -> None:
    with pytest.raises(ValueError, match=way_out) as caught:
        RssOptions(feeds)
    assert "secret" not in str(caught.value)


def test_what_is_no_feed_is_said_and_asked_again(shelf: Shelf, connect: Connect) -> None:
    shelf.put(b"<html></html>", Content_Type="text/html; charset=utf-8")
    with pytest.raises(ConnectorError, match="no feed that can be read: it sent text/html") as no:
        connect().fetch(None)
    assert not no.value.permanent
    assert "example.org/feed" in str(no.value)
    shelf.put(RSS.format(ITEM.format("1") + ITEM.format("2"))[:-60])
    first = connect().fetch(None)
    shelf.put(RSS.format(ITEM.format("1") + ITEM.format("2")))
    assert len(connect().fetch(first.cursor).posts) == 2
