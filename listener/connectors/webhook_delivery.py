"""One delivery of a webhook: whether it is let in, and what it brings."""

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import structlog

from listener.connectors import Unread
from listener.connectors.webhook_signature import Keys
from listener.connectors.webhook_spool import Put, Spool
from listener.history.archive_lines import read_line
from listener.history.lines import BadLine
from store.records import Post

LOG: Final = structlog.get_logger(__name__)
_TOLERANCE: Final = 300
"""Seconds that the sender's clock may be away from ours, as the specification's libraries have."""
_LONGEST_ID: Final = 256
_DEEPEST: Final = 32
_PLATFORM: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,31}")
_FULL_FOR: Final = {"Retry-After": "60"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told."""

    status: HTTPStatus
    said: Mapping[str, object]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a delivery brings: posts, or what is to be deleted by platform and id."""

    posts: tuple[Post, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()


class BadDelivery(Exception):
    """The body is not what is asked for; the message names the field."""


class Refused(Exception):
    """A delivery is not let in."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


class Door:
    """Lets signed deliveries into the spool, each once. Called from many threads.

    `clock` is the machine's own, in seconds since 1970: it is held against the sender's.
    """

    def __init__(self, keys: Keys, spool: Spool, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._spool = spool
        self._clock = clock
        self._lock = threading.Lock()
        self._refused = 0
        self._last = ""

    def take(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """What to answer; headers are by lower-case name. 200 only once it is on the disk."""
        try:
            _check_type(headers)
            id_ = self._sender_checked(headers, body)
            try:
                value = _json(body)
                taken = read(value)
            except BadDelivery as error:
                raise Refused(HTTPStatus.BAD_REQUEST, str(error)) from None
            return self._kept(id_, value, taken)
        except Refused as refused:
            if headers.get("webhook-signature"):
                self._note(str(refused))
            return Answer(refused.status, {"error": str(refused)})

    def unread(self) -> tuple[Unread, ...]:
        """What was refused since this was asked last: signed deliveries, not who merely knocked."""
        with self._lock:
            count, self._refused = self._refused, 0
        if not count:
            return ()
        return (Unread("deliveries", f"{count} refused; of the last one: {self._last}"),)

    def _note(self, why: str) -> None:
        with self._lock:
            self._refused += 1
            self._last = why

    def _sender_checked(self, headers: Mapping[str, str], body: bytes) -> str:
        """The delivery's id. Raises Refused."""
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        id_, timestamp, signatures = (headers.get(name, "") for name in names)
        for name, value in zip(names, (id_, timestamp, signatures), strict=True):
            if not value:
                raise Refused(HTTPStatus.UNAUTHORIZED, f"{name}: missing")
        if len(id_) > _LONGEST_ID:
            raise Refused(HTTPStatus.UNAUTHORIZED, f"webhook-id: longer than {_LONGEST_ID}")
        if not re.fullmatch(r"[0-9]{1,12}", timestamp):
            why = "webhook-timestamp: expected seconds since 1970"
            raise Refused(HTTPStatus.UNAUTHORIZED, why)
        if not self._keys.signed(id_, timestamp, body, signatures):
            why = "webhook-signature: none is made with our secret over id.timestamp.body"
            raise Refused(HTTPStatus.UNAUTHORIZED, why)
        apart = int(timestamp) - self._clock()
        if abs(apart) > _TOLERANCE:
            why = (
                f"webhook-timestamp: {apart:+.0f} s from our clock; at most {_TOLERANCE} either way"
            )
            raise Refused(HTTPStatus.UNAUTHORIZED, why)
        return id_

    def _kept(self, id_: str, value: object, taken: Taken) -> Answer:
        line = json.dumps({"id": id_, "at": self._clock(), "body": value}).encode()
        try:
            put = self._spool.put(id_, line)
        except OSError as error:
            LOG.error("delivery not kept", error=str(error))
            why = "it could not be kept now; send it again"
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, {"error": why}, _FULL_FOR)
        if put is Put.FULL:
            self._note("too much waits to be read")
            why = "too much waits to be read; send it again later"
            return Answer(HTTPStatus.TOO_MANY_REQUESTS, {"error": why}, _FULL_FOR)
        count = len(taken.posts) + len(taken.gone)
        known = put is Put.KNOWN
        return Answer(HTTPStatus.OK, {"kept": 0 if known else count, "known": known})


def read(value: object) -> Taken:
    """A body: a post, a list of posts, or {"delete": [...]}. Raises BadDelivery."""
    if isinstance(value, list):
        return Taken(tuple(_post(one, f"[{at}]: ") for at, one in enumerate(value)))
    if not isinstance(value, Mapping):
        raise BadDelivery('expected a post, a list of posts or {"delete": [...]}')
    if "delete" not in value:
        return Taken((_post(value, ""),))
    gone = value["delete"]
    if not isinstance(gone, list):
        raise BadDelivery("delete: expected a list")
    return Taken(gone=tuple(_gone(one, f"delete[{at}]") for at, one in enumerate(gone)))


def _post(value: object, where: str) -> Post:
    try:
        post = read_line(value)
    except BadLine as error:
        raise BadDelivery(f"{where}{error}") from None
    if not _PLATFORM.fullmatch(post.platform):
        raise BadDelivery(f"{where}{_BAD_PLATFORM}")
    return post


_BAD_PLATFORM: Final = "platform: expected up to 32 of a-z, 0-9, dot, dash and underscore"


def _gone(value: object, where: str) -> tuple[str, str]:
    platform, id_ = (value.get("platform"), value.get("id")) if isinstance(value, dict) else (0, 0)
    if not isinstance(platform, str) or not _PLATFORM.fullmatch(platform):
        raise BadDelivery(f"{where}.{_BAD_PLATFORM}")
    if isinstance(id_, bool) or not isinstance(id_, str | int) or id_ == "":
        raise BadDelivery(f"{where}.id: missing")
    return platform, str(id_)


def _check_type(headers: Mapping[str, str]) -> None:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    packed = headers.get("content-encoding", "identity").strip().lower()
    if kind != "application/json":
        why = "content-type: expected application/json"
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, why)
    if packed not in ("identity", ""):
        why = "content-encoding: expected none"
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, why)


def _json(body: bytes) -> Any:
    """Raises BadDelivery."""
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise BadDelivery(f"body: not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise BadDelivery(_TOO_DEEP) from None
    except ValueError as error:
        raise BadDelivery(f"body: not JSON: {error}") from None
    if _is_deep(value):
        raise BadDelivery(_TOO_DEEP)
    return value


_TOO_DEEP: Final = f"body: nested deeper than {_DEEPEST}"


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
