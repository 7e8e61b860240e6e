"""What Reddit sends of a submission or a comment, to a post."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from store.records import Author, Kind, Post

SITE: Final = "https://www.reddit.com"
PLACEHOLDERS: Final = frozenset({"[deleted]", "[removed]", "[deleted by user]"})
"""What stands where words or a name were taken away."""
_NOBODY: Final = Author("[deleted]", "[deleted]")
_NAME: Final = re.compile(r"t[13]_[0-9a-z]{1,13}")
_CALLED: Final = re.compile(r"(?<![\w/])/?u/([A-Za-z0-9_-]{3,20})(?![\w-])")
_LARGEST_SCORE: Final = 2**31
_FIRST_YEAR: Final = 2005
_LAST_YEAR: Final = 2100


class BadThing(Exception):
    """What Reddit sent lacks something required; the message names the field."""


@dataclass(frozen=True, slots=True)
class Known:
    """Who is who; all names in lower case."""

    own: str = ""
    """Our account."""
    bots: frozenset[str] = frozenset()
    staff_in: frozenset[str] = frozenset()
    """Subreddits whose moderators are the organisation's staff."""


def is_fullname(text: object) -> bool:
    """Whether it is the id of a submission or of a comment."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def read_thing(thing: object, known: Known, now: datetime) -> Post:
    """The post of a ``t1`` or ``t3`` thing; raises BadThing where a required field is wrong.

    One that was deleted or removed, or whose account was, has no words and was deleted `now`.
    """
    data = thing.get("data") if isinstance(thing, Mapping) else None
    if not isinstance(data, Mapping):
        raise BadThing("expected a thing with its data")
    name = _text(data, "name")
    if not is_fullname(name):
        raise BadThing(f"name: expected t1_… or t3_…, got {name[:20]!r}")
    return _submission(data, known, now) if name.startswith("t3_") else _comment(data, known, now)


def written(thing: Any) -> int | None:
    """When a thing was written, in seconds since 1970; None where that cannot be told."""
    data = thing.get("data") if isinstance(thing, Mapping) else None
    found = data.get("created_utc") if isinstance(data, Mapping) else None
    is_moment = _moment(found) is not None
    return int(found) if is_moment and isinstance(found, int | float) else None


def _submission(data: Mapping[str, Any], known: Known, now: datetime) -> Post:
    name, words = _text(data, "name"), _text(data, "selftext")
    gone = _is_gone(data, words)
    flair = data.get("link_flair_text")
    return Post(
        platform="reddit",
        platform_id=name,
        kind=Kind.POST,
        author=_NOBODY if gone else _author(data, known),
        created_at=_created(data),
        text="" if gone else words,
        title=None if gone else _text(data, "title"),
        thread_id=name,
        channel=_optional(data, "subreddit"),
        addressed=() if gone else _addressed(words),
        media=() if gone else (*_link(data), *_pictures(data)),
        score=_score(data),
        tags=(flair,) if isinstance(flair, str) and flair and not gone else (),
        url=_url(data, f"/comments/{name[3:]}/"),
        edited_at=_moment(data.get("edited")),
        deleted_at=now if gone else None,
    )


def _comment(data: Mapping[str, Any], known: Known, now: datetime) -> Post:
    name, words = _text(data, "name"), _text(data, "body")
    gone = _is_gone(data, words)
    link = _text(data, "link_id")
    return Post(
        platform="reddit",
        platform_id=name,
        kind=Kind.COMMENT,
        author=_NOBODY if gone else _author(data, known),
        created_at=_created(data),
        text="" if gone else words,
        thread_id=link,
        parent_id=_text(data, "parent_id"),
        channel=_optional(data, "subreddit"),
        addressed=() if gone else _addressed(words),
        media=() if gone else _pictures(data),
        score=_score(data),
        url=_url(data, f"/comments/{link[3:]}/_/{name[3:]}/"),
        edited_at=_moment(data.get("edited")),
        deleted_at=now if gone else None,
    )


def _is_gone(data: Mapping[str, Any], words: str) -> bool:
    author = data.get("author")
    if author is None or str(author) in PLACEHOLDERS or words.strip() in PLACEHOLDERS:
        return True
    # What waits in a moderation queue may yet be let through, and a deletion here is for good.
    return data.get("removed_by_category") not in (None, "", "automod_filtered")


def _author(data: Mapping[str, Any], known: Known) -> Author:
    handle = _text(data, "author")
    lower = handle.lower()
    subreddit = (_optional(data, "subreddit") or "").lower()
    return Author(
        platform_id=_optional(data, "author_fullname") or handle,
        handle=handle,
        is_bot=lower in known.bots,
        is_staff=data.get("distinguished") == "moderator" and subreddit in known.staff_in,
        is_own=bool(known.own) and lower == known.own,
    )


def _created(data: Mapping[str, Any]) -> datetime:
    found = _moment(data.get("created_utc"))
    if found is None:
        raise BadThing("created_utc: expected seconds since 1970")
    return found


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def _addressed(words: str) -> tuple[str, ...]:
    # A dump has millions of texts, and hardly one calls anybody.
    return tuple(dict.fromkeys(_CALLED.findall(words))) if "u/" in words else ()


def _link(data: Mapping[str, Any]) -> tuple[str, ...]:
    url = _optional(data, "url_overridden_by_dest") or _optional(data, "url") or ""
    is_link = data.get("is_self") is False and url.startswith(("http://", "https://"))
    return (url,) if is_link else ()


def _pictures(data: Mapping[str, Any]) -> tuple[str, ...]:
    found = data.get("media_metadata")
    if not isinstance(found, Mapping):
        return ()
    sources = [part.get("s") for part in found.values() if isinstance(part, Mapping)]
    urls = [source.get("u") for source in sources if isinstance(source, Mapping)]
    return tuple(url for url in urls if isinstance(url, str))


def _score(data: Mapping[str, Any]) -> int | None:
    found = data.get("score")
    hidden = data.get("score_hidden") is True or data.get("hide_score") is True
    if hidden or isinstance(found, bool) or not isinstance(found, int):
        return None
    return found if abs(found) < _LARGEST_SCORE else None


def _url(data: Mapping[str, Any], otherwise: str) -> str:
    path = data.get("permalink")
    return SITE + (path if isinstance(path, str) and path.startswith("/") else otherwise)


def _text(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name)
    if not isinstance(found, str):
        raise BadThing(f"{name}: missing")
    return found


def _optional(data: Mapping[str, Any], name: str) -> str | None:
    found = data.get(name)
    return found if isinstance(found, str) and found else None
