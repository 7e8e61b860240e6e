"""Ask a language model for a draft of the reply; a person reads it, edits it and sends it."""

from typing import Annotated

from fastapi import Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from desk import drafting
from desk.guard import Actor
from desk.pages.act import BODY_LENGTH, Sent, refused
from desk.pages.listing import View
from desk.review import Refused
from desk.room import Room, room_of
from rewards.drafting import keep
from rewards.drafting.answer import Answer
from rewards.drafting.drafter import Drafter
from rewards.drafting.endpoint import BusyError, EndpointError
from store import cases
from store.cases import CaseRow
from store.db import reading


def ask(
    request: Request,
    visitor: Actor,
    view: Sent,
    case_id: int,
    body: Annotated[str, Form(max_length=2 * BODY_LENGTH)] = "",
) -> Response:
    """Put a draft into the field, or show it beside the field with what is wrong with it."""
    room = room_of(request)
    field = body.replace("\r\n", "\n").strip()
    case, drafter = _case(room, case_id), room.drafter
    if drafter is None or not drafter.settings.writes_on(case.platform):
        raise HTTPException(404)
    try:
        answer = _asked(room, drafter, case_id, field, visitor.name)
    except (Refused, EndpointError) as error:
        return refused(request, visitor, view, case_id, str(error), field=field)
    if answer.faults:
        line = "The draft was not taken over; below stands why."
        return refused(request, visitor, view, case_id, line, field=field, proposal=answer)
    return _opened(view, case_id)


def _case(room: Room, case_id: int) -> CaseRow:
    with reading(room.engine) as tx:
        case = cases.load(tx, case_id)
    if case is None:
        raise HTTPException(404)
    return case


def _asked(room: Room, drafter: Drafter, case_id: int, field: str, actor: str) -> Answer:
    """The answer, after it was kept or noted. No transaction is open while it is waited for."""
    with reading(room.engine) as tx:
        case = keep.may_ask(tx, case_id, field)
        brief = drafting.brief(tx, case, room.policy, room.now())
    try:
        answer = drafter.write(brief)
        with room.engine.begin() as tx:
            keep.keep(tx, case_id, answer, brief.draft, actor=actor, now=room.now())
    except BusyError:
        raise  # Nothing left the house.
    except (Refused, EndpointError) as error:
        why = "no answer" if isinstance(error, EndpointError) else "not kept"
        with room.engine.begin() as tx:
            keep.note_failed(tx, case_id, drafter.settings.model, why, actor, room.now())
        raise
    return answer


def _opened(view: View, case_id: int) -> Response:
    notice = view.with_notice("drafted", case_id)
    return RedirectResponse(f"/cases/{case_id}{notice}", status_code=303)
