"""The HTTP client of the connectors without a library: what a refusal means."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from threading import Event, Thread
from traceback import format_exception

import pytest

from listener.connectors import Access, ConnectorError
from listener.connectors.web import Web
from tests.peers.http import HttpServer, Reply

SOON = str(int(datetime.now(UTC).timestamp()) + 900)
LEFT = {"X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": SOON}
SPENT = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": SOON}


@pytest.mark.parametrize(
    ("message", "headers", "permanent"),
    [
        ("Resource not accessible", {}, True),
        ("Resource not accessible", LEFT, True),
        ("API rate limit exceeded", SPENT, False),
        ("You have exceeded a secondary rate limit", LEFT, False),
        ("You have exceeded a secondary rate limit", {"Retry-After": "70"}, False),
    ],
)
def test_refusal_is_for_haste_only_where_the_limit_is_used_up(
    message: str, headers: Mapping[str, str], permanent: bool
) -> None:
    server = HttpServer(lambda _: Reply({"message": message}, 403, headers))
    with closing(server), closing(Web(server.url, Access(), name="Platform")) as web:
        with pytest.raises(ConnectorError) as caught:
            web.json("/", what="something")
        assert caught.value.permanent is permanent
        assert (caught.value.retry_after is None) is permanent
        with pytest.raises(ConnectorError):
            web.json("/", what="something else")
        assert len(server.asked) == (2 if permanent else 1)


@pytest.mark.parametrize("sign", [" ", "\n", "\u2019", "\x00"])
def test_secret_that_cannot_be_sent_is_not_told(sign: str) -> None:
    server = HttpServer(lambda _: Reply({}))
    headers = {"authorization": f"Bearer s3cret{sign}"}
    with (
        closing(server),
        closing(Web(server.url, Access(), name="Platform", headers=headers)) as web,
        pytest.raises(ConnectorError) as caught,
    ):
        web.json("/", what="something")
    assert "s3cret" not in "".join(format_exception(caught.value))
    assert not server.asked


GZIP = b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03"
"""Of what begins so nothing comes out for long, though something came in."""


@pytest.mark.parametrize(
    "begin",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99999\r\n\r\n" + GZIP,
    ],
)
def test_answer_that_drips_for_ever_is_given_up(begin: bytes) -> None:
    with dripping(begin, drips=1) as url, closing(web_at(url)) as web:
        with pytest.raises(ConnectorError, match="too slowly") as caught:
            web.json("/", what="something")
        assert not caught.value.permanent
        assert web.json("/", what="something") == {}


def test_answer_that_drips_on_a_kept_connection_is_given_up() -> None:
    with dripping(b"HTTP/1.1 200 OK\r\nX: ", drips=2) as url, closing(web_at(url)) as web:
        assert web.json("/", what="something") == {}
        with pytest.raises(ConnectorError, match="too slowly"):
            web.json("/", what="something")


def web_at(url: str) -> Web:
    return Web(url, Access(timeout=0.2), name="Platform")


@contextmanager
def dripping(begin: bytes, *, drips: int) -> Iterator[str]:
    """The address of a server that answers, but the request of that number never to the end."""
    ended, number = Event(), count(1)

    def serve(asked: socket.socket) -> None:
        with asked, suppress(OSError):
            while asked.recv(9999):
                if next(number) != drips:
                    asked.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                    continue
                asked.sendall(begin)
                while not ended.wait(0.02):
                    asked.sendall(b"x")

    def accept() -> None:
        with suppress(OSError):
            while True:
                Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        ended.set()
        listening.shutdown(socket.SHUT_RDWR)


KEYS = {"authorization": "Bearer k", "api-key": "k", "api-username": "us", "x-api-key": "k"}


def test_redirect_to_another_host_takes_no_key_along() -> None:
    other = HttpServer(lambda _: Reply({"found": 1}))
    there = {"Location": other.url + "/there"}
    server = HttpServer(lambda _: Reply(None, 302, there))
    with closing(other), closing(server):
        with closing(Web(server.url, Access(), name="Platform", headers=KEYS)) as web:
            assert web.json("/", what="something") == {"found": 1}
        told = {name.lower() for name in other.asked[0].headers}
    assert not told & KEYS.keys()
    assert "user-agent" in told


def test_redirect_within_a_host_keeps_the_keys() -> None:
    server = HttpServer(
        lambda request: (
            Reply({"found": 1})
            if request.path == "/new"
            else Reply(None, 301, {"Location": "/new"})
        )
    )
    with closing(server), closing(Web(server.url, Access(), name="P", headers=KEYS)) as web:
        assert web.json("/old", what="something") == {"found": 1}
    assert KEYS.keys() <= {name.lower() for name in server.asked[1].headers}


def test_redirects_in_a_circle_pass() -> None:
    server = HttpServer(lambda _: Reply(None, 302, {"Location": "/again"}))
    with (
        closing(server),
        closing(Web(server.url, Access(), name="P")) as web,
        pytest.raises(ConnectorError, match="circle") as caught,
    ):
        web.json("/", what="something")
    assert not caught.value.permanent
