"""A Jetstream server that replays made-up events at a steady pace, in a process of its own.

    python -m benchmarks.jetstream_server --rate 20000 --seconds 60 --breaks 3 --protocol v1

The same number is always the same event, so any moment can be asked for again. Frames are put
together from pieces made beforehand: the process costs little beside the one that is measured.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import random
import struct
import time
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

_POOL: Final = 4_096
_TICK: Final = 0.01
_BURST: Final = 2_000
_TIME, _KEY = "1111111111111111", "3k2222222222222"
_MOMENT: Final = "2011-11-11T11:11:11.111111Z"
_CID: Final = "bafyreidwaivazkwu67xztlmuobx35hs2lnfh3kolmgfmucldvhd3sgzcqi"
_TEXT: Final = (
    "the and to of in is it that for on you this with are have was not be my just so like get out "
    "time today people good new know think really love music game work day great photo art "
    "weekend coffee cat morning thank support update release ドキュメント 今日は 東京 ありがとう "
    "grüße für nicht auch über schön merci beaucoup aujourd'hui gracias señor mañana 🎉 😂 ❤️"
)
_WORDS: Final = _TEXT.split()
_BRANDS: Final = ("acme", "acme cloud", "@acme.example.org", "freecodecamp")


def did(luck: random.Random) -> str:
    """Somebody's."""
    return "did:plc:" + "".join(luck.choices("abcdefghijklmnopqrstuvwxyz234567", k=24))


def event(luck: random.Random) -> dict[str, Any]:
    """An event as v1 sends it: nine in ten a new post, the others deletions."""
    commit: dict[str, Any] = {"rev": "3l3qo2vutsw2b", "operation": "create"}
    commit |= {"collection": "app.bsky.feed.post", "rkey": _KEY}
    made = {"did": did(luck), "time_us": int(_TIME), "kind": "commit", "commit": commit}
    if luck.random() < 0.1:
        commit["operation"] = "delete"
        return made
    words = luck.choices(_WORDS, k=min(45, 1 + int(luck.expovariate(1 / 14))))
    if luck.random() < 0.001:
        words.append(luck.choice(_BRANDS))
    record: dict[str, Any] = {
        "$type": "app.bsky.feed.post",
        "createdAt": "2026-11-22T04:00:00.000Z",
        "langs": ["en"],
        "text": " ".join(words),
    }
    if luck.random() < 0.45:
        ref = {"cid": _CID, "uri": f"at://{did(luck)}/app.bsky.feed.post/3l3pte3p2e325"}
        record["reply"] = {"parent": ref, "root": ref}
    if luck.random() < 0.2:
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": did(luck)}
        record["facets"] = [{"index": {"byteStart": 0, "byteEnd": 9}, "features": [feature]}]
    if luck.random() < 0.25:
        blob = {"$type": "blob", "ref": {"$link": _CID}, "mimeType": "image/jpeg", "size": 1}
        image = {"alt": "", "image": blob, "aspectRatio": {"width": 4, "height": 3}}
        record["embed"] = {"$type": "app.bsky.embed.images", "images": [image]}
    commit |= {"record": record, "cid": _CID}
    return made


def as_v2(one: dict[str, Any]) -> dict[str, Any]:
    """The same as v2 frames it."""
    kind = "network.bsky.jetstream.subscribeEvents#commit"
    head = {"$type": kind, "seq": 1, "did": one["did"], "time": _MOMENT, "witnessedAt": _MOMENT}
    return {"$type": "message", "payload": head | one["commit"]}


class Replay:
    """The events by number, and when each is due."""

    def __init__(self, rate: int, seconds: int, *, is_v2: bool) -> None:
        luck = random.Random(7)
        self.rate, self.total = rate, rate * seconds
        self.is_v2 = is_v2
        self.began = time.time()
        self._time = (_MOMENT if is_v2 else _TIME).encode()
        made = [as_v2(event(luck)) if is_v2 else event(luck) for _ in range(_POOL)]
        self._pool = [self._pieces(json.dumps(one, ensure_ascii=False).encode()) for one in made]

    def _pieces(self, frame: bytes) -> bytes:
        """A frame of the websocket with gaps for the moment and the key."""
        size = struct.pack("!H", len(frame)) if len(frame) > 125 else b""
        head = b"\x81" + (bytes([126]) + size if size else bytes([len(frame)]))
        whole = (head + frame).replace(b"%", b"%%")
        return whole.replace(self._time, b"%(t)b").replace(_KEY.encode(), b"%(k)b")

    def number_at(self, time_us: int) -> int:
        """The first event at or after a moment."""
        return max(0, -int((self.began * 1e6 - time_us) * self.rate // 1e6))

    def frames(self, first: int, last: int) -> bytes:
        """Events from one number to before another, as they go over the wire."""
        step, began, pool = 1e6 / self.rate, self.began * 1e6, self._pool
        if self.is_v2:
            times = [_moment((began + n * step) / 1e6) for n in range(first, last)]
        else:
            times = [b"%016d" % (began + n * step) for n in range(first, last)]
        return b"".join(
            pool[n % _POOL] % {b"t": at, b"k": b"3k%013d" % n}
            for n, at in zip(range(first, last), times, strict=True)
        )


class Server:
    """One stream at a time; it is cut off when the replay passes each of the `breaks`."""

    def __init__(self, replay: Replay, breaks: int) -> None:
        self._replay = replay
        self._breaks = [replay.total * (n + 1) // (breaks + 1) for n in range(breaks)]
        self._has_begun = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Shake hands, then send what is due."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ", 2)[1]
        key = next(
            line.partition(":")[2].strip()
            for line in head.split("\r\n")
            if line.lower().startswith("sec-websocket-key:")
        )
        if ("/xrpc/" in path) != self._replay.is_v2:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        else:
            writer.write(_switching(key))
            query = parse_qs(urlsplit(path).query)
            await self._send(writer, int(query["cursor"][0]))
        writer.close()

    async def _send(self, writer: asyncio.StreamWriter, cursor: int) -> None:
        replay = self._replay
        if not self._has_begun:
            self._has_begun, replay.began = True, time.time()
        at = replay.number_at(cursor)
        while not writer.is_closing():
            due = min(replay.total, int((time.time() - replay.began) * replay.rate))
            if at >= due:
                await asyncio.sleep(_TICK)
                continue
            following = min(due, at + _BURST)
            writer.write(replay.frames(at, following))
            at = following
            if self._breaks and at >= self._breaks[0]:
                self._breaks.pop(0)
                writer.transport.abort()
                return
            try:
                await writer.drain()
            except ConnectionError:
                return


def _moment(seconds: float) -> bytes:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()


def _switching(key: str) -> bytes:
    accept = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + base64.b64encode(accept) + b"\r\n\r\n"
    )


async def main() -> None:
    """Serve until killed; the port is told on the first line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=20_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--breaks", type=int, default=3)
    parser.add_argument("--protocol", choices=("v1", "v2"), default="v1")
    given = parser.parse_args()
    replay = Replay(given.rate, given.seconds, is_v2=given.protocol == "v2")
    listening = await asyncio.start_server(Server(replay, given.breaks).serve, "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
