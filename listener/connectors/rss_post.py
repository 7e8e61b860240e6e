"""Entries of feeds as posts."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from listener.connectors import Reject
from listener.connectors.rss_read import Entry, Feed
from store.records import Author, Kind, Post

PLATFORM: Final = "rss"
_EARLIEST: Final = 1980
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Found:
    """What the entries of a feed came to."""

    posts: tuple[Post, ...]
    rejects: tuple[Reject, ...]


def feed_key(url: str) -> str:
    """What stands before every id of a feed: in two feeds, "1" is not the same."""
    return _hash(url)[:8]


def entry_id(url: str, id_: str) -> str:
    """The id of a post: that of its entry, within the feed at `url`."""
    return f"{feed_key(url)}:{id_}"


def shown(url: str) -> str:
    """A feed's address without what may be a password in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("?")[0][:100]
    return f"{parts.hostname or ''}{parts.path}".rstrip("/")


def read_posts(feed: Feed, url: str, now: datetime) -> Found:
    """The posts of a feed, whose address is `url`; what says nothing becomes a Reject."""
    posts: list[Post] = []
    rejects: list[Reject] = []
    for number, entry in enumerate(feed.entries, 1):
        if entry.text or entry.title:
            posts.append(_post(entry, feed.title, url, now))
        else:
            said = entry.id or entry.link or ""
            rejects.append(Reject(number, f"{shown(url)}: an entry without words", said))
    return Found(tuple(posts), tuple(rejects))


def _post(entry: Entry, feed_title: str, url: str, now: datetime) -> Post:
    title = feed_title or shown(url)
    created_at = _believed(entry.published or entry.updated, now) or now
    updated = _believed(entry.updated, now)
    return Post(
        platform=PLATFORM,
        platform_id=entry_id(url, _id(entry)),
        kind=Kind.POST,
        author=_author(entry, title, url),
        created_at=created_at,
        text=entry.text,
        title=entry.title or None,
        channel=title,
        media=entry.media,
        tags=entry.tags,
        lang=_language(entry.lang),
        url=_address(entry.link) or _address(entry.id),
        edited_at=updated if updated is not None and updated > created_at else None,
    )


def _id(entry: Entry) -> str:
    """The entry's own id, else its address, else what it began with: a text may be edited."""
    if (found := entry.id or entry.link) is not None:
        return found
    at = "" if entry.published is None else entry.published.isoformat()
    return _hash("\n".join((at, entry.title or entry.text)))[:24]


def _author(entry: Entry, title: str, url: str) -> Author:
    name = entry.author or title
    # Who writes in two feeds under one name need not be one person; an address is not kept.
    key = _hash(entry.author_key or name)[:16]
    return Author(f"{feed_key(url)}:{key}", name[:_LONGEST_NAME], name=name[:_LONGEST_NAME])


def _believed(at: datetime | None, now: datetime) -> datetime | None:
    """A time at which it can have been written: 1970 stands for none, and the future for now."""
    return None if at is None or at.year < _EARLIEST else min(at, now)


def _address(text: str | None) -> str | None:
    return text if text is not None and text.startswith(("http://", "https://")) else None


def _language(text: str | None) -> str | None:
    found = (text or "").partition("-")[0].strip().lower()
    return found if len(found) == 2 and found.isalpha() and found.isascii() else None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
