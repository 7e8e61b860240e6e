"""Archives in the format of docs/archive.md: a post a line."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from listener.history import Format, Mark
from listener.history.detect import parts_of
from listener.history.files import Files
from listener.history.lines import BadLine, Lines
from listener.history.moments import BadMoment, from_text, from_text_maybe
from store.records import Author, Kind, Post

_KINDS: Final = {kind.value: kind for kind in Kind}
_LONGEST_PLATFORM: Final = 32
"""As many characters as the store has room for."""
_DECODER: Final = msgspec.json.Decoder()


class ArchiveLines:
    """One file or several, each a post a line."""

    by_lines: ClassVar[bool] = True

    def __init__(self, files: Files, site: str | None = None) -> None:
        self._files = files
        self.parts: Sequence[str] = parts_of(files, Format.ARCHIVE)

    def read(self, part: str, mark: Mark) -> Lines:
        """Open one of the files after the mark."""
        return Lines(self._files.open(part), mark, parse)

    def close(self) -> None:
        """Nothing was gathered."""


def parse(line: bytes) -> Post:
    """A line to a post; raises BadLine for a bad post and ValueError for bad JSON."""
    try:
        value = _DECODER.decode(line)
    except (ValueError, RecursionError):
        # The slower one takes more, e.g. half of a surrogate pair, and says what is wrong.
        value = json.loads(line.decode())
    return read_line(value)


def read_line(value: object) -> Post:
    """The post; raises BadLine where a required field is missing or wrong.

    An optional field of the wrong type is taken as absent, so that a bad score loses no words.
    """
    if not isinstance(value, Mapping):
        raise BadLine("expected an object with the fields of a post")
    kind = _KINDS.get(str(value.get("kind")))
    if kind is None:
        raise BadLine(
            f"kind: expected post, answer, comment or message, got {str(value.get('kind'))[:40]!r}"
        )
    return Post(
        platform=_platform(value),
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
        media=_media(value.get("media")),
        score=_whole(value.get("score")),
        accepted=_flag(value.get("accepted")),
        tags=_strings(value.get("tags")),
        lang=_optional(value, "lang"),
        url=_optional(value, "url"),
        edited_at=from_text_maybe(value.get("edited_at")),
        deleted_at=from_text_maybe(value.get("deleted_at")),
    )


def _required(value: Mapping[str, object], name: str) -> str:
    found = _optional(value, name)
    if found is None:
        raise BadLine(f"{name}: missing")
    return found


def _platform(value: Mapping[str, object]) -> str:
    found = _required(value, "platform")
    if len(found) > _LONGEST_PLATFORM or not found.isprintable():
        raise BadLine(f"platform: expected a word of up to {_LONGEST_PLATFORM} characters")
    return found


def _optional(value: Mapping[str, object], name: str) -> str | None:
    found = value.get(name)
    if found is None or type(found) is str:
        return found or None
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
    try:
        return from_text(value.get(name))
    except BadMoment as error:
        raise BadLine(f"{name}: {error}") from None


def _strings(value: object) -> tuple[str, ...]:
    if not value or not isinstance(value, list):
        return ()
    return tuple(str(item) for item in value if isinstance(item, str | int))


def _media(value: object) -> tuple[str, ...]:
    """A text for each thing attached; of one that is described, its address, else its kind."""
    if not value or not isinstance(value, list):
        return ()
    return _strings([_medium(item) if isinstance(item, Mapping) else item for item in value])


def _medium(described: Mapping[str, object]) -> str | None:
    return _optional(described, "url") or _optional(described, "type")


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    limit = 2**31
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -limit <= value < limit else None
