"""A weblog with a feed, on loopback.

The feed is that of RFC 4287, section 1.1, its entries as in the same; newest change first, and only
so many of them, as a weblog's is. Conditional requests: RFC 9110, section 13.1.
"""

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from itertools import islice
from threading import Lock
from typing import Final

from listener.connectors import Deletions
from listener.connectors.rss import RssOptions
from listener.connectors.rss_post import entry_id
from tests.peers.http import FAULTS, HttpServer, Reply, Request

URL: Final = "https://example.org/feed.atom"
_LISTED: Final = 500
_HEAD: Final = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title>Example Feed</title>
  <link href="http://example.org/"/>
  <updated>2003-12-13T18:30:02Z</updated>
  <id>urn:uuid:60a76c80-d399-11d9-b93C-0003939e0af6</id>
"""
_ENTRY: Final = """<entry>
    <title>Atom-Powered Robots Run Amok</title>
    <link href="http://example.org/2003/12/13/{number}"/>
    <id>urn:example:{number}</id>
    <author><name>{author}</name></author>
    <published>{at}</published>
    <updated>{updated}</updated>
    <content type="html">{html}</content>
  </entry>
"""


class RssPeer:
    """One weblog."""

    word = "rss"
    secrets: Mapping[str, str] = {}
    edits = True
    deletions = Deletions.NEVER
    faults = (*FAULTS, "cut short")
    options: RssOptions = RssOptions(feeds=(URL,))

    def __init__(self) -> None:
        self._lock = Lock()
        self._said: dict[str, tuple[str, str]] = {}
        self._entries: dict[str, str] = {}
        self._version = 0
        self._cuts: deque[str] = deque()
        self.server = HttpServer(self.answer)

    @property
    def url(self) -> str:
        return self.server.url

    def say(
        self, text: str, at: datetime, *, author: str = "ann", parent: str | None = None
    ) -> str:
        with self._lock:
            number = str(len(self._said) + 1)
            self._said[number] = (author, _moment(at))
            self._put(number, text, at)
        return entry_id(URL, f"urn:example:{number}")

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        with self._lock:
            self._put(platform_id.rpartition(":")[2], text, at)

    def delete(self, platform_id: str) -> None:
        with self._lock:
            self._entries.pop(platform_id.rpartition(":")[2], None)
            self._version += 1

    def fail(self, fault: str) -> None:
        if fault == "cut short":
            self._cuts.append(fault)
        else:
            self.server.fail(fault)

    def close(self) -> None:
        self.server.close()

    def answer(self, request: Request) -> Reply:
        if request.path != "/feed.atom":
            return Reply(b"Not Found", 404)
        with self._lock:
            tag = f'"{self._version}"'
            if request.headers.get("if-none-match") == tag:
                return Reply(b"", 304, {"ETag": tag})
            body = self.body()
        if self._cuts:
            self._cuts.popleft()
            body = body[: len(body) * 2 // 3]
        return Reply(body, 200, {"ETag": tag, "Content-Type": "application/atom+xml"})

    def body(self) -> bytes:
        """The feed as it stands."""
        listed = islice(reversed(self._entries.values()), _LISTED)
        return "".join((_HEAD, *listed, "</feed>\n")).encode()

    def _put(self, number: str, text: str, at: datetime) -> None:
        author, published = self._said[number]
        html = escape(escape(text, quote=False), quote=False)
        self._entries.pop(number, None)
        self._entries[number] = _ENTRY.format(
            number=number, author=author, at=published, updated=_moment(at), html=html
        )
        self._version += 1


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
