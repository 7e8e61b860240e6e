"""One line of an archive, as parsed JSON, to a post."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from store.records import Author, Kind, Post

EARLIEST: Final = 1980
LATEST: Final = 2100
_KINDS: Final = {kind.value: kind for kind in Kind}


class BadLine(Exception):
    """The line lacks something required; the message names the field."""


def read_line(value: object) -> Post:
    """The post; raises BadLine where a required field is missing or wrong.

    An optional field of the wrong type is taken as absent, so that a bad score loses no words.
    """
    if not isinstance(value, Mapping):
        raise BadLine("expected an object with the fields of a post")
    kind = _KINDS.get(str(value.get("kind")))
    if kind is None:
        raise BadLine(f"kind: expected post, answer, comment or message, got {value.get('kind')!r}")
    return Post(
        platform=_required(value, "platform"),
        platform_id=_required(value, "id"),
        kind=kind,
        author=_author(value.get("author")),
        created_at=_moment(value, "created_at"),
        text=_text(value),
        title=_optional(value, "title"),
        thread_id=_optional(value, "thread_id"),
        parent_id=_optional(value, "parent_id"),
        channel=_optional(value, "channel"),
        addressed=_strings(value.get("mentions")),
        media=_strings(value.get("media")),
        score=_whole(value.get("score")),
        accepted=value.get("accepted") is True,
        tags=_strings(value.get("tags")),
        lang=_optional(value, "lang"),
        url=_optional(value, "url"),
        edited_at=_optional_moment(value, "edited_at"),
        deleted_at=_optional_moment(value, "deleted_at"),
    )


def _required(value: Mapping[str, object], name: str) -> str:
    found = _optional(value, name)
    if found is None:
        raise BadLine(f"{name}: missing")
    return found


def _optional(value: Mapping[str, object], name: str) -> str | None:
    found = value.get(name)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return None
    return str(found) or None


def _text(value: Mapping[str, object]) -> str:
    found = value.get("text")
    if not isinstance(found, str):
        raise BadLine("text: expected text, which may be empty")
    return found


def _author(value: object) -> Author:
    if not isinstance(value, Mapping):
        raise BadLine("author: missing")
    platform_id, handle = _optional(value, "id"), _optional(value, "handle")
    if platform_id is None:
        raise BadLine("author.id: missing")
    if handle is None:
        raise BadLine("author.handle: missing")
    return Author(
        platform_id=platform_id,
        handle=handle.removeprefix("@"),
        name=_optional(value, "name"),
        is_bot=value.get("bot") is True,
        is_staff=value.get("staff") is True,
    )


def _moment(value: Mapping[str, object], name: str) -> datetime:
    found = value.get(name)
    if not isinstance(found, str):
        raise BadLine(f"{name}: missing")
    try:
        moment = datetime.fromisoformat(found)
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadLine(f"{name}: expected ISO 8601, got {found[:40]!r}") from None
    if not EARLIEST <= aware.year <= LATEST:
        raise BadLine(f"{name}: {found[:40]} is not a time at which anybody wrote this")
    return aware


def _optional_moment(value: Mapping[str, object], name: str) -> datetime | None:
    try:
        return _moment(value, name)
    except BadLine:
        return None


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(str(item) for item in value if isinstance(item, str | int))


def _whole(value: object) -> int | None:
    limit = 2**31
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -limit <= value < limit else None
