"""What a webhook took until the store has it, and the server that takes it."""

import http.client
import json
import multiprocessing
import os
import signal
import socket
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from listener.connectors import Access
from listener.connectors.webhook import Webhook, WebhookOptions
from listener.connectors.webhook_delivery import Door
from listener.connectors.webhook_server import Server
from listener.connectors.webhook_signature import Keys
from listener.connectors.webhook_spool import Place, Put, Spool
from tests.peers.webhook import SECRET, signed

POST = {
    "platform": "forum", "id": "1", "kind": "post", "author": {"id": "u1", "handle": "ann"},
    "created_at": "2026-05-04T12:00:00Z", "text": "hello",
}  # fmt: skip


def test_id_is_known_after_a_restart_and_after_its_part_went(tmp_path: Path) -> None:
    clock = [0.0]
    for _ in range(2):
        with closing(Spool(tmp_path, most=10_000, kept=5.0, clock=lambda: clock[0])) as spool:
            spool.open()
            assert spool.put("a", b'{"id": "a"}') is (Put.KEPT if clock[0] == 0 else Put.KNOWN)
            for _ in range(3):
                clock[0] += 100
                spool.passed(Place(spool.entered(Place()).spool, 12))
            clock[0] += 1
    assert [path.stat().st_size for path in tmp_path.glob("*.jsonl")] == [0]
    assert (tmp_path / "seen").exists()


def test_disk_that_fails_is_told_and_harms_nothing_kept(tmp_path: Path) -> None:
    with closing(Spool(tmp_path, most=10_000)) as spool:
        spool.open()
        spool.put("a", b"1")
        (part,) = tmp_path.glob("*.jsonl")
        with part.open("ab") as file:
            file.write(b"left by a write that failed")
        spool.put("b", b"2")
        assert [line for line, _ in spool.lines(Place())] == [b"1", b"2"]
    door = Door(Keys(SECRET), spool)
    body = json.dumps(POST).encode()
    assert door.take(signed(body, "c"), body).status == 503


def test_half_a_line_left_by_a_crash_is_forgotten(tmp_path: Path) -> None:
    with closing(Spool(tmp_path, most=10_000)) as spool:
        spool.open()
        spool.put("a", b"1")
    (part,) = tmp_path.glob("*.jsonl")
    with part.open("ab") as file:
        file.write(b'{"id": "b", "at')
    with closing(Spool(tmp_path, most=10_000)) as spool:
        spool.open()
        spool.put("c", b"3")
        assert [line for line, _ in spool.lines(Place())] == [b"1", b"3"]


def test_parts_go_only_when_the_stored_cursor_passed_them_for_a_while(tmp_path: Path) -> None:
    clock = [100.0]
    with closing(Spool(tmp_path, most=10_000, kept=600, clock=lambda: clock[0])) as spool:
        spool.open()
        spool.put("a", b"first")
        start = spool.entered(Place())
        ((_, after),) = spool.lines(start)
        clock[0] += 100
        spool.passed(start)
        assert len(list(tmp_path.glob("*.jsonl"))) == 1
        spool.passed(after)
        spool.put("b", b"second")
        assert [line for line, _ in spool.lines(start)] == [b"first", b"second"]
        clock[0] += 601
        spool.passed(after)
        assert [line for line, _ in spool.lines(start)] == [b"second"]


def _hook(tmp_path: Path, port: int) -> Webhook:
    access = Access(secrets={"LAURELS_WEBHOOK_SECRET": SECRET}, folder=tmp_path, patience=0.0)
    return Webhook(WebhookOptions(port=port), access)


def _serve(tmp_path: Path, port: int) -> None:
    _hook(tmp_path, port).fetch(None)
    signal.pause()


def test_what_was_answered_outlives_a_kill(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(tmp_path, port))
    process.start()
    answered = []
    try:
        for n in range(50):
            body = json.dumps(POST | {"id": str(n)}).encode()
            if _sent(port, body, str(n)) == 200:
                answered.append(str(n))
            if n == 40:
                assert process.pid is not None
                os.kill(process.pid, signal.SIGKILL)
                process.join()
    finally:
        process.kill()
        process.join()
    with closing(_hook(tmp_path, port)) as hook:
        assert [one.platform_id for one in hook.fetch(None).posts] == answered
    assert len(answered) >= 40


def _sent(port: int, body: bytes, id_: str) -> int | None:
    ends = time.monotonic() + (20 if id_ == "0" else 0)
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            with closing(connection):
                connection.request("POST", "/", body, signed(body, id_))
                return connection.getresponse().status
        except OSError:
            if time.monotonic() >= ends:
                return None


def test_slow_clients_are_cut_off_and_too_many_turned_away(tmp_path: Path) -> None:
    with closing(Spool(tmp_path, most=10_000)) as spool:
        spool.open()
        door = Door(Keys(SECRET), spool)
        server = Server("127.0.0.1", 0, door.take, largest=1_000, longest=0.5, clients=3)
        with closing(server), ExitStack() as opened:
            clients = [
                opened.enter_context(socket.create_connection(("127.0.0.1", server.port), 5))
                for _ in range(5)
            ]
            for one in clients[:3]:
                one.sendall(b"POST / HTTP/1.1\r\n")
            assert clients[4].recv(100).startswith(b"HTTP/1.1 503")
            clients[0].settimeout(0.1)
            for _ in range(3):
                clients[0].sendall(b"x: y\r\n")  # never silent for long
                with suppress(TimeoutError):
                    clients[0].recv(1)
            clients[0].settimeout(5)
            assert [one.recv(100) for one in clients[:3]] == [b""] * 3
            body = json.dumps(POST).encode()
            assert _sent(server.port, body, "a") == 200
