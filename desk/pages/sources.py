"""Sources: where is listened, how each fares, what it asked for today, what was left unread."""

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
from store.cursors import CursorState
from store.db import Connection, reading
from store.spending import Usage

IMPORTED: Final = "import:"
_RECENT: Final = timedelta(days=1)
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


def show(request: Request) -> HTMLResponse:
    """Every source that was ever polled, those that need a person first."""
    room = room_of(request)
    now = room.wall_clock()
    with reading(room.engine) as tx:
        lines = _lines(tx, now)
        left = cursors.unread_states(tx, now - _RECENT)
    return room.render(request, "sources.html", here="Sources", lines=lines, left=left)


def _lines(tx: Connection, now: datetime) -> Sequence[Line]:
    states = [one for one in cursors.states(tx) if not one.source.startswith(IMPORTED)]
    worst_first = list(Health)[::-1]
    states.sort(key=lambda one: (worst_first.index(health(one)), one.source))
    return [_line(one, *used(tx, one.source, now.date())) for one in states]


def _line(state: CursorState, day: Usage, month: Usage) -> Line:
    word = health(state)
    usd, usd_month = day.micro_usd / MICRO, month.micro_usd / MICRO
    return Line(state, word.value, _TONES[word], day.requests, usd, usd_month)
