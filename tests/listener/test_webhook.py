"""The webhook connector: who is let in, what is answered, and that nothing taken is lost."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Protocol

import pytest

from listener.connectors import Access, Batch, ConnectorError
from listener.connectors.webhook import Webhook, WebhookOptions
from listener.connectors.webhook_delivery import BadDelivery, read
from tests.peers.webhook import SECRET, signed


def a_post(id_: str = "1", **changes: object) -> dict[str, object]:
    post = {
        "platform": "forum", "id": id_, "kind": "post", "author": {"id": "u1", "handle": "ann"},
        "created_at": "2026-05-04T12:00:00Z", "text": "hello",
    }  # fmt: skip
    return post | changes


class Connect(Protocol):
    def __call__(
        self, options: WebhookOptions | None = None, *, secret: str = SECRET
    ) -> Webhook: ...


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Connect]:
    """Makes connectors on one folder that are closed at the end."""
    with ExitStack() as opened:

        def made(options: WebhookOptions | None = None, *, secret: str = SECRET) -> Webhook:
            access = Access(
                secrets={"LAURELS_WEBHOOK_SECRET": secret}, folder=tmp_path, patience=0.0
            )
            return opened.enter_context(closing(Webhook(options or WebhookOptions(port=0), access)))

        yield made


@pytest.fixture
def hook(connect: Connect) -> Webhook:
    """One that listens."""
    made = connect()
    made.fetch(None)
    return made


def post(
    hook: Webhook,
    body: bytes,
    headers: dict[str, str] | None = None,
    method: str = "POST",
) -> tuple[int, dict[str, Any]]:
    """What the server answers."""
    assert hook.port is not None
    connection = http.client.HTTPConnection("127.0.0.1", hook.port, timeout=5)
    with closing(connection):
        connection.request(method, "/", body, headers or {})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")


def deliver(hook: Webhook, value: object, id_: str = "msg_1") -> tuple[int, dict[str, Any]]:
    body = json.dumps(value).encode()
    return post(hook, body, signed(body, id_))


def ids(batch: Batch) -> list[str]:
    return [one.platform_id for one in batch.posts]


def test_posts_keep_their_own_platform_and_come_in_order(hook: Webhook) -> None:
    assert deliver(hook, [a_post("1"), a_post("2")], "a") == (200, {"kept": 2, "known": False})
    assert deliver(hook, a_post("3", title="T", platform="blog"), "b")[0] == 200
    batch = hook.fetch(None)
    assert ids(batch) == ["1", "2", "3"]
    assert [one.platform for one in batch.posts] == ["forum", "forum", "blog"]
    assert not batch.exhausted
    assert hook.fetch(batch.cursor).exhausted


def test_delete_is_told_as_an_event(hook: Webhook) -> None:
    deliver(hook, a_post("1"), "a")
    deliver(hook, {"delete": [{"platform": "forum", "id": 1}]}, "b")
    batch = hook.fetch(None)
    assert [(one.platform, one.platform_id) for one in batch.deletions] == [("forum", "1")]


def test_post_after_its_deletion_comes_in_a_later_batch(hook: Webhook) -> None:
    deliver(hook, {"delete": [{"platform": "forum", "id": "1"}]}, "a")
    deliver(hook, a_post("1"), "b")
    first = hook.fetch(None)
    assert (len(first.deletions), ids(first)) == (1, [])
    assert ids(hook.fetch(first.cursor)) == ["1"]


def test_same_id_again_is_answered_well_and_kept_once(hook: Webhook) -> None:
    deliver(hook, a_post("1"))
    assert deliver(hook, a_post("1")) == (200, {"kept": 0, "known": True})
    assert ids(hook.fetch(None)) == ["1"]


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"webhook-id": ""}, "webhook-id"),
        ({"webhook-timestamp": ""}, "webhook-timestamp"),
        ({"webhook-timestamp": "hello"}, "webhook-timestamp"),
        ({"webhook-signature": ""}, "webhook-signature"),
        ({"webhook-signature": "v1,dawfeoifkpqwoekfpqoekf"}, "webhook-signature"),
        ({"webhook-signature": "v1,"}, "webhook-signature"),
        ({"webhook-id": "other"}, "webhook-signature"),
        ({"webhook-id": "x" * 300}, "webhook-id"),
    ],
)
def test_unsigned_is_refused(hook: Webhook, headers: dict[str, str], why: str) -> None:
    body = json.dumps(a_post()).encode()
    status, said = post(hook, body, signed(body, "a") | headers)
    assert status == 401
    assert said["error"].startswith(why)
    batch = hook.fetch(None)
    assert batch.posts == []
    assert len(batch.unread) == (1 if headers.get("webhook-signature", "-") else 0)


@pytest.mark.parametrize("apart", [-301, 302])
def test_old_or_early_delivery_is_refused(hook: Webhook, apart: int) -> None:
    body = json.dumps(a_post()).encode()
    status, said = post(hook, body, signed(body, "a", time.time() + apart))
    assert (status, said["error"][:17]) == (401, "webhook-timestamp")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "body: not JSON"),
        (b"\xff", "body: not UTF-8 at byte 0"),
        (b"[" * 100_000, "body: nested deeper"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "body: nested deeper"),
        (b"[NaN]", "body: not JSON: NaN"),
        (b"3", "expected a post"),
        (json.dumps([a_post(), a_post(text=3)]).encode(), "[1]: text:"),
        (json.dumps(a_post(author={"id": "u"})).encode(), "author.handle: missing"),
        (json.dumps(a_post(platform="x\ud800")).encode(), "platform: expected"),
        (b'{"delete": 3}', "delete: expected a list"),
        (b'{"delete": [{"platform": "forum"}]}', "delete[0].id: missing"),
        (b'{"delete": [3]}', "delete[0].platform: expected"),
    ],
)
def test_bad_body_names_what_is_wrong(hook: Webhook, body: bytes, why: str) -> None:
    status, said = post(hook, body, signed(body, "a"))
    assert status == 400
    assert said["error"].startswith(why)
    assert hook.fetch(None).exhausted


def test_half_a_surrogate_and_a_nul_are_kept(hook: Webhook) -> None:
    deliver(hook, a_post(text="\ud800\x00 and a line\u2028break\n"))
    assert hook.fetch(None).posts[0].text == "\ud800\x00 and a line\u2028break\n"


def test_other_methods_types_and_sizes_are_refused(hook: Webhook) -> None:
    body = json.dumps(a_post()).encode()
    headers = signed(body, "a")
    assert post(hook, b"", {}, "GET") == (405, {"error": "send a POST"})
    assert post(hook, body, headers | {"content-type": "text/plain"})[0] == 415
    assert post(hook, body, headers | {"content-encoding": "gzip"})[0] == 415
    assert post(hook, body, headers | {"transfer-encoding": "chunked"})[0] == 411
    assert post(hook, body, headers | {"content-length": "-1"})[0] == 400
    assert post(hook, body + b" " * 2**20, headers)[0] == 413
    assert post(hook, body, headers, "BREW")[0] == 501
    assert post(hook, body, headers | {"content-type": "application/json; charset=utf-8"})[0] == 200


def test_full_spool_asks_to_come_later_and_takes_again_when_read(connect: Connect) -> None:
    hook = connect(WebhookOptions(port=0, most_kb=256, waiting_mb=1))
    hook.fetch(None)
    big = [deliver(hook, a_post(str(n), text="x" * 250_000), str(n))[0] for n in range(6)]
    assert big[:4] == [200] * 4
    assert big[5] == 429
    batch = hook.fetch(None)
    assert len(batch.posts) == big.count(200)
    hook.fetch(batch.cursor)
    assert deliver(hook, a_post("5"), "5")[0] == 200


def test_damaged_line_is_put_aside_and_the_rest_goes_on(hook: Webhook, tmp_path: Path) -> None:
    deliver(hook, a_post("1"), "a")
    hook.close()
    (part,) = tmp_path.glob("webhook-0/*.jsonl")
    part.write_bytes(b"{broken\n" + part.read_bytes())
    batch = hook.fetch(None)
    assert ids(batch) == ["1"]
    assert len(batch.rejects) == 1


def test_cursor_of_a_spool_that_was_lost_begins_anew(hook: Webhook, tmp_path: Path) -> None:
    for n in range(3):
        deliver(hook, a_post(str(n)), str(n))
    cursor = hook.fetch(None).cursor
    hook.close()
    for path in tmp_path.glob("webhook-0/*"):
        path.unlink()
    cursor = hook.fetch(cursor).cursor
    deliver(hook, a_post("new"), "new")
    assert ids(hook.fetch(cursor)) == ["new"]
    assert ids(hook.fetch("no cursor")) == ["new"]


def test_batches_end_and_go_on(hook: Webhook) -> None:
    for n in range(3):
        deliver(hook, [a_post(f"{n}-{m}") for m in range(600)], str(n))
    first = hook.fetch(None)
    second = hook.fetch(first.cursor)
    assert (len(first.posts), len(second.posts)) == (1200, 600)
    assert hook.fetch(second.cursor).exhausted


def test_same_port_again_at_once(connect: Connect) -> None:
    first = connect()
    first.fetch(None)
    port = first.port
    assert port is not None
    first.close()
    for _ in range(3):
        again = connect(WebhookOptions(port=port))
        again.fetch(None)
        assert deliver(again, a_post())[0] == 200
        again.close()


def test_second_reader_of_a_spool_does_not_listen(connect: Connect, hook: Webhook) -> None:
    deliver(hook, a_post())
    other = connect()
    assert ids(other.fetch(None)) == ["1"]
    assert other.port is None
    hook.close()
    other.fetch(None)
    assert other.port is not None


def test_port_that_is_taken_stops_the_source(connect: Connect) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        hook = connect(WebhookOptions(port=port))
        with pytest.raises(ConnectorError, match="set another port") as caught:
            hook.fetch(None)
        assert caught.value.permanent
    hook.fetch(None)
    assert hook.port == port


def test_folder_that_cannot_be_written_stops_the_source(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    access = Access(
        secrets={"LAURELS_WEBHOOK_SECRET": SECRET}, folder=tmp_path / "file", patience=0.0
    )
    with pytest.raises(ConnectorError, match="cannot be written") as caught:
        Webhook(WebhookOptions(port=0), access).fetch(None)
    assert caught.value.permanent


def test_closing_does_not_wait_for_those_who_do_nothing(hook: Webhook) -> None:
    assert hook.port is not None
    with closing(socket.create_connection(("127.0.0.1", hook.port), 5)) as idle:
        idle.sendall(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n12")
        hook.close()
    hook.close()


@pytest.mark.parametrize(
    ("changed", "way_out"),
    [
        ({"port": 70_000}, "from 0 to 65535"),
        ({"host": " "}, "127.0.0.1"),
        ({"most_kb": 0}, "from 1"),
        ({"most_kb": 4096, "waiting_mb": 1}, "at least four times most_kb, 16"),
    ],
)
def test_options_that_cannot_be_say_the_way_out(changed: dict[str, Any], way_out: str) -> None:
    with pytest.raises(ValueError, match=way_out):
        WebhookOptions(**changed)


def test_body_without_posts_is_taken() -> None:
    assert read([]).posts == ()
    with pytest.raises(BadDelivery):
        read(None)
