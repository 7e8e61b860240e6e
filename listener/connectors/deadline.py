"""A total time for a request: a timeout bounds the wait for each piece, not how many there are."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock, Timer
from typing import Any, Final, Self
from weakref import WeakSet

_CONNECTED: Final = (".connect_tcp.complete", ".start_tls.complete")


class Connections:
    """The sockets that one client has open; they can be cut while another thread reads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: WeakSet[socket.socket] = WeakSet()

    def add(self, one: socket.socket) -> None:
        """Another one was opened."""
        with self._lock:
            self._open.add(one)

    def cut(self) -> None:
        """End all; whoever waits for an answer gets none."""
        with self._lock:
            for one in self._open:
                with suppress(OSError):  # closed by now
                    # Of TLS too it is the connection that ends, without a word to the other side.
                    socket.socket.shutdown(one, socket.SHUT_RDWR)


class Deadline:
    """Around one request: `has_passed` says whether it was cut off after so many seconds.

    `note` is the request's extension ``trace``, by which a client tells what it connects to.
    """

    def __init__(self, seconds: float, connections: Connections) -> None:
        self.has_passed = False
        self._connections = connections
        self._timer = Timer(seconds, self._pass)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def note(self, event: str, info: Mapping[str, Any]) -> None:
        """Something happened to the request."""
        if event.endswith(_CONNECTED):
            self._connections.add(info["return_value"].get_extra_info("socket"))
            if self.has_passed:
                self._connections.cut()

    def _pass(self) -> None:
        self.has_passed = True
        self._connections.cut()
