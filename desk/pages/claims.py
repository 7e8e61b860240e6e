"""Claims: who wrote a code that was given to another account, and is it the same person?"""

from enum import StrEnum
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from desk.guard import Actor
from desk.notice import Notice, notice_of
from desk.room import room_of
from store import claims
from store.db import reading
from store.identity import NotOnePerson


class Answer(StrEnum):
    """What a member says."""

    SAME = "same"
    OTHER = "other"


def show(request: Request, did: str = "") -> HTMLResponse:
    """Every account that wrote a code and waits for a member."""
    return _page(request, notice_of(did, None))


def settle(
    request: Request, visitor: Actor, claimant_id: int, answer: Annotated[Answer, Form()]
) -> Response:
    """Link both accounts, or let the writer go."""
    room = room_of(request)
    now = room.now()
    try:
        with room.engine.begin() as tx:
            if answer is Answer.SAME:
                is_done = claims.confirm(tx, claimant_id, visitor.name, now) is not None
            else:
                is_done = claims.refuse(tx, claimant_id, visitor.name, now)
    except NotOnePerson as error:
        return _page(request, Notice("claim", f"{error}.", refused=True), status=409)
    if not is_done:
        late = Notice("claim", "Somebody else has answered this already.", refused=True)
        return _page(request, late, status=409)
    word = "linked" if answer is Answer.SAME else "unproved"
    return RedirectResponse(f"/claims?did={word}", status_code=303)


def _page(request: Request, notice: Notice | None, status: int = 200) -> HTMLResponse:
    room = room_of(request)
    with reading(room.engine) as tx:
        waiting = claims.waiting(tx)
    return room.render(request, "claims.html", status, waiting=waiting, notice=notice)
