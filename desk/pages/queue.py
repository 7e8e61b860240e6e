"""The queue: what will hurt soonest comes first, and the first case lies open beside the list."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from desk.guard import Reader
from desk.notice import notice_of
from desk.pages import listing, screen
from desk.pages.listing import Asked
from desk.room import room_of
from store.db import reading


def show(
    request: Request, visitor: Reader, view: Asked, did: str = "", case: int | None = None
) -> HTMLResponse:
    """The list, with its first case opened where there is room for it."""
    with reading(room_of(request).engine) as tx:
        found = listing.read(tx, view, visitor)
        first = found.items[0].case_id if found.items else None
        notice = notice_of(did, case)
        return screen.render(request, tx, view, found, first, on="list", notice=notice)
