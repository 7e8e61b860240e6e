"""A Jetstream server on loopback, both protocols, with faults.

Events as in the README of bluesky-social/jetstream ("Example events": commit, delete, identity,
account) and, for v2, as in its lexicon network.bsky.jetstream.subscribeEvents; records as in the
lexicon app.bsky.feed.post. Status codes, plain or XRPC error bodies, inclusive cursors in
microseconds and what a future cursor means: internal/subscribe/{handler,cursor}.go there.
"""

import asyncio
import json
import threading
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import zstandard
from aiohttp import WSMessage, web

from listener.connectors import Deletions
from listener.connectors.jetstream import JetstreamOptions
from listener.connectors.jetstream_line import Protocol

POSTS: Final = "app.bsky.feed.post"
CID: Final = "bafyreidwaivazkwu67xztlmuobx35hs2lnfh3kolmgfmucldvhd3sgzcqi"
REFUSALS: Final = ("429", "429-retry-after", "429-reset", "500", "502", "503-retry-after")
_LETTERS: Final = "234567abcdefghijklmnopqrstuvwxyz"


@cache
def dictionary() -> bytes:
    """A dictionary as a server would train it, with an id of its own."""
    samples: list[bytes | bytearray | memoryview[int]] = [
        json.dumps(commit(f"did:plc:{n:024}", n, _record(f"{n}"))).encode() for n in range(900)
    ]
    return zstandard.train_dictionary(8192, samples, dict_id=77).as_bytes()


def _record(text: str) -> dict[str, Any]:
    return {
        "$type": POSTS,
        "createdAt": "2024-09-09T19:46:02.102Z",
        "langs": ["en"],
        "text": text,
    }


def commit(
    did: str,
    time_us: int,
    record: Mapping[str, Any] | None,
    rkey: str = "3l3qo2vuowo2b",
    operation: str = "create",
) -> dict[str, Any]:
    """A commit event as v1 sends it; without a record for a deletion."""
    made: dict[str, Any] = {
        "rev": "3l3qo2vutsw2b", "operation": operation, "collection": POSTS, "rkey": rkey,
    }  # fmt: skip
    if record is not None:
        made |= {"record": record, "cid": CID}
    return {"did": did, "time_us": time_us, "kind": "commit", "commit": made}


def as_v2(event: Mapping[str, Any], seq: int) -> dict[str, Any]:
    """The same event as v2 frames it."""
    kind = event["kind"]
    time = datetime.fromtimestamp(event["time_us"] / 1e6, UTC).isoformat().replace("+00:00", "Z")
    about = event["commit"] if kind == "commit" else {kind: event[kind]}
    payload = {
        "$type": f"network.bsky.jetstream.subscribeEvents#{kind}",
        "seq": seq, "did": event["did"], "time": time, "witnessedAt": time, **about,
    }  # fmt: skip
    return {"$type": "message", "payload": payload}


def did_of(author: str) -> str:
    """An author's DID."""
    return "did:plc:" + author.ljust(24, "a")


class JetstreamPeer:
    """Speaks `speaks`; the connector is told to use `protocol`."""

    word = "jetstream"
    secrets: Mapping[str, str] = {}
    edits = True
    deletions = Deletions.EVENTS
    faults: tuple[str, ...] = (
        *REFUSALS, "reset", "going-away", "half-closed", "silent", "not-json", "truncated",
        "too-slow",
    )  # fmt: skip

    def __init__(
        self,
        protocol: Protocol = Protocol.AUTO,
        *,
        speaks: tuple[Protocol, ...] = (Protocol.V1, Protocol.V2),
        zstd: bool = True,
    ) -> None:
        self.options = JetstreamOptions(protocol=protocol)
        self.speaks = speaks
        self.dictionary = dictionary() if zstd else b""
        self.answers_pings = True
        self.asked: list[str] = []
        self.sent_bytes = 0
        self._times: list[int] = []
        self._events: list[dict[str, Any]] = []
        self._roots: dict[str, str] = {}
        self._records: dict[str, dict[str, Any]] = {}
        self._refusals: deque[str] = deque()
        self._lock = threading.Lock()
        self._streams: dict[web.WebSocketResponse, tuple[asyncio.Event, web.Request]] = {}
        self._broken: list[str] = []
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(10)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"ws://127.0.0.1:{self._port}"

    def say(
        self, text: str, at: datetime, *, author: str = "ann", parent: str | None = None
    ) -> str:
        """Somebody posts."""
        record = _record(text) | {"createdAt": at.isoformat().replace("+00:00", "Z")}
        if parent is not None:
            root = self._roots.get(parent, parent)
            record["reply"] = {
                "root": {"cid": CID, "uri": root}, "parent": {"cid": CID, "uri": parent},
            }  # fmt: skip
        return self.post(record, author=author)

    def post(self, record: dict[str, Any], *, author: str = "ann") -> str:
        """Somebody's repository gets this record."""
        with self._lock:
            key = self._key(len(self._records))
            uri = f"at://{did_of(author)}/{POSTS}/{key}"
            self._records[uri] = record
            if "reply" in record:
                self._roots[uri] = record["reply"]["root"]["uri"]
        self.add(commit(did_of(author), 0, record, key))
        return uri

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        """The record is replaced."""
        did, key = platform_id.split("/")[2::2]
        record = self._records[platform_id] | {"text": text}
        self.add(commit(did, 0, record, key, "update"))

    def delete(self, platform_id: str) -> None:
        """The record is deleted."""
        did, key = platform_id.split("/")[2::2]
        self.add(commit(did, 0, None, key, "delete"))

    def name(self, author: str, handle: str) -> None:
        """An account's handle is told."""
        did, time = did_of(author), "2024-09-05T06:11:04.870Z"
        about = {"did": did, "handle": handle, "seq": 1409752997, "time": time}
        self.add({"did": did, "time_us": 0, "kind": "identity", "identity": about})

    def account(self, author: str, status: str | None) -> None:
        """An account goes, in that way, or comes back."""
        did, time = did_of(author), "2024-09-05T06:11:04.870Z"
        about: dict[str, Any] = {"active": status is None, "did": did, "seq": 1409753013}
        about |= {"time": time} | ({} if status is None else {"status": status})
        self.add({"did": did, "time_us": 0, "kind": "account", "account": about})

    def garble(self, frame: str) -> None:
        """An event that goes over the wire like this."""
        self.add({"did": "did:plc:garbled", "raw": frame})

    def fail(self, fault: str) -> None:
        """Streams that are open break; the next ones do where the fault is a refusal."""
        if fault in REFUSALS or fault == "silent" or fault.isdigit():
            self._refusals.append(fault)
            fault = "reset"
        elif not self._streams:
            self._broken.append(fault)
        self._call(self._break_all, fault)

    def close(self) -> None:
        """Stop serving."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _key(self, number: int) -> str:
        key = ""
        for _ in range(11):
            number, digit = divmod(number, 32)
            key = _LETTERS[digit] + key
        return "3k" + key

    def add(self, event: dict[str, Any]) -> None:
        """An event, which gets its time."""
        with self._lock:
            last = self._times[-1] if self._times else 0
            event["time_us"] = max(last + 1, time.time_ns() // 1000)
            self._events.append(event)
            self._times.append(event["time_us"])
        self._call(self._wake)

    def _call(self, what: Any, *args: Any) -> None:
        self._loop.call_soon_threadsafe(what, *args)

    def _wake(self) -> None:
        for more, _ in self._streams.values():
            more.set()

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        ready.set()
        self._loop.run_forever()

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_get("/subscribe", self._v1)
        app.router.add_get("/xrpc/network.bsky.jetstream.subscribeEvents", self._v2)
        app.router.add_get("/xrpc/network.bsky.jetstream.getZstdDictionary", self._give)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        self._break_all("reset")
        await self._runner.cleanup()

    def _break_all(self, fault: str) -> None:
        for socket, (_, request) in list(self._streams.items()):
            self._loop.create_task(self._break(fault, socket, request))

    async def _break(self, fault: str, socket: web.WebSocketResponse, request: web.Request) -> None:
        transport = request.transport
        if transport is None:
            return
        with suppress(ConnectionError, RuntimeError):
            match fault:
                case "going-away":
                    await socket.close(code=1001, message=b"server is going away")
                case "half-closed":
                    transport.write_eof()
                case "not-json":
                    await socket.send_str('{"did": "did:plc:')
                case "truncated":
                    transport.write(b"\x81\x7e\x01\x00" + b'{"did":')
                    transport.close()
                case "too-slow":
                    error = {"$type": "error", "error": "ConsumerTooSlow", "message": "too slow"}
                    await socket.send_str(json.dumps(error))
                    await socket.close()
                case _:
                    transport.abort()

    async def _give(self, request: web.Request) -> web.Response:
        if Protocol.V2 not in self.speaks or not self.dictionary:
            return web.json_response({"error": "DictionaryNotFound"}, status=404)
        return web.Response(body=self.dictionary, content_type="application/octet-stream")

    async def _v1(self, request: web.Request) -> web.StreamResponse:
        if Protocol.V1 not in self.speaks:
            return web.Response(text="404 page not found", status=404)
        packs = request.query.get("compress") == "true"
        deflates = "permessage-deflate" in request.headers.get("Sec-WebSocket-Extensions", "")
        if packs and deflates:
            return web.Response(text="choose one compression scheme", status=400)
        return await self._serve(request, is_v2=False, packs=packs)

    async def _v2(self, request: web.Request) -> web.StreamResponse:
        if Protocol.V2 not in self.speaks:
            return web.Response(text="404 page not found", status=404)
        number = request.query.get("zstdDictionary")
        if number is not None and number != "77":
            error = {"error": "UnknownZstdDictionary", "message": "current dictionary id is 77"}
            return web.json_response(error, status=400)
        return await self._serve(request, is_v2=True, packs=number is not None)

    async def _serve(self, request: web.Request, *, is_v2: bool, packs: bool) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        if self._refusals:
            return await self._refuse(self._refusals.popleft())
        protocols = ("xrpc.v1.json",) if is_v2 else ()
        socket = web.WebSocketResponse(
            protocols=protocols, compress=not is_v2 and not packs, autoping=self.answers_pings
        )
        await socket.prepare(request)
        more = asyncio.Event()
        self._streams[socket] = (more, request)
        while self._broken:
            await self._break(self._broken.pop(), socket, request)
        sending = asyncio.create_task(self._send(socket, request, more, is_v2=is_v2, packs=packs))
        try:
            async for message in socket:
                _ignored(message)
        finally:
            self._streams.pop(socket, None)
            sending.cancel()
            with suppress(asyncio.CancelledError, ConnectionError, RuntimeError):
                await sending
        return socket

    async def _refuse(self, fault: str) -> web.Response:
        if fault == "silent":
            await asyncio.sleep(5)
        status, _, extra = fault.partition("-")
        headers = {
            "retry-after": {"Retry-After": "1"},
            "reset": {"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(time.time()) + 1)},
        }
        given = headers.get(extra, {})
        return web.Response(
            text="no", status=int(status) if status.isdigit() else 503, headers=given
        )

    async def _send(
        self,
        socket: web.WebSocketResponse,
        request: web.Request,
        more: asyncio.Event,
        *,
        is_v2: bool,
        packs: bool,
    ) -> None:
        cursor = int(request.query.get("cursor", "0")) or time.time_ns()
        at = bisect_left(self._times, cursor)
        if cursor > time.time_ns() // 1000:
            at = len(self._events)
        dids = set(request.query.getall("dids" if is_v2 else "wantedDids", []))
        named = set(request.query.getall("collections" if is_v2 else "wantedCollections", []))
        packer = zstandard.ZstdCompressor(dict_data=zstandard.ZstdCompressionDict(self.dictionary))
        while True:
            more.clear()
            while at < len(self._events):
                event, at = self._events[at], at + 1
                if (dids and event["did"] not in dids) or not _is_named(event, named):
                    continue
                frame = _written(event, at if is_v2 else None)
                if packs:
                    frame = packer.compress(frame)
                    await socket.send_bytes(frame)
                else:
                    await socket.send_str(frame.decode())
                self.sent_bytes += len(frame)
            await more.wait()


def _is_named(event: Mapping[str, Any], collections: set[str]) -> bool:
    """Only commits are told apart by collection; everybody hears of accounts."""
    return "commit" not in event or event["commit"]["collection"] in collections


def _written(event: Mapping[str, Any], seq: int | None) -> bytes:
    if "raw" in event:
        return str(event["raw"]).encode()
    return json.dumps(event if seq is None else as_v2(event, seq)).encode()


def _ignored(message: WSMessage) -> None:
    """A client that only listens says nothing."""
