"""One gateway session of `tests.peers.discord`: what was sent in it, and how it fails."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.peers.discord_payloads import event


class Session:
    """What one client has been sent, so that it can resume."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.frames: list[str] = []
        self.take(socket, request, 0)

    def take(self, socket: web.WebSocketResponse, request: web.Request, seen: int) -> None:
        self.socket: web.WebSocketResponse | None = socket
        self.request = request
        self._out: asyncio.Queue[str] = asyncio.Queue()
        for frame in self.frames[seen:]:
            self._out.put_nowait(frame)
        if seen:
            self.send(event("RESUMED", {"_trace": []}))
        self._writer = asyncio.get_running_loop().create_task(self._write(socket, self._out))

    def send(self, frame: Mapping[str, Any]) -> None:
        text = json.dumps({**frame, "s": len(self.frames) + 1})
        self.frames.append(text)
        self._out.put_nowait(text)

    def leave(self) -> None:
        """The client is away; what comes is kept for it."""
        self.socket = None
        self._writer.cancel()

    async def fail(self, fault: str) -> None:
        socket = self.socket
        self.leave()
        assert socket is not None
        if fault == "reset":
            assert self.request.transport is not None
            self.request.transport.abort()
        elif fault == "op7":
            await socket.send_json({"op": 7, "d": None, "s": None, "t": None})
        elif fault in ("op9", "op9-resumable"):
            await socket.send_json({"op": 9, "d": fault != "op9", "s": None, "t": None})
        elif fault == "close-4000":
            await socket.close(code=4000)
        else:
            await socket.send_str('{"op": 0, "t": "MESSAGE_CRE')

    async def _write(self, socket: web.WebSocketResponse, out: asyncio.Queue[str]) -> None:
        while not socket.closed:
            text = await out.get()
            try:
                await socket.send_str(text)
            except (ConnectionError, RuntimeError):
                return
