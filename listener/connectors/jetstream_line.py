"""A connection to a Jetstream server, by whichever protocol and compression it speaks."""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from listener.connectors import Access, ConnectorError
from listener.connectors.jetstream_wire import (
    LARGEST,
    Event,
    StreamError,
    dictionary_address,
    read_v1,
    read_v2,
    v1_address,
    v2_address,
)
from listener.limits import retry_after

if TYPE_CHECKING:
    import aiohttp
    import zstandard

V1_SERVER: Final = "wss://jetstream2.us-east.bsky.network"
V2_SERVER: Final = "wss://jetstream.us-east.bsky.network"
_DICTIONARY: Final = 0xEC30A437
_DEFLATE_BITS: Final = 15
_NOT_THERE: Final = (404, 405, 501)
Read = Callable[[bytes | str], Event | None]
Hear = Callable[[bytes | str, Read], bool]
"""Takes a frame and how to read it; whether the next must wait for room."""


class Protocol(StrEnum):
    """Which of its two protocols a Jetstream server is asked for."""

    V1 = "v1"
    V2 = "v2"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class LineSettings:
    """What is asked for, and how it is packed."""

    base_url: str | None
    protocol: Protocol
    compress: bool
    dictionary: Path | None
    dids: tuple[str, ...]


class Line:
    """Connects to one server, again and again; every failure is a ConnectorError naming it."""

    def __init__(self, settings: LineSettings, access: Access) -> None:
        self._settings = settings
        self._access = access
        self._protocol = settings.protocol
        self._compress = settings.compress
        self._packed: tuple[int, zstandard.ZstdDecompressor] | None = None

    @property
    def base(self) -> str:
        """The server's address."""
        own = V1_SERVER if self._protocol is Protocol.V1 else V2_SERVER
        return self._settings.base_url or own

    async def listen(
        self,
        since_us: int,
        opened: Callable[[], None],
        hear: Hear,
        room: Callable[[], Awaitable[object]],
    ) -> None:
        """Hear every frame from a moment on, until the server ends the stream.

        Raises ConnectorError where there is no connection or it breaks.
        """
        import aiohttp

        timeout = self._access.timeout
        limits = aiohttp.ClientTimeout(total=None, sock_connect=timeout)
        try:
            async with aiohttp.ClientSession(timeout=limits) as session:
                async with asyncio.timeout(timeout):
                    socket, read = await self._opened(session, since_us)
                async with socket:
                    opened()
                    await self._heard(socket, read, hear, room)
        except aiohttp.WSServerHandshakeError as error:
            raise self._refusal(error) from None
        except TimeoutError:
            raise self._failure(f"did not answer within {timeout:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise self._failure(f"cannot be read ({reason})") from error
        except StreamError as error:
            raise self._failure(f"ended the stream ({error})") from error

    async def _opened(
        self, session: "aiohttp.ClientSession", since_us: int
    ) -> tuple["aiohttp.ClientWebSocketResponse", Read]:
        import aiohttp

        if self._protocol is not Protocol.V1:
            try:
                return await self._opened_v2(session, since_us), read_v2
            except aiohttp.WSServerHandshakeError as error:
                if self._protocol is Protocol.V2 or error.status not in _NOT_THERE:
                    raise
            self._protocol, self._packed = Protocol.V1, None
        return await self._opened_v1(session, since_us), read_v1

    async def _opened_v2(
        self, session: "aiohttp.ClientSession", since_us: int
    ) -> "aiohttp.ClientWebSocketResponse":
        import aiohttp

        if self._compress and self._packed is None:
            await self._fetch_dictionary(session)
        known = self._packed[0] if self._packed else None
        try:
            return await self._connected(session, self._v2(since_us, known), ("xrpc.v1.json",))
        except aiohttp.WSServerHandshakeError as error:
            if known is None or error.status != 400:
                raise
        # The server has another dictionary by now; plain frames are always to be had.
        self._packed, self._compress = None, False
        return await self._connected(session, self._v2(since_us, None), ("xrpc.v1.json",))

    def _v2(self, since_us: int, dictionary: int | None) -> str:
        return v2_address(self.base, since_us, self._settings.dids, dictionary)

    async def _opened_v1(
        self, session: "aiohttp.ClientSession", since_us: int
    ) -> "aiohttp.ClientWebSocketResponse":
        if self._compress and self._packed is None and self._settings.dictionary:
            self._use(self._settings.dictionary.read_bytes())
        zstd = self._packed is not None
        address = v1_address(self.base, since_us, self._settings.dids, zstd=zstd)
        # The server refuses both kinds of compression together.
        deflate = _DEFLATE_BITS if self._compress and not zstd else 0
        return await self._connected(session, address, (), deflate)

    async def _connected(
        self,
        session: "aiohttp.ClientSession",
        address: str,
        protocols: tuple[str, ...],
        deflate: int = 0,
    ) -> "aiohttp.ClientWebSocketResponse":
        self._access.meter.spend("the stream of posts")
        return await session.ws_connect(
            address,
            protocols=protocols,
            heartbeat=self._access.timeout,
            compress=deflate,
            max_msg_size=LARGEST,
        )

    async def _fetch_dictionary(self, session: "aiohttp.ClientSession") -> None:
        async with session.get(dictionary_address(self.base)) as answer:
            if answer.status == 200:
                self._use(await answer.read())
            else:
                self._compress = self._protocol is Protocol.AUTO

    def _use(self, dictionary: bytes) -> None:
        """Unpack with a dictionary as RFC 8878, section 5, lays it out; else take plain frames."""
        import zstandard

        magic, number = struct.unpack("<II", dictionary[:8].ljust(8, b"\0"))
        if magic != _DICTIONARY:
            self._compress = False
            return
        data = zstandard.ZstdCompressionDict(dictionary)
        self._packed = number, zstandard.ZstdDecompressor(dict_data=data)

    async def _heard(
        self,
        socket: "aiohttp.ClientWebSocketResponse",
        read: Read,
        hear: Hear,
        room: Callable[[], Awaitable[object]],
    ) -> None:
        from aiohttp import WSMsgType

        text, binary = WSMsgType.TEXT, WSMsgType.BINARY
        async for message in socket:
            if message.type is text:
                frame = message.data
            elif message.type is binary:
                frame = self._unpacked(message.data)
            else:
                raise self._failure("broke the connection")
            if hear(frame, read):
                await room()

    def _unpacked(self, frame: bytes) -> bytes:
        import zstandard

        if self._packed is None:
            return frame
        try:
            if zstandard.frame_content_size(frame) > LARGEST:
                raise self._failure("sent more than 4 MB at once")
            return self._packed[1].decompress(frame, max_output_size=LARGEST)
        except zstandard.ZstdError:
            return frame  # not JSON either: it is dealt with as any other broken frame

    def _refusal(self, error: "aiohttp.WSServerHandshakeError") -> ConnectorError:
        status = error.status
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        if status == 429 or status >= 500 or status == 408:
            wait = retry_after(headers, self._access.now())
            return self._failure(f"cannot serve us now (HTTP {status})", wait)
        hints = {
            400: "does not understand what is asked; try protocol: v1, or fewer dids",
            401: "lets only some in; set base_url to a public Jetstream server",
            403: "lets only some in; set base_url to a public Jetstream server",
        }
        hint = hints.get(status, "has no Jetstream at that address; check base_url and protocol")
        return ConnectorError(f"Jetstream: {self._host} {hint} (HTTP {status})", permanent=True)

    def _failure(self, what: str, wait: float | None = None) -> ConnectorError:
        return ConnectorError(f"Jetstream: {self._host} {what}", retry_after=wait)

    @property
    def _host(self) -> str:
        return urlsplit(self.base).netloc
