"""Read what a platform sent as JSON: its fields, or which of them is missing or wrong."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from listener.connectors import Reject
from store.records import Deletion, Post

Item = Mapping[str, Any]
_EARLIEST: Final = 1980
_LATEST: Final = 2100
_MARKS_FROM: Final = 946_684_800
_RAW_KEPT: Final = 20_000
_SCORE_LIMIT: Final = 2**31


class BadItem(Exception):
    """An item that is no post; the message names the field."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the items of one answer came to."""

    posts: tuple[Post, ...]
    deletions: tuple[Deletion, ...]
    rejects: tuple[Reject, ...]


def read_all(items: Iterable[object], read: Callable[[Item], Post | Deletion | None]) -> Found:
    """Read each item; one that cannot be read becomes a Reject, and None is left out."""
    posts: list[Post] = []
    deletions: list[Deletion] = []
    rejects: list[Reject] = []
    for number, item in enumerate(items, 1):
        try:
            found = read(as_item(item))
        except BadItem as error:
            rejects.append(rejected(number, item, error))
            continue
        if isinstance(found, Post):
            posts.append(found)
        elif found is not None:
            deletions.append(found)
    return Found(tuple(posts), tuple(deletions), tuple(rejects))


def rejected(number: int, item: object, error: BadItem) -> Reject:
    """The item as it is put aside."""
    return Reject(number, str(error), json.dumps(item, ensure_ascii=False)[:_RAW_KEPT])


def as_item(value: object) -> Item:
    """The value, which must be an object; raises BadItem."""
    if not isinstance(value, Mapping):
        raise BadItem("expected an object")
    return value


def items_of(value: object, name: str) -> list[Any]:
    """A list within an answer; raises BadItem where there is none."""
    found = value.get(name) if isinstance(value, Mapping) else None
    if not isinstance(found, list):
        raise BadItem(f"{name}: expected a list")
    return found


def part(item: Item, name: str) -> Item:
    """An object within the item; empty where there is none."""
    found = item.get(name)
    return found if isinstance(found, Mapping) else {}


def text(item: Item, name: str) -> str:
    """A text or a number as text; raises BadItem where it is missing."""
    found = maybe_text(item, name)
    if found is None:
        raise BadItem(f"{name}: missing")
    return found


def maybe_text(item: Item, name: str) -> str | None:
    """The same, or None; an empty text is None too."""
    found = item.get(name)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return None
    return str(found) or None


def texts(item: Item, name: str) -> tuple[str, ...]:
    """The texts of a list; empty where there is none."""
    found = item.get(name)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def whole(item: Item, name: str) -> int:
    """A whole number; raises BadItem where there is none."""
    found = maybe_whole(item, name)
    if found is None:
        raise BadItem(f"{name}: expected a whole number")
    return found


def maybe_whole(item: Item, name: str) -> int | None:
    """A whole number, or None."""
    found = item.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def mark(item: object, name: str) -> int | None:
    """The seconds since 1970 that a listing is ordered by, or None where they cannot be meant.

    A time before 2000 is a platform's slip, and must not pass for the end of what is new.
    """
    found = maybe_whole(item, name) if isinstance(item, Mapping) else None
    return found if found is not None and found >= _MARKS_FROM else None


def score(item: Item, name: str) -> int | None:
    """A number of votes that fits the store, or None."""
    found = maybe_whole(item, name)
    return found if found is not None and abs(found) < _SCORE_LIMIT else None


def moment(item: Item, name: str) -> datetime:
    """A time, from seconds since 1970 or ISO 8601; raises BadItem."""
    found = item.get(name)
    try:
        if isinstance(found, str):
            read = datetime.fromisoformat(found)
            at = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
        else:
            at = datetime.fromtimestamp(whole(item, name), UTC)
    except (ValueError, OverflowError, OSError):
        raise BadItem(f"{name}: expected a time, got {str(found)[:40]!r}") from None
    if not _EARLIEST <= at.year <= _LATEST:
        raise BadItem(f"{name}: {str(found)[:40]} is not a time at which anybody wrote this")
    return at


def maybe_moment(item: Item, name: str) -> datetime | None:
    """A time, or None where there is none that can be read."""
    try:
        return moment(item, name)
    except BadItem:
        return None
