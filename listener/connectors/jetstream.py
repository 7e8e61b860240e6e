"""All of Bluesky as it happens, by Jetstream: posts that are new, changed or taken away."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Final

import msgspec

from listener.connectors import Access, Batch, Bounds, Capabilities, Deletions, Reject, Unread
from listener.connectors.bluesky_appview import PUBLIC, AppView
from listener.connectors.bluesky_post import (
    COLLECTION,
    PLATFORM,
    Record,
    is_bot,
    post_of,
    uri_of,
)
from listener.connectors.jetstream_line import Line, LineSettings, Protocol
from listener.connectors.jetstream_reader import Found, Reader
from listener.connectors.jetstream_wire import Commit, Event, web_address
from store.records import Author, Deletion, Post

_GONE: Final = ("deleted", "takendown")
_HANDLES: Final = 50_000
_CONVERSATIONS: Final = 20_000
_MOST_DIDS: Final = 200
_RAW_KEPT: Final = 20_000
_record: Final = msgspec.json.Decoder(Record).decode


@dataclass(frozen=True, slots=True)
class JetstreamOptions:
    """Which server's stream is read, and how."""

    protocol: Protocol = Protocol.AUTO
    """v1, v2, or auto: v2 where the server speaks it, else v1."""
    compress: bool = True
    """Less goes over the wire: zstd with v2, or with v1 and its dictionary; else deflate."""
    zstd_dictionary: Path | None = None
    """For zstd with v1: the file pkg/models/zstd_dictionary of bluesky-social/jetstream."""
    dids: tuple[str, ...] = ()
    """Only these accounts; none named, all of the network."""
    history_hours: float = 6.0
    """How far back the first reading begins; servers keep about a day."""
    appview_url: str | None = None
    """Where conversations are read; None: at `base_url`, else at the public AppView."""

    def __post_init__(self) -> None:
        """Raises ValueError for what the servers would refuse."""
        if not 0 <= self.history_hours <= 24 * 365:
            raise ValueError(f"history_hours: at least 0, not {self.history_hours}")
        if len(self.dids) > _MOST_DIDS:
            raise ValueError(f"dids: at most {_MOST_DIDS}; leave it out to hear all accounts")
        if wrong := next((did for did in self.dids if not did.startswith("did:")), None):
            raise ValueError(f"dids: {wrong!r} is no DID such as did:plc:…; a handle is none")


class Jetstream:
    """Hears the whole network in a thread of its own and keeps what is wanted.

    The cursor is the moment of the last event that a batch covers, in microseconds since 1970 by
    the server's clock. Who wrote is known by DID only; a handle when the network told it meanwhile.
    """

    Options = JetstreamOptions
    capabilities: ClassVar[Capabilities] = Capabilities(
        platform=PLATFORM,
        stream=True,
        thread=True,
        reply=True,
        edits=True,
        deletions=Deletions.EVENTS,
        text_limit=300,
    )

    def __init__(self, options: JetstreamOptions, access: Access) -> None:
        self._options = options
        self._access = access
        self._line = Line(
            LineSettings(
                access.base_url,
                options.protocol,
                options.compress,
                options.zstd_dictionary,
                options.dids,
            ),
            access,
        )
        self._reader: Reader | None = None
        self._handed_out: str | None = None
        self._handles: dict[str, str] = {}
        self._conversations: dict[str, None] = {}
        # Behind a proxy, or in a network of one's own, nothing is asked of anybody else.
        own = None if access.base_url is None else web_address(access.base_url)
        self._appview = AppView(options.appview_url or own or PUBLIC, access)

    def fetch(self, cursor: str | None) -> Batch:
        """What came after `cursor`; the stream goes on being read until `close`."""
        started = round(self._access.now().timestamp() * 1e6)
        reader = self._reading(cursor, started)
        gathered, reached, is_all = reader.collect(started)
        self._handed_out = json.dumps({"time_us": reached})
        return Batch(
            gathered.posts,
            self._handed_out,
            gathered.rejects,
            exhausted=is_all,
            deletions=gathered.deletions,
            unread=self._unread(gathered.gap),
            received=gathered.received - len(gathered.rejects) - len(gathered.deletions),
        )

    def thread(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        """The conversation around a post, as the AppView shows it to everybody."""
        return self._appview.thread(post.platform_id, bounds)

    def quiet_requests(self) -> float:
        """None: the stream is connected to once."""
        return 0.0

    def close(self) -> None:
        """Hang up."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        self._appview.close()

    def _reading(self, cursor: str | None, now_us: int) -> Reader:
        reader = self._reader
        if reader is not None and (reader.has_ended or cursor != self._handed_out):
            # It gave up, or what was handed out was not kept: reading goes on from the cursor.
            reader.close()
            self._reader = None
        if self._reader is None:
            known = _moment(cursor)
            first = max(0, now_us - round(self._options.history_hours * 3600e6))
            since = first if known is None else known
            self._reader = Reader(
                self._line, self._take, since, self._access, has_begun=known is not None
            )
            self._handed_out = cursor
        return self._reader

    def _unread(self, gap: tuple[int, int] | None) -> tuple[Unread, ...]:
        # Of a few accounts nothing may come for a day.
        if gap is None or self._options.dids:
            return ()
        begins, ends = (f"{_at(moment):%Y-%m-%d %H:%M}" for moment in gap)
        reason = "Jetstream keeps about a day, and had nothing older when we came back"
        return (Unread(f"posts from {begins} to {ends} UTC", reason),)

    def _take(self, event: Event) -> Found:
        """What is kept of an event."""
        if event.commit is not None:
            if event.commit.collection != COLLECTION:
                return None
            return self._changed(event.did, event.commit, _at(event.time_us), event.time_us)
        if event.identity is not None and event.identity.handle:
            if len(self._handles) >= _HANDLES:
                self._handles.clear()
            self._handles[event.did] = event.identity.handle
        gone = event.account is not None and event.account.status in _GONE
        if gone and event.account is not None and not event.account.active:
            return Deletion(PLATFORM, _at(event.time_us), "event", author_id=event.did)
        return None

    def _changed(self, did: str, commit: Commit, at: datetime, number: int) -> Found:
        if commit.operation == "delete":
            return Deletion(PLATFORM, at, "event", platform_id=uri_of(did, commit.rkey))
        try:
            record = _record(commit.record)
        except msgspec.MsgspecError as error:
            raw = bytes(commit.record)[:_RAW_KEPT].decode("utf-8", "replace")
            return Reject(number, f"{uri_of(did, commit.rkey)}: {error}", raw)
        edited_at = at if commit.operation == "update" else None
        own = record.labels.values if record.labels else None
        author = Author(did, self._handles.get(did, did), is_bot=is_bot(own))
        post = post_of(commit.rkey, record, author, at, edited_at=edited_at)
        return post if self._is_wanted(post) else None

    def _is_wanted(self, post: Post) -> bool:
        """Also an edit, and what is said in answer to something wanted: the store may know it."""
        wanted = self._access.wanted
        if wanted is None or post.edited_at is not None:
            return True
        if not wanted(post) and post.parent_id not in self._conversations:
            return False
        if len(self._conversations) >= _CONVERSATIONS:
            del self._conversations[next(iter(self._conversations))]
        self._conversations[post.platform_id] = None
        return True


def _at(time_us: int) -> datetime:
    return datetime.fromtimestamp(time_us / 1e6, UTC)


def _moment(cursor: str | None) -> int | None:
    try:
        return max(0, int(json.loads(cursor)["time_us"])) if cursor else None
    except (ValueError, TypeError, KeyError):
        return None
