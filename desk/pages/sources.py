"""Sources: where is listened, how each fares, what it asked for today, what was left unread."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from desk.room import room_of
from listener.budget import MICRO, used
from listener.health import Health, health
from store import cursors
from store.cursors import CursorState, UnreadState
from store.db import Connection, reading
from store.spending import Usage

IMPORTED: Final = "import:"
_RECENT: Final = timedelta(days=1)
_AT_ONCE: Final = 5
"""Things left unread that are shown before the rest is folded."""
_TONES: Final[Mapping[Health, str]] = {
    Health.LISTENING: "well",
    Health.UNHEARD: "soft",
    Health.HICCUP: "soft",
    Health.FAILING: "late",
    Health.STOPPED: "late",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One source with its state in words and what it used today."""

    state: CursorState
    word: str
    tone: str
    requests: int
    usd: float
    usd_month: float


@dataclass(frozen=True, slots=True)
class Left:
    """What one source left unread for one reason, the newest first."""

    source: str
    reason: str
    items: Sequence[UnreadState]


def show(request: Request) -> HTMLResponse:
    """Every source that was ever polled, those that need a person first."""
    room = room_of(request)
    now = room.now()
    with reading(room.engine) as tx:
        lines = _lines(tx, now)
        left = _grouped(cursors.unread_states(tx, now - _RECENT))
    return room.render(
        request, "sources.html", here="Sources", lines=lines, left=left, at_once=_AT_ONCE
    )


def _grouped(states: Sequence[UnreadState]) -> Sequence[Left]:
    by_reason: defaultdict[tuple[str, str], list[UnreadState]] = defaultdict(list)
    for one in states:
        by_reason[one.source, one.reason].append(one)
    return [Left(source, reason, some) for (source, reason), some in by_reason.items()]


def _lines(tx: Connection, now: datetime) -> Sequence[Line]:
    states = [one for one in cursors.states(tx) if not one.source.startswith(IMPORTED)]
    worst_first = list(Health)[::-1]
    states.sort(key=lambda one: (worst_first.index(health(one)), one.source))
    return [_line(one, *used(tx, one.source, now.date())) for one in states]


def _line(state: CursorState, day: Usage, month: Usage) -> Line:
    word = health(state)
    usd, usd_month = day.micro_usd / MICRO, month.micro_usd / MICRO
    return Line(state, word.value, _TONES[word], day.requests, usd, usd_month)
