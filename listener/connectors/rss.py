"""The RSS connector: feeds of any kind, one a fetch, asked for only what changed."""

import hashlib
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import urlsplit

import msgspec

from listener.connectors import Access, Batch, Capabilities, ConnectorError, Unread
from listener.connectors.rss_post import PLATFORM, feed_key, read_posts, shown
from listener.connectors.rss_read import NoFeed, read_feed
from listener.connectors.web import Answer, Refusal, Web

_ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, */*;q=0.5"
)
_GONE: Final = 410


@dataclass(frozen=True, slots=True)
class RssOptions:
    """What is read."""

    feeds: tuple[str, ...] = ()
    """Addresses of feeds: RSS, Atom or JSON Feed."""

    def __post_init__(self) -> None:
        """Raises ValueError where no feed is named, or one of them is no address."""
        if not self.feeds:
            raise ValueError("feeds: name at least one, e.g. [https://blog.example.org/feed.xml]")
        for one in self.feeds:
            if not _is_address(one):
                raise ValueError(
                    f"feeds: expected http://… or https://… without a password, not {shown(one)!r}"
                )
        if len(set(self.feeds)) < len(self.feeds):
            raise ValueError("feeds: one is named twice; leave one of the two out")


class _Known(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered of a feed: how to ask whether it changed, and what it was."""

    etag: str | None = None
    modified: str | None = None
    body: str | None = None
    gone: bool = False


class _Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whose turn it is, what is known of each feed, and how many failed in this round.

    Feeds by their keys: an address may hold a password.
    """

    turn: int = 0
    feeds: dict[str, _Known] = {}
    failed: int = 0
    hopeless: int = 0


class Rss:
    """Reads its feeds in turn. One that fails is noted and tried in the next round.

    Only when all of them fail does the fetch. A feed that its server calls gone is asked no more.
    """

    Options = RssOptions
    capabilities: ClassVar[Capabilities] = Capabilities(platform=PLATFORM, edits=True)

    def __init__(self, options: RssOptions, access: Access) -> None:
        self._feeds = options.feeds
        self._access = access
        self._webs: dict[str, Web] = {}

    def fetch(self, cursor: str | None) -> Batch:
        """What the next feed lists, where that changed."""
        place = _place(cursor, self._feeds)
        url = self._feeds[place.turn]
        known = place.feeds.get(feed_key(url), _Known())
        if known.gone:
            return self._failed(place, url, known, _gone(url))
        try:
            return self._read(place, url, known)
        except ConnectorError as error:
            if isinstance(error, Refusal) and error.answer.status == _GONE:
                return self._failed(place, url, _Known(gone=True), _gone(url))
            return self._failed(place, url, known, error)

    def quiet_requests(self) -> float:
        """One for each feed, changed or not."""
        return len(self._feeds)

    def close(self) -> None:
        """Let go of the connections."""
        for one in self._webs.values():
            one.close()
        self._webs.clear()

    def _read(self, place: _Place, url: str, known: _Known) -> Batch:
        answer = self._asked(url, known)
        digest = hashlib.sha256(answer.body).hexdigest()[:24]
        if answer.status == 304 or digest == known.body:
            return self._next(place, url, _after(answer, known.body, known))
        try:
            feed = read_feed(answer.body, answer.headers.get("content-type", ""), url)
        except NoFeed as error:
            raise ConnectorError(
                f"RSS: {shown(url)} is no feed that can be read: {error}; look at it in a browser"
            ) from error
        found = read_posts(feed, url, self._access.now())
        left_out = f"{feed.left_out} entries past the first were left out"
        unread = (Unread(shown(url), left_out),) if feed.left_out else ()
        # Of a feed that was cut off, the rest is asked for again.
        after = _after(answer, digest, known) if feed.whole else known
        batch = self._next(place, url, after)
        return Batch(
            found.posts, batch.cursor, found.rejects, exhausted=batch.exhausted, unread=unread
        )

    def _asked(self, url: str, known: _Known) -> Answer:
        if (web := self._webs.get(url)) is None:
            base = self._access.base_url or "{0.scheme}://{0.netloc}".format(urlsplit(url))
            web = self._webs[url] = Web(
                base, self._access, name="RSS", headers={"accept": _ACCEPT}, hint=_HINT
            )
        headers = {}
        if known.etag is not None:
            headers["if-none-match"] = known.etag
        if known.modified is not None:
            headers["if-modified-since"] = known.modified
        return web.ask(_path(url), what=f"the feed {shown(url)}", headers=headers)

    def _failed(self, place: _Place, url: str, known: _Known, error: ConnectorError) -> Batch:
        """Note it and go on; raise it where the round brought nothing else."""
        hopeless = place.hopeless + error.permanent
        if place.failed + 1 == len(self._feeds):
            if error.permanent and hopeless < len(self._feeds):
                raise ConnectorError(str(error))
            raise error
        place = msgspec.structs.replace(place, failed=place.failed + 1, hopeless=hopeless)
        batch = self._next(place, url, known)
        if known.gone and place.feeds.get(feed_key(url), _Known()).gone:
            return batch  # It was told of when it went.
        unread = (Unread(shown(url), str(error)),)
        return Batch((), batch.cursor, exhausted=batch.exhausted, unread=unread)

    def _next(self, place: _Place, url: str, known: _Known) -> Batch:
        """An empty batch after which it is the next feed's turn."""
        turn = place.turn + 1
        feeds = {**place.feeds, feed_key(url): known}
        if turn < len(self._feeds):
            after = msgspec.structs.replace(place, turn=turn, feeds=feeds)
        else:
            after = _Place(feeds=feeds)
        is_round = turn == len(self._feeds)
        return Batch((), msgspec.json.encode(after).decode(), exhausted=is_round)


_HINT: Final = "check that the feed is open to everybody, or take it out of feeds"


def _after(answer: Answer, digest: str | None, known: _Known) -> _Known:
    etag, modified = answer.headers.get("etag"), answer.headers.get("last-modified")
    if answer.status == 304:
        etag, modified = etag or known.etag, modified or known.modified
    return _Known(etag, modified, digest)


def _gone(url: str) -> ConnectorError:
    return ConnectorError(
        f"RSS: {shown(url)} is gone for good (HTTP {_GONE}); take it out of feeds", permanent=True
    )


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _place(cursor: str | None, feeds: tuple[str, ...]) -> _Place:
    """Where to go on; feeds that are no longer read are forgotten."""
    try:
        place = msgspec.json.decode(cursor or "{}", type=_Place)
    except msgspec.MsgspecError:
        return _Place()
    keys = {feed_key(url) for url in feeds}
    kept = {key: known for key, known in place.feeds.items() if key in keys}
    if not 0 <= place.turn < len(feeds):
        return _Place(feeds=kept)
    return msgspec.structs.replace(place, feeds=kept)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.password is None
