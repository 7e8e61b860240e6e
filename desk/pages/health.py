"""Whether the desk and its store answer. For machines: no sign-in."""

from fastapi import Request
from fastapi.responses import JSONResponse

from desk.room import room_of
from store import pages
from store.db import reading


def show(request: Request) -> JSONResponse:
    """`{"ok": true, "posts": n}`."""
    with reading(room_of(request).engine) as tx:
        posts = pages.post_count(tx)
    return JSONResponse({"ok": True, "posts": posts})
