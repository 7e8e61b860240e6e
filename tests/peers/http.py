"""An HTTP server on loopback that answers as a platform does, and fails as one when told to."""

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, urlsplit

FAULTS: Final = (
    "429", "429-retry-after", "429-reset", "500", "502", "503-retry-after", "reset", "half-closed",
    "silent", "truncated", "not-json", "html", "empty",
)  # fmt: skip
"""What any HTTP platform may do at any moment; each passes when tried again."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked; `query` keeps the first value of each name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    queries: Mapping[str, list[str]] = field(default_factory=dict)

    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answers; a body that is no bytes is sent as JSON."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def bytes(self) -> bytes:
        """What goes over the wire."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class HttpServer:
    """Serves `answer(request)` on a free port of loopback. `asked` are the requests so far."""

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        self.asked: list[Request] = []
        self.faults: deque[str] = deque()
        self.hush = threading.Event()
        self._lock = threading.Lock()
        handler = _handler(self, answer, self._lock)
        self._server = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True, name="peer"
        ).start()

    def fail(self, fault: str) -> None:
        """The next request fails in that way: one of FAULTS, or a bare status such as 401."""
        self.faults.append(fault)

    def close(self) -> None:
        """Stop serving and let go of the port."""
        self.hush.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no error of ours."""


class _Handler(BaseHTTPRequestHandler):
    """One connection; what is served stands in the class made by `_handler`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    owner: ClassVar[HttpServer]
    answer: ClassVar[Callable[[Request], Reply]]
    lock: ClassVar[threading.Lock]

    def log_message(self, format: str, *args: object) -> None:
        """Tests say what they need to."""

    def _go(self) -> None:
        request = self._request()
        with self.lock:
            self.owner.asked.append(request)
            fault = self.owner.faults.popleft() if self.owner.faults else None
        if fault is None:
            self._send(self._answered(request))
        else:
            self._fail(fault, request)

    def _answered(self, request: Request) -> Reply:
        with self.lock:
            return type(self).answer(request)

    def _request(self) -> Request:
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        many = parse_qs(parts.query, keep_blank_values=True)
        return Request(
            self.command,
            parts.path,
            {name: values[0] for name, values in many.items()},
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
            many,
        )

    def _send(self, reply: Reply, *, cut: bool = False) -> None:
        body = reply.bytes()
        self.send_response(reply.status)
        if not any(name.lower() == "content-type" for name in reply.headers):
            self.send_header("Content-Type", "application/json")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self._hang_up()

    def _fail(self, fault: str, request: Request) -> None:
        match fault:
            case "reset":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self._hang_up()
            case "half-closed":
                self.connection.shutdown(socket.SHUT_WR)
                self.close_connection = True
            case "silent":
                self.owner.hush.wait(30)
                self._hang_up()
            case "truncated":
                self._send(self._answered(request), cut=True)
            case _:
                self._send(_BROKEN.get(fault) or _refusal(fault))

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile = open("/dev/null", "wb")  # noqa: PTH123, SIM115
        self.connection.close()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _go  # noqa: N815


def _handler(
    server: HttpServer, answer: Callable[[Request], Reply], lock: threading.Lock
) -> type[BaseHTTPRequestHandler]:
    made = {"owner": server, "answer": staticmethod(answer), "lock": lock}
    return type("Handler", (_Handler,), made)


_BROKEN: Final = {
    "not-json": Reply(b'{"data": [{"id": '),
    "empty": Reply(b""),
    "html": Reply(b"<html>Over capacity</html>", 200, {"Content-Type": "text/html"}),
}


def _refusal(fault: str) -> Reply:
    status, _, extra = fault.partition("-")
    headers = {
        "": {},
        "retry-after": {"Retry-After": "1"},
        "reset": {
            "X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1",
        },
    }[extra]  # fmt: skip
    return Reply({"error": f"status {status}", "message": f"status {status}"}, int(status), headers)
