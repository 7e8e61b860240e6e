"""A Discord with one server, over real sockets: REST and gateway, both version 10.

Payloads follow Discord's documents (discord-api-docs, `docs/`): "Message Object", "Channel Object",
"Thread Metadata Object", "Guild Object" and "Application Object" under `resources/`;
`events/gateway.mdx` (opcodes, Hello, Identify, Resume, Invalid Session),
`events/gateway-events.mdx` (Ready, Guild Create, Message Create, Update, Delete, Thread Create,
Delete, Channel Delete), `topics/rate-limits.mdx` and "JSON Error Codes" in
`topics/opcodes-and-status-codes.md`.
"""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from aiohttp import WSMsgType, web

from listener.connectors import Deletions
from listener.connectors.discord import DiscordOptions
from tests.peers.discord_payloads import BOT, GUILD, answer, event, user
from tests.peers.discord_session import Session
from tests.peers.discord_world import FORUM, GENERAL, World

TOKEN: Final = "good"
_REMEMBERED: Final = 3
_GATEWAY_FAULTS: Final = ("op7", "op9-resumable", "op9", "reset", "garbage", "close-4000")
_REST_FAULTS: Final = ("429", "500", "503", "reset-rest", "cut")


class DiscordPeer:
    """A server with a channel and a forum; `say` writes in the channel."""

    word = "discord"
    options: object = DiscordOptions(message_content=True)
    secrets: Mapping[str, str] = {"LAURELS_DISCORD_TOKEN": TOKEN}
    edits = True
    deletions = Deletions.EVENTS
    faults: tuple[str, ...] = _GATEWAY_FAULTS + _REST_FAULTS

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.sent: list[tuple[str, Any]] = []
        """What the bot posted: path and body."""
        self.world = World()
        self.intents_closed: int | None = None
        """A code that closes the gateway on Identify."""
        self.is_down = False
        """The gateway takes no connection."""
        self.gateway_port = 0
        """Another port than the peer's own, where nobody listens."""
        self.rest_faults: deque[str] = deque()
        self.acknowledges = True
        self.heartbeat_ms = 41_250
        self.identified = 0
        self.connections = 0
        self._sessions: dict[str, Session] = {}
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True, name="peer")
        self._thread.start()
        self._ready.wait()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v10"

    def say(
        self,
        text: str,
        at: datetime,
        *,
        author: str = "ann",
        parent: str | None = None,
        room: int = GENERAL,
        heard: bool = True,
        **more: Any,
    ) -> str:
        """Without `heard`, the gateway keeps it to itself: only the history knows it."""
        message = self.world.write(text, at, author, parent, room)
        if more:
            more["author"] = more.pop("author_is", message["author"])
            message = self.world.change(message["id"], **more)
        if heard:
            self.dispatch("MESSAGE_CREATE", message)
        return str(message["id"])

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        changed = self.world.change(platform_id, content=text, edited_timestamp=at.isoformat())
        self.dispatch("MESSAGE_UPDATE", changed)

    def delete(self, platform_id: str, *, heard: bool = True) -> None:
        gone = self.world.remove(platform_id)
        if heard:
            self.dispatch("MESSAGE_DELETE", gone)

    def open_thread(
        self,
        name: str,
        at: datetime,
        *,
        parent: int = FORUM,
        archived: bool = False,
        id_: int | None = None,
    ) -> int:
        """A thread, on whose id its first message is."""
        told = self.world.open_thread(name, at, parent, archived=archived, id_=id_)
        if not archived:
            self.dispatch("THREAD_CREATE", told | {"newly_created": True})
        return int(told["id"])

    def delete_room(self, id_: int, *, heard: bool = True) -> None:
        """A thread or a channel goes; of a thread only what names it is told."""
        gone = self.world.remove_room(id_)
        if heard and "thread_metadata" in gone:
            told = {name: gone[name] for name in ("id", "guild_id", "parent_id", "type")}
            self.dispatch("THREAD_DELETE", told)
        elif heard:
            self.dispatch("CHANNEL_DELETE", gone)

    def dispatch(self, name: str, data: Mapping[str, Any]) -> None:
        """An event for every session, kept for those that are away."""
        frame = {"op": 0, "t": name, "d": dict(data)}
        self._loop.call_soon_threadsafe(self._send_all, frame)

    def fail(self, fault: str) -> None:
        if fault in _GATEWAY_FAULTS:
            self._do(self._break(fault))
            return
        self.rest_faults.append(fault)
        if fault in _REST_FAULTS and any(one.socket for one in self._sessions.values()):
            # The history is asked again once a frame was not JSON.
            self._do(self._break("garbage"))

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    # The gateway

    def _send_all(self, frame: dict[str, Any]) -> None:
        for session in self._sessions.values():
            session.send(frame)

    async def _break(self, fault: str) -> None:
        for session in self._sessions.values():
            if session.socket is not None:
                await session.fail(fault)
        if fault == "op9":
            self._sessions.clear()

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        if self.is_down:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        session: Session | None = None
        with suppress(ConnectionError):
            await socket.send_json(_frame(10, {"heartbeat_interval": self.heartbeat_ms}))
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                frame = json.loads(message.data)
                if frame["op"] == 1 and self.acknowledges:
                    await socket.send_json(_frame(11, None))
                elif frame["op"] == 2:
                    session = await self._identify(socket, request, frame["d"])
                elif frame["op"] == 6:
                    session = await self._resume(socket, request, frame["d"])
        if session is not None and session.socket is socket:
            session.leave()
        return socket

    async def _identify(
        self, socket: web.WebSocketResponse, request: web.Request, data: Mapping[str, Any]
    ) -> "Session | None":
        self.identified += 1
        code = self.intents_closed or (4004 if data["token"] != TOKEN else None)
        if code:
            await socket.close(code=code)
            return None
        away = [name for name, one in self._sessions.items() if one.socket is None]
        for name in away[:-_REMEMBERED]:
            del self._sessions[name]
        name = f"session{self.identified}"
        session = self._sessions[name] = Session(socket, request)
        session.send(event("READY", {
            "v": 10, "user": user("laurels", BOT),
            "guilds": [{"id": str(GUILD), "unavailable": True}],
            "session_id": name, "resume_gateway_url": f"ws://127.0.0.1:{self.port}/gateway",
            "application": {"id": str(BOT), "flags": 1 << 18}, "shard": [0, 1],
        }))  # fmt: skip
        session.send(event("GUILD_CREATE", self.world.guild()))
        return session

    async def _resume(
        self, socket: web.WebSocketResponse, request: web.Request, data: Mapping[str, Any]
    ) -> "Session | None":
        session = self._sessions.get(data["session_id"])
        if session is None:
            await socket.send_json(_frame(9, data=False))
            return None
        session.take(socket, request, data["seq"])
        return session

    # REST

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        self.asked.append(f"{request.method} {path}")
        if self._fits(path) and (fault := self.rest_faults.popleft()):
            return await self._refuse(fault, request)
        if request.headers.get("Authorization") != f"Bot {TOKEN}" and path != "/gateway":
            return answer({"message": "401: Unauthorized", "code": 0}, 401)
        if request.method != "GET":
            self.sent.append((path, await request.json()))
        if path == "/gateway":
            return answer({"url": f"ws://127.0.0.1:{self.gateway_port or self.port}/gateway"})
        if path.startswith("/channels/") and (refused := self._refusal(path)):
            return refused
        found = self.world.found(path, request.query)
        if found is None:
            return answer({"message": "Unknown Message", "code": 10008}, 404)
        return answer(found)

    def _refusal(self, path: str) -> web.Response | None:
        """Get Channel Message wants Read Message History; Get Channel Messages does without."""
        if not self.world.has_room(path):
            return answer({"message": "Unknown Channel", "code": 10003}, 404)
        room, *rest = path.split("/")[2:]
        if int(room) in self.world.barred and len(rest) == 2:
            return answer({"message": "Missing Access", "code": 50001}, 403)
        return None

    def _fits(self, path: str) -> bool:
        if not self.rest_faults:
            return False
        return self.rest_faults[0] in ("401", "403") or path.endswith("/messages")

    async def _refuse(self, fault: str, request: web.Request) -> web.StreamResponse:
        if fault == "reset-rest" and request.transport is not None:
            request.transport.abort()
            return web.Response()
        if fault == "cut":
            return web.Response(body=b'[{"id": "1', headers={"Content-Type": "application/json"})
        if fault == "429":
            body = {"message": "You are being rate limited.", "retry_after": 0.2, "global": False}
            return answer(body, 429, {"Retry-After": "1", "X-RateLimit-Scope": "user"})
        status = int(fault.partition("-")[0])
        return answer({"message": f"{status}: refused", "code": 0}, status)

    # The rest

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(5)

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._until_over())

    async def _until_over(self) -> None:
        app = web.Application()
        app.router.add_get("/gateway", self._gateway)
        app.router.add_route("*", "/api/v10/{path:.*}", self._rest)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = runner.addresses[0][1]
        self._ready.set()
        await self._over.wait()
        await runner.cleanup()


def _frame(op: int, data: object) -> dict[str, object]:
    return {"op": op, "d": data, "s": None, "t": None}
