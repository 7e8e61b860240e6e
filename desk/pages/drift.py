"""Drift: what the model reads of late, beside what it read before."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from desk.room import room_of
from store.db import reading


def show(request: Request) -> HTMLResponse:
    """Every source and language of the last week; what moved stands first."""
    room = room_of(request)
    with reading(room.engine) as tx:
        found = room.watch(tx, room.now())
    return room.render(
        request,
        "drift.html",
        here="Sources",
        lines=sorted((one for one in found.lines if one.is_enough), key=lambda one: not one.moved),
        few=[one for one in found.lines if not one.is_enough],
        left_out=found.left_out,
    )
