"""What goes over Jetstream's wire: addresses to ask for, and frames that come back.

Protocol v1 after the README of bluesky-social/jetstream, v2 after its lexicon
network.bsky.jetstream.subscribeEvents. Both take a moment in microseconds since 1970 as cursor,
which any server understands; v2's own sequence numbers hold for one server only.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec

from listener.connectors.bluesky_post import COLLECTION

LARGEST: Final = 4 * 2**20
"""Bytes of one frame, decompressed; a record may hold 1 MiB."""
V2_METHOD: Final = "network.bsky.jetstream.subscribeEvents"
DICTIONARY_METHOD: Final = "network.bsky.jetstream.getZstdDictionary"
_KINDS: Final = ("commit", "identity", "account")


class Commit(msgspec.Struct):
    """One record was made, changed or taken away."""

    operation: str
    collection: str
    rkey: str
    record: msgspec.Raw = msgspec.Raw()


class Identity(msgspec.Struct):
    """An account has a name."""

    handle: str | None = None


class Account(msgspec.Struct):
    """An account came or went."""

    active: bool = True
    status: str | None = None


class Event(msgspec.Struct):
    """One event as v1 sends it. `time_us` is when the server saw it, in microseconds since 1970."""

    did: str
    time_us: int
    commit: Commit | None = None
    identity: Identity | None = None
    account: Account | None = None


class _Payload(msgspec.Struct):
    type: str = msgspec.field(name="$type")
    did: str = ""
    time: datetime | None = None
    witnessedAt: datetime | None = None  # noqa: N815
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: msgspec.Raw = msgspec.Raw()
    identity: Identity | None = None
    account: Account | None = None
    message: str = ""


class _Frame(msgspec.Struct):
    type: str = msgspec.field(name="$type")
    payload: _Payload | None = None
    error: str = ""


class StreamError(Exception):
    """The server ends the stream and says why."""


read_v1: Final = msgspec.json.Decoder(Event).decode
_read_frame: Final = msgspec.json.Decoder(_Frame).decode


def read_v2(frame: bytes | str) -> Event | None:
    """The event of a frame, None for a notice; raises StreamError, msgspec.MsgspecError."""
    found = _read_frame(frame)
    if found.type == "error":
        raise StreamError(found.error)
    payload = found.payload
    if payload is None or (at := payload.witnessedAt or payload.time) is None:
        return None
    event = Event(payload.did, round(at.timestamp() * 1e6))
    if payload.collection:
        event.commit = Commit(payload.operation, payload.collection, payload.rkey, payload.record)
    event.identity, event.account = payload.identity, payload.account
    return event


def v1_address(base: str, since_us: int, dids: Sequence[str], *, zstd: bool) -> str:
    """Where v1 streams posts from a moment on."""
    query = [("wantedCollections", COLLECTION), ("cursor", str(since_us))]
    query += [("wantedDids", did) for did in dids]
    query += [("compress", "true")] if zstd else []
    return f"{_socket(base)}/subscribe?{urlencode(query)}"


def v2_address(base: str, since_us: int, dids: Sequence[str], dictionary: int | None) -> str:
    """Where v2 streams posts from a moment on; compressed with the dictionary of that id."""
    query = [("collections", COLLECTION), ("cursor", str(since_us))]
    query += [("kinds", kind) for kind in _KINDS]
    query += [("dids", did) for did in dids]
    query += [] if dictionary is None else [("zstdDictionary", str(dictionary))]
    return f"{_socket(base)}/xrpc/{V2_METHOD}?{urlencode(query)}"


def dictionary_address(base: str) -> str:
    """Where a v2 server gives the dictionary that it compresses with."""
    return f"{web_address(base)}/xrpc/{DICTIONARY_METHOD}"


def web_address(base: str) -> str:
    """The same server, as it is asked for what is no stream."""
    return _with_scheme(base, {"ws": "http", "wss": "https"})


def _socket(base: str) -> str:
    return _with_scheme(base, {"http": "ws", "https": "wss"})


def _with_scheme(base: str, schemes: dict[str, str]) -> str:
    parts = urlsplit(base)
    scheme = schemes.get(parts.scheme, parts.scheme)
    path = parts.path.rstrip("/").removesuffix("/subscribe")  # as the servers are often written
    return urlunsplit((scheme, parts.netloc, path, "", ""))
