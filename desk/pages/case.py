"""One case, open beside the list it came from."""

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse

from desk.guard import Reader
from desk.notice import notice_of
from desk.pages import listing, screen
from desk.pages.listing import Asked
from desk.room import room_of
from store import cases
from store.db import reading


def show(
    request: Request,
    visitor: Reader,
    view: Asked,
    case_id: int,
    did: str = "",
    case: int | None = None,
    words: str = "",
) -> HTMLResponse:
    """The case, `words` the task whose words are asked for.

    Raises 404 where there is none of that number.
    """
    with reading(room_of(request).engine) as tx:
        if cases.load(tx, case_id) is None:
            raise HTTPException(404)
        found = listing.read(tx, view, visitor)
        notice = notice_of(did, case)
        return screen.render(
            request, tx, view, found, case_id, on="case", notice=notice, words=words
        )
