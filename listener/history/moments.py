"""When something was said, as records write it."""

from datetime import UTC, datetime
from typing import Final

EARLIEST: Final = 1980
LATEST: Final = 2100
_FIRST: Final = datetime(EARLIEST, 1, 1, tzinfo=UTC).timestamp()
_LAST: Final = datetime(LATEST + 1, 1, 1, tzinfo=UTC).timestamp()


class BadMoment(Exception):
    """No time at which anybody wrote something; the message says what stood there."""


def from_text(found: object) -> datetime:
    """ISO 8601, taken as UTC where it names no zone. Raises BadMoment."""
    if not isinstance(found, str):
        raise BadMoment("missing")
    try:
        moment = datetime.fromisoformat(found)
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadMoment(f"expected ISO 8601, got {found[:40]!r}") from None
    if not EARLIEST <= aware.year <= LATEST:
        raise BadMoment(f"{found[:40]} is not a time at which anybody wrote this")
    return aware


def from_seconds(found: object) -> datetime:
    """Seconds since 1970, as a number or as text. Raises BadMoment."""
    try:
        seconds = float(found)  # type: ignore[arg-type] # what it cannot take is an error below
    except (TypeError, ValueError):
        raise BadMoment(f"expected seconds, got {str(found)[:40]!r}") from None
    if not _FIRST <= seconds < _LAST:
        raise BadMoment(f"{str(found)[:40]} is not a time at which anybody wrote this")
    return datetime.fromtimestamp(seconds, UTC)


def from_text_maybe(found: object) -> datetime | None:
    """The same, None for what is no time."""
    if found is None:
        return None
    try:
        return from_text(found)
    except BadMoment:
        return None


def from_seconds_maybe(found: object) -> datetime | None:
    """The same, None for what is no time; booleans are none."""
    if isinstance(found, bool):
        return None
    try:
        return from_seconds(found)
    except BadMoment:
        return None
