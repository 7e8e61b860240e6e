"""When to ask again: what a response's headers say, and how long to wait after failures."""

import math
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST_BACKOFF: Final = 3600.0
LONGEST_WAIT: Final = 86_400.0
"""No platform closes for longer; what asks for more is mistaken, or means us ill."""
_EPOCH_FROM: Final = 1_000_000_000
"""A reset above this is a moment in seconds since 1970, one below is a number of seconds."""
_EPOCH_MS_FROM: Final = 100_000_000_000
"""A reset above this is a moment in milliseconds since 1970."""


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a refusal asks us to wait: ``Retry-After``, else the reset of a spent limit.

    `headers` are looked up by lower-case names. None where they say nothing that can be read.
    """
    found = seconds(headers.get("retry-after"), now)
    return found if found is not None else _reset(headers, now)


def pause(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until the next request is allowed, after an answer that used up the limit."""
    remaining = _first(headers, "remaining")
    try:
        spent = remaining is not None and float(remaining) < 1
    except ValueError:
        return None
    return _reset(headers, now) if spent else None


def seconds(value: str | None, now: datetime) -> float | None:
    """A wait written as seconds, seconds since 1970, an HTTP date or ISO 8601: from 0 to a day."""
    if value is None or not value.strip():
        return None
    text = value.strip()
    try:
        number = float(text)
    except ValueError:
        moment = _moment(text)
        return None if moment is None else _bounded((moment - now).total_seconds())
    if not math.isfinite(number):
        return None
    if number > _EPOCH_MS_FROM:
        number /= 1000
    return _bounded(number - now.timestamp() if number > _EPOCH_FROM else number)


def _bounded(wait: float) -> float:
    return min(max(0.0, wait), LONGEST_WAIT)


def backoff(
    failures: int,
    every: float,
    chance: Callable[[], float] = random.random,
    *,
    longest: float = LONGEST_BACKOFF,
) -> float:
    """Seconds to wait after so many failures in a row, at least 1: between half and the whole of
    `every` doubled each time, up to `longest` (or `every`, where that is longer).

    Equal jitter, after M. Brooker, "Exponential Backoff And Jitter", AWS, 2015.
    """
    whole = min(max(longest, every), every * 2.0 ** min(max(failures, 1) - 1, 30))
    return whole / 2 + whole / 2 * chance()


def _reset(headers: Mapping[str, str], now: datetime) -> float | None:
    return seconds(_first(headers, "reset"), now)


def _first(headers: Mapping[str, str], name: str) -> str | None:
    for prefix in ("x-ratelimit-", "x-rate-limit-", "ratelimit-"):
        if (found := headers.get(prefix + name)) is not None:
            return found
    return None


def _moment(text: str) -> datetime | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(text)
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
    return None
