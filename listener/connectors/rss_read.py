"""Feeds of any kind, RSS, Atom or JSON Feed, as what they say; hostile ones harm nothing."""

import json
import re
from calendar import timegm
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin

from listener.connectors.html_text import text_of
from listener.connectors.json_item import maybe_text, texts
from listener.history.moments import from_text_maybe

_LARGEST: Final = 8 * 2**20
_MOST_TAGS: Final = 500_000
"""Ten seconds of parsing at the worst; a real feed of 5,000 entries has a fifth of it."""
_MOST_ENTRIES: Final = 10_000
_CLOSING: Final = ("</rss>", "</feed>", ":rss>", ":feed>", ":rdf>")
_CHARACTER: Final = re.compile(r"&#([xX][0-9a-fA-F]{4,}|[0-9]{5,});?")
_ROOT: Final = re.compile(r"<[A-Za-z_]")
_CHARSET: Final = re.compile(r"(?:charset|encoding)\s*=\s*[\"']?([A-Za-z0-9._-]{2,40})")
_REAL_CHARSET: Final = re.compile(
    r"(?:ascii|big5|cp\d|euc|gb|iso-|johab|koi8|latin|mac|shift|sjis|tis|us-|utf-|windows-|x-)",
    re.IGNORECASE,
)
"""Python knows more, some of which take hours for a few megabytes."""
_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    (b"<\x00\x00\x00", "utf-32-le"), (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"),
)  # fmt: skip
_FAILURES: Final = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError,
    ValueError, re.error,
)  # fmt: skip
"""feedparser promises to raise nothing and does: github.com/kurtmckee/feedparser/issues/599."""


class NoFeed(Exception):
    """What came is no feed, or too much of one; the message says what it is instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as its feed has it; a time that is missing or none is None."""

    id: str | None
    link: str | None
    title: str
    text: str
    author: str | None = None
    author_key: str | None = None
    """What tells this author from others of the same name: a page or an address."""
    published: datetime | None = None
    updated: datetime | None = None
    tags: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed lists. `whole` is false where the end is missing: the last entry is left out."""

    title: str
    entries: Sequence[Entry]
    whole: bool = True
    left_out: int = 0


def read_feed(body: bytes, content_type: str, url: str) -> Feed:
    """Read a feed that came from `url`. Raises NoFeed."""
    if len(body) > _LARGEST:
        raise NoFeed(f"it is larger than {_LARGEST // 2**20} MB")
    found = _json_feed(body)
    if found is None:
        found = _xml_feed(_decoded(body, content_type), content_type, url)
    left_out = max(0, len(found.entries) - _MOST_ENTRIES)
    return Feed(found.title, found.entries[:_MOST_ENTRIES], found.whole, left_out)


def _decoded(body: bytes, content_type: str) -> str:
    """The text; UTF-8 where it can be that, whatever is declared, for that is wrong more often."""
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return body.decode(charset, "replace")
    head = body[:1_000].decode("ascii", "replace").partition("?>")[0]
    declared = [match[1] for one in (content_type, head) if (match := _CHARSET.search(one))]
    first = [one for one in declared if one.lower().startswith("iso-2022")]
    for charset in (*first, "utf-8", *declared):
        if _REAL_CHARSET.match(charset):
            with suppress(UnicodeError, LookupError):
                return body.decode(charset)
    return body.decode("cp1252", "replace")


def _xml_feed(text: str, content_type: str, url: str) -> Feed:
    root = _ROOT.search(text)
    is_empty = not text.strip()
    # What stands before the root could only name entities, which may expand without end.
    text = text[root.start() :].replace("<!ENTITY", "") if root else ""
    if text.count("<") > _MOST_TAGS:
        raise NoFeed(f"it has more than {_MOST_TAGS} tags")
    parsed = _parsed(text)
    entries = parsed["entries"]
    if not parsed.get("version") and not entries:
        kind = content_type.partition(";")[0].strip() or "something without a type"
        raise NoFeed("it sent nothing" if is_empty else f"it sent {kind}")
    end = text[-2_000:].lower()
    is_whole = not parsed["bozo"] or any(one in end for one in _CLOSING)
    feed = parsed["feed"]
    lang = _text(feed, "language")
    read = [_entry(one, lang, url) for one in (entries if is_whole else entries[:-1])]
    return Feed(_line(feed, "title"), read, is_whole)


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        return _parsed_once(text)
    except _FAILURES:
        try:
            return _parsed_once(_CHARACTER.sub(_real, text))
        except _FAILURES as error:
            raise NoFeed(f"it cannot be parsed ({type(error).__name__})") from error


def _parsed_once(text: str) -> Mapping[str, Any]:
    import feedparser

    # What is HTML is turned into words here, so it need be neither cleaned nor completed.
    found: Mapping[str, Any] = feedparser.parse(
        text.encode("utf-8", "replace"),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return found


def _real(match: re.Match[str]) -> str:
    """A character, or what stands for one that there is not: feedparser fails on these."""
    digits = match[1]
    code = int(digits[1:11], 16) if digits[0] in "xX" else int(digits[:11])
    is_real = code < 0xD800 or 0xDFFF < code <= 0x10FFFF
    return match[0] if is_real else "&#xFFFD;"


def _entry(item: Mapping[str, Any], lang: str | None, url: str) -> Entry:
    name, key = _author(item)
    return Entry(
        id=_text(item, "id"),
        link=_joined(url, _text(item, "link")),
        title=_line(item, "title"),
        text=_words(item),
        author=name,
        author_key=key,
        published=_moment(item, "published_parsed") or _moment(item, "created_parsed"),
        updated=_moment(item, "updated_parsed"),
        tags=_distinct(_text(one, "term") for one in _list(item, "tags")),
        media=_media(item),
        lang=_text(_dict(item, "title_detail"), "language") or lang,
    )


def _words(item: Mapping[str, Any]) -> str:
    """The content rather than the summary: it is the longer of the two."""
    for one in (*_list(item, "content"), _dict(item, "summary_detail")):
        if (found := _plain(one)) != "":
            return found
    return ""


def _line(item: Mapping[str, Any], name: str) -> str:
    return " ".join(_plain(_dict(item, f"{name}_detail")).split())


def _plain(detail: Mapping[str, Any]) -> str:
    value = _text(detail, "value") or ""
    is_html = "html" in (_text(detail, "type") or "")
    return text_of(value) if is_html else value.strip()


def _author(item: Mapping[str, Any]) -> tuple[str | None, str | None]:
    detail = _dict(item, "author_detail")
    name = _text(detail, "name") or _text(item, "author")
    address = _text(detail, "href") or _text(detail, "email")
    if name is not None and "@" in name:
        address, name = address or name, name.partition("@")[0]  # An address is not for show.
    return name, address or name


def _joined(url: str, link: str | None) -> str | None:
    try:
        return None if link is None else urljoin(url, link)
    except ValueError:
        return None


def _media(item: Mapping[str, Any]) -> tuple[str, ...]:
    enclosed = [one for one in _list(item, "links") if _text(one, "rel") == "enclosure"]
    found = [_text(one, "href") for one in enclosed]
    return _distinct(found + [_text(one, "url") for one in _list(item, "media_content")])


def _moment(item: Mapping[str, Any], name: str) -> datetime | None:
    found = dict.get(item, name) if isinstance(item, dict) else None
    try:
        return datetime.fromtimestamp(timegm(found), UTC) if found else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _text(item: Mapping[str, Any], name: str) -> str | None:
    # Past feedparser's own look-up, which warns where it takes one date for another.
    found = dict.get(item, name) if isinstance(item, dict) else None
    return found.strip() or None if isinstance(found, str) else None


def _list(item: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = dict.get(item, name) if isinstance(item, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _dict(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = dict.get(item, name) if isinstance(item, dict) else None
    return found if isinstance(found, dict) else {}


def _distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in values if one))


def _json_feed(body: bytes) -> Feed | None:
    """https://www.jsonfeed.org/version/1.1/, or None where it is no JSON."""
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("items"), list):
        return None
    lang = maybe_text(value, "language")
    items = [_json_entry(one, lang) for one in value["items"] if isinstance(one, dict)]
    return Feed(maybe_text(value, "title") or "", items)


def _json_entry(item: Mapping[str, Any], lang: str | None) -> Entry:
    authors = item.get("authors")
    author = authors[0] if isinstance(authors, list) and authors else item.get("author")
    author = author if isinstance(author, Mapping) else {}
    attached = item.get("attachments")
    media = [one for one in attached if isinstance(one, dict)] if isinstance(attached, list) else []
    return Entry(
        id=maybe_text(item, "id"),
        link=maybe_text(item, "url"),
        title=maybe_text(item, "title") or "",
        text=_first(
            maybe_text(item, "content_text"),
            lambda: text_of(maybe_text(item, "content_html") or ""),
            lambda: maybe_text(item, "summary") or "",
        ),
        author=maybe_text(author, "name"),
        author_key=maybe_text(author, "url") or maybe_text(author, "name"),
        published=from_text_maybe(item.get("date_published")),
        updated=from_text_maybe(item.get("date_modified")),
        tags=texts(item, "tags"),
        media=_distinct(maybe_text(one, "url") for one in media),
        lang=maybe_text(item, "language") or lang,
    )


def _first(found: str | None, *others: Callable[[], str]) -> str:
    return found or next((text for one in others if (text := one())), "")
