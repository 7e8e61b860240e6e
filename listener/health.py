"""How a source fares, in a word and in a sentence, from what its polls left in the store."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from store.cursors import CursorState

_HICCUPS: Final = 3
"""Failures in a row that are worth a person's eye; fewer happen every day and pass."""


class Health(StrEnum):
    """From the best to the worst."""

    LISTENING = "listening"
    UNHEARD = "not heard yet"
    HICCUP = "trying again"
    FAILING = "failing"
    STOPPED = "stopped"


def health(state: CursorState | None) -> Health:
    """The word for a source's state; None: it was never polled."""
    if state is None or state.polled_at is None:
        return Health.UNHEARD
    if state.error is None:
        return Health.LISTENING
    if state.permanent:
        return Health.STOPPED
    return Health.FAILING if state.failures >= _HICCUPS else Health.HICCUP


def needs_attention(state: CursorState) -> bool:
    """Whether a person should know: it is stopped, or has failed several times in a row."""
    return health(state) in (Health.FAILING, Health.STOPPED)


def told(state: CursorState | None, now: datetime) -> str:
    """The state in one sentence: since when, why, and when it is tried again."""
    found = health(state)
    if state is None or state.polled_at is None:
        return "not heard yet"
    if found is Health.LISTENING:
        return f"listening; last asked {span(now - state.polled_at)} ago"
    since = f" for {span(now - state.failing_since)}" if state.failing_since else ""
    if found is Health.STOPPED:
        return f"stopped{since}, a person is needed: {state.error}"
    again = ""
    if state.retry_at is not None:
        wait = state.retry_at - now
        again = f"; next try in {span(wait)}" if wait > timedelta(0) else "; next try is due"
    times = "once" if state.failures == 1 else f"{state.failures} times"
    return f"failing{since} ({times}){again}: {state.error}"


def span(time: timedelta) -> str:
    """A length of time in its largest whole unit."""
    seconds = max(0, round(time.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
