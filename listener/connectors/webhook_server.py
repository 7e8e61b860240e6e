"""A small HTTP server for POST of JSON, which a slow or a rude client cannot tie up."""

import io
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Final

from listener.connectors.webhook_delivery import Answer

_CLIENTS: Final = 64
_LONGEST: Final = 15.0
"""Seconds for a request with its body, the wait for it included."""
_SLOW_WRITE: Final = 5.0
_CLOSING: Final = 2.0
_BUSY: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)

Take = Callable[[Mapping[str, str], bytes], Answer]


class Server:
    """Answers with `take(headers, body)` in threads of its own; raises OSError where it cannot."""

    def __init__(
        self,
        host: str,
        port: int,
        take: Take,
        *,
        largest: int,
        longest: float = _LONGEST,
        clients: int = _CLIENTS,
    ) -> None:
        kind = _Server6 if ":" in host else _Server
        self._server = kind((host, port), take, largest, longest, clients)
        self.port = int(self._server.server_address[1])
        threading.Thread(
            target=self._server.serve_forever, daemon=True, name=f"webhook-{self.port}"
        ).start()

    def close(self) -> None:
        """Let go of the port; a request that is being answered gets its answer."""
        with suppress(OSError):
            self._server.socket.shutdown(socket.SHUT_RDWR)  # Wakes the loop at once.
        self._server.shutdown()
        self._server.server_close()
        self._server.see_out(_CLOSING)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], take: Take, largest: int, longest: float, clients: int
    ) -> None:
        self.take, self.largest, self.longest = take, largest, longest
        self._clients = clients
        self._inside: set[socket.socket] = set()
        self._left = threading.Condition()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # Without the look-up of our own name that HTTPServer makes.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._left:
            is_full = len(self._inside) >= self._clients
            if not is_full:
                self._inside.add(request)
        if is_full:
            request.setblocking(False)
            with suppress(OSError):
                request.send(_BUSY)
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:
            # No thread is to be had.
            self.shutdown_request(request)

    def shutdown_request(self, request: Any) -> None:
        with self._left:
            self._inside.discard(request)
            self._left.notify_all()
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no error of ours."""

    def see_out(self, seconds: float) -> None:
        """Read no more from anybody, and wait until all have left."""
        with self._left:
            for one in self._inside:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RD)
            self._left.wait_for(lambda: not self._inside, seconds)


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Input(io.RawIOBase):
    """Reads from a socket until a moment that holds for all reads together."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._ends = 0.0

    def allow(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request took too long")
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "laurels", ""
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._input = _Input(self.connection)
        self.rfile = io.BufferedReader(self._input)

    def handle_one_request(self) -> None:
        self._input.allow(self.server.longest)
        super().handle_one_request()

    def log_message(self, format: str, *args: object) -> None:
        """Who knocked is nobody's business; what was refused is told with the source."""

    def do_POST(self) -> None:
        self._reply(self._answer())

    def _other(self) -> None:
        self.close_connection = True
        said = {"error": "send a POST"}
        self._reply(Answer(HTTPStatus.METHOD_NOT_ALLOWED, said, {"Allow": "POST"}))

    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _other  # noqa: N815

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        # What the library itself refuses, in the same form as the rest.
        self.close_connection = True
        status = HTTPStatus(code)
        self._reply(Answer(status, {"error": message or status.phrase}))

    def _answer(self) -> Answer:
        lengths = self.headers.get_all("content-length") or []
        if "transfer-encoding" in self.headers or len(lengths) != 1:
            self.close_connection = True
            return Answer(HTTPStatus.LENGTH_REQUIRED, {"error": "content-length: needed, once"})
        length = lengths[0].strip()
        if not (length.isascii() and length.isdigit()) or len(length) > 18:
            self.close_connection = True
            return Answer(HTTPStatus.BAD_REQUEST, {"error": "content-length: no number"})
        if int(length) > self.server.largest:
            self.close_connection = True
            self._pass_over(int(length))
            said = {"error": f"body: larger than {self.server.largest} bytes"}
            return Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, said)
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionResetError("the body was cut off")
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self.server.take(headers, body)

    def _pass_over(self, length: int) -> None:
        """Read what is too much, up to a point: a client that still sends would miss the answer."""
        left = min(length, 4 * self.server.largest)
        while left > 0 and (piece := self.rfile.read1(min(left, 65_536))):
            left -= len(piece)

    def _reply(self, answer: Answer) -> None:
        body = json.dumps(answer.said).encode()
        self.connection.settimeout(_SLOW_WRITE)
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
