"""Drift: what the model reads of late, beside what it read before."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from desk.room import room_of
from store.db import reading


def show(request: Request) -> HTMLResponse:
    """Every source and language of the last week; what moved stands first."""
    room = room_of(request)
    with reading(room.engine) as tx:
        lines = room.watch(tx, room.now())
    told = sorted((one for one in lines if one.is_enough), key=lambda one: not one.moved)
    few = [one for one in lines if not one.is_enough]
    return room.render(request, "drift.html", here="Sources", lines=told, few=few)
