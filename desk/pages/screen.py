"""The three columns: the list, the case, the person."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from desk import dossier, reason
from desk.dossier import CaseView
from desk.notice import Notice
from desk.pages import listing
from desk.pages.listing import Listing, View
from desk.pages.person import brief
from desk.reason import Moved, Unexplained
from desk.review import CORRECTABLE, DOUBTS, HINTS, NOT_OURS, dismissals
from desk.room import Room, room_of
from rewards.drafting.answer import Answer
from store.db import Connection

ACTS_BESIDE = 4
"""Acts of help shown of the person beside a case."""


def render(
    request: Request,
    tx: Connection,
    view: View,
    found: Listing,
    case_id: int | None,
    *,
    on: str,
    notice: Notice | None,
    words: str = "",
    field: str | None = None,
    proposal: Answer | None = None,
) -> HTMLResponse:
    """The screen with a case opened, where there is one; `on` is the step a phone shows.

    `words` is the task whose words are asked for. `field` stands in the draft in place of what
    is stored, and `proposal` beside it.
    """
    return room_of(request).render(
        request,
        "queue.html",
        here="Queue",
        on=on,
        notice=notice,
        field=field,
        proposal=proposal,
        **_listed(view, found),
        **_opened(room_of(request), tx, found, case_id, words),
    )


def _listed(view: View, found: Listing) -> dict[str, object]:
    """What the first column shows, and what it can be narrowed to."""
    return {
        "view": view,
        "tabs": found.tabs,
        "items": found.items,
        "more": found.more,
        "claims": found.claims,
        "copies": found.copies,
        "doubts": found.doubts,
        "found_by": found.queries,
        "trouble": found.trouble,
        "empty": listing.empty(view),
        "platforms": found.platforms,
        "queries": found.names,
    }


def _opened(
    room: Room, tx: Connection, found: Listing, case_id: int | None, words: str
) -> dict[str, object]:
    """What the other two show: the case, what may be done to it, and its person."""
    case = None if case_id is None else dossier.read(tx, case_id)
    moved, unexplained = (None, "") if case is None else _moved(room, case, words)
    return {
        "case": case,
        "person": None if case is None else brief(tx, case.row.person_id, ACTS_BESIDE),
        "next_id": None if case is None else found.after(case.row.id),
        "doubt": None if case is None else DOUBTS.get(case.row.lane),
        "dismissals": [] if case is None else dismissals(case.row.lane),
        "dismissal_hints": HINTS,
        "choices": CORRECTABLE,
        "not_ours": NOT_OURS,
        "explained": reason.TASKS if room.explain else (),
        "moved": moved,
        "unexplained": unexplained,
        "drafted_by": _drafted_by(room, case),
        "disclosure": room.reviewer.disclosure,
    }


def _drafted_by(room: Room, case: CaseView | None) -> str:
    """The model that may be asked for a draft; empty where none may."""
    if room.drafter is None or case is None or case.in_doubt or case.post.post.deleted_at:
        return ""
    settings = room.drafter.settings
    return settings.model if settings.writes_on(case.row.platform) else ""


def _moved(room: Room, case: CaseView, words: str) -> tuple[Moved | None, str]:
    """Which words moved the verdict of a task, or why nothing tells that."""
    post = case.post.post
    if room.explain is None or words not in reason.TASKS or post.deleted_at is not None:
        return None, ""
    try:
        return room.explain(post.text, post.title, words), ""
    except Unexplained as error:
        return None, str(error)
