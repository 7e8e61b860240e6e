"""A system of one's own that tells of posts by webhook, and tries again until it is heard.

Headers, what is signed and the schedule of tries are those of Standard Webhooks
(standard-webhooks/standard-webhooks, spec/standard-webhooks.md: "Signature scheme", "Webhook
headers", "Delivery success and failure"); the secret is the one of its libraries' own tests. Bodies
are in the format of docs/archive.md.
"""

import base64
import hashlib
import hmac
import http.client
import itertools
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from listener.connectors import Deletions
from listener.connectors.webhook import WebhookOptions

SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FAULTS: Final = (
    "wrong signature", "no signature", "late clock", "cut body", "no answer awaited", "twice",
    "slow", "not json", "too large", "get",
)  # fmt: skip
_AGAIN: Final = 0.03


def signed(body: bytes, id_: str, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers of a delivery."""
    timestamp = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "content-type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


@dataclass
class _Delivery:
    body: bytes
    id: str = field(default_factory=lambda: f"msg_{uuid4().hex}")


class WebhookPeer:
    """Sends each delivery in order, and each again until it is answered with 2xx."""

    word = "webhook"
    secrets: Mapping[str, str] = {"LAURELS_WEBHOOK_SECRET": SECRET}
    edits = True
    deletions = Deletions.EVENTS
    faults = FAULTS

    def __init__(self) -> None:
        # Holds the port without listening at it, so that nobody else is given it.
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))
        self.port = int(self._held.getsockname()[1])
        self.options: object = WebhookOptions(port=self.port)
        self._ids = itertools.count(1)
        self._posts: dict[str, dict[str, object]] = {}
        self._waiting: deque[_Delivery] = deque()
        self._faults: deque[str] = deque()
        self._more = threading.Condition()
        self._over = threading.Event()
        self._connection: http.client.HTTPConnection | None = None
        self.answers: deque[int] = deque(maxlen=1_000)
        self._thread = threading.Thread(target=self._deliver, daemon=True, name="webhook-peer")
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def say(
        self, text: str, at: datetime, *, author: str = "ann", parent: str | None = None
    ) -> str:
        with self._more:
            id_ = f"p{next(self._ids)}"
            root = None if parent is None else self._posts[parent].get("thread_id") or parent
            post: dict[str, object] = {
                "platform": "webhook",
                "id": id_,
                "kind": "post" if parent is None else "comment",
                "author": {"id": f"u-{author}", "handle": author},
                "created_at": at.astimezone(UTC).isoformat(),
                "text": text,
                "parent_id": parent,
                "thread_id": root,
            }
            self._posts[id_] = post
            self._send(post)
        return id_

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        with self._more:
            self._posts[platform_id] |= {"text": text, "edited_at": at.isoformat()}
            self._send(self._posts[platform_id])

    def delete(self, platform_id: str) -> None:
        with self._more:
            self._send({"delete": [{"platform": "webhook", "id": platform_id}]})

    def send(self, value: object) -> None:
        """Any body."""
        with self._more:
            self._send(value)

    def fail(self, fault: str) -> None:
        """The next delivery goes wrong at first; or, for a status, the port is taken away."""
        if fault in ("401", "403"):
            self._held.listen()
        else:
            with self._more:
                self._faults.append(fault)

    def close(self) -> None:
        self._over.set()
        with self._more:
            self._more.notify_all()
        self._thread.join(5)
        self._held.close()

    def _send(self, value: object) -> None:
        self._waiting.append(_Delivery(json.dumps(value).encode()))
        self._more.notify_all()

    def _deliver(self) -> None:
        while not self._over.is_set():
            with self._more:
                self._more.wait_for(lambda: self._waiting or self._over.is_set())
                if self._over.is_set():
                    break
                one = self._waiting[0]
                fault = self._faults[0] if self._faults else None
            try:
                is_heard = self._try(one, fault)
            except (OSError, http.client.HTTPException):
                self._hang_up()
                is_heard = False
            if is_heard:
                self._waiting.popleft()
            else:
                self._over.wait(_AGAIN)
        self._hang_up()

    def _try(self, one: _Delivery, fault: str | None) -> bool:
        """Whether the delivery was taken. A fault is over once the server met it."""
        if fault is None:
            return self._post(one.body, signed(one.body, one.id)) == 200
        getattr(self, "_" + fault.replace(" ", "_"))(one)
        self._faults.popleft()
        return False

    def _post(self, body: bytes, headers: Mapping[str, str], method: str = "POST") -> int:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        self._connection.request(method, "/posts", body, dict(headers))
        answer = self._connection.getresponse()
        answer.read()
        self.answers.append(answer.status)
        if answer.headers.get("connection") == "close":
            self._hang_up()
        return answer.status

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _wrong_signature(self, one: _Delivery) -> None:
        headers = signed(one.body + b" ", one.id)
        assert self._post(one.body, headers) == 401

    def _no_signature(self, one: _Delivery) -> None:
        headers = {"content-type": "application/json"}
        assert self._post(one.body, headers) == 401

    def _late_clock(self, one: _Delivery) -> None:
        assert self._post(one.body, signed(one.body, one.id, time.time() - 3600)) == 401

    def _not_json(self, one: _Delivery) -> None:
        body = one.body[: len(one.body) // 2]
        assert self._post(body, signed(body, one.id)) == 400

    def _too_large(self, one: _Delivery) -> None:
        body = one.body + b" " * 2**20
        assert self._post(body, signed(body, one.id)) == 413

    def _get(self, one: _Delivery) -> None:
        assert self._post(b"", {}, "GET") == 405

    def _twice(self, one: _Delivery) -> None:
        # Once here, and again as any delivery that was not heard.
        assert self._post(one.body, signed(one.body, one.id)) == 200

    def _cut_body(self, one: _Delivery) -> None:
        self._raw(one, len(one.body) // 2)

    def _no_answer_awaited(self, one: _Delivery) -> None:
        self._raw(one, len(one.body))

    def _slow(self, one: _Delivery) -> None:
        self._raw(one, len(one.body) - 1, pause=0.1)

    def _raw(self, one: _Delivery, length: int, *, pause: float = 0.0) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as client:
            lines = [f"{name}: {value}" for name, value in signed(one.body, one.id).items()]
            head = [
                "POST / HTTP/1.1",
                "Host: x",
                f"Content-Length: {len(one.body)}",
                *lines,
                "",
                "",
            ]
            client.sendall("\r\n".join(head).encode())
            client.sendall(one.body[: length // 2])
            self._over.wait(pause)
            with suppress(OSError):
                client.sendall(one.body[length // 2 : length])
