"""Act on a case: approve, save, dismiss, assign, correct, undo. The next case opens."""

from typing import Annotated

from fastapi import Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from desk import review
from desk.guard import Actor
from desk.notice import WORD_OF, Notice
from desk.pages import listing, screen
from desk.pages.listing import NAME_LENGTH, View, view_of
from desk.review import CORRECTABLE, Dismissal, HumanAct, Refused, Verb
from desk.room import room_of
from rewards.drafting.answer import Answer
from store import cases, members
from store.db import reading
from store.records import Task

BODY_LENGTH = 10_000
STAYS = frozenset({Verb.SAVE, Verb.ASSIGN, Verb.CORRECT, Verb.UNCORRECT, Verb.UNDO})
"""After these the same case stays open."""


def sent_view(
    tab: Annotated[str, Form()] = "open",
    kind: Annotated[str, Form()] = "",
    platform: Annotated[str, Form()] = "",
    query: Annotated[str, Form(max_length=NAME_LENGTH)] = "",
    q: Annotated[str, Form(max_length=1000)] = "",
    page: Annotated[int, Form()] = 1,
) -> View:
    """The view that a form carries along."""
    return view_of(tab, kind, platform, query, q, page)


Sent = Annotated[View, Depends(sent_view)]


def act(
    request: Request,
    visitor: Actor,
    view: Sent,
    case_id: int,
    verb: Annotated[Verb | None, Form()] = None,
    body: Annotated[str, Form(max_length=2 * BODY_LENGTH)] = "",
    dismiss: Annotated[str, Form()] = "",
    assignee: Annotated[int | None, Form()] = None,
    next: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """What the buttons of a case do; each button is a value of the same form."""
    said = body.replace("\r\n", "\n").strip()
    if dismiss:
        if dismiss not in Dismissal.__members__:
            raise HTTPException(422)
        wanted = HumanAct(case_id, Verb.DISMISS, visitor.name, reason=Dismissal[dismiss])
    elif assignee is not None:
        wanted = HumanAct(case_id, Verb.ASSIGN, visitor.name, assignee_id=assignee or None)
    elif verb is Verb.ADMIT:
        wanted = HumanAct(case_id, verb, visitor.name)
    elif verb in (Verb.APPROVE, Verb.SAVE):
        wanted = HumanAct(case_id, verb, visitor.name, body=said)
    else:
        raise HTTPException(422)
    following = int(next) if next.isdecimal() else None
    return _perform(request, visitor, view, wanted, following)


def undo(request: Request, visitor: Actor, view: Sent, case_id: int) -> Response:
    """Take the last act back."""
    wanted = HumanAct(case_id, Verb.UNDO, visitor.name)
    return _perform(request, visitor, view, wanted, None)


def correct(
    request: Request,
    visitor: Actor,
    view: Sent,
    case_id: int,
    intent: Annotated[str, Form(max_length=20)] = "",
    sentiment: Annotated[str, Form(max_length=20)] = "",
    undo: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Say what the post reads as, or take the last word on that back."""
    if undo in CORRECTABLE:
        wanted = HumanAct(case_id, Verb.UNCORRECT, visitor.name, task=Task(undo))
    elif intent in CORRECTABLE[Task.INTENT]:
        wanted = HumanAct(case_id, Verb.CORRECT, visitor.name, task=Task.INTENT, label=intent)
    elif sentiment in CORRECTABLE[Task.SENTIMENT]:
        wanted = HumanAct(case_id, Verb.CORRECT, visitor.name, task=Task.SENTIMENT, label=sentiment)
    else:
        raise HTTPException(422)
    return _perform(request, visitor, view, wanted, None)


def _perform(
    request: Request, visitor: Actor, view: View, wanted: HumanAct, following: int | None
) -> Response:
    room = room_of(request)
    try:
        with room.engine.begin() as tx:
            before = cases.load(tx, wanted.case_id)
            if before is None:
                raise HTTPException(404)
            known = {member.id for member in members.members(tx)}
            if wanted.assignee_id is not None and wanted.assignee_id not in known:
                raise HTTPException(422)
            review.perform(tx, room.reviewer, wanted, room.now())
    except Refused as error:
        field = wanted.body if wanted.verb in (Verb.APPROVE, Verb.SAVE) else None
        return refused(request, visitor, view, wanted.case_id, str(error), field=field)
    target = wanted.case_id if wanted.verb in STAYS else following
    page = "/queue" if target is None else f"/cases/{target}"
    word = WORD_OF[wanted.verb]
    if wanted.verb is Verb.UNDO and before.closed_at is None:
        word = "returned"
    notice = view.with_notice(word, wanted.case_id)
    return RedirectResponse(page + notice, status_code=303)


def refused(
    request: Request,
    visitor: Actor,
    view: View,
    case_id: int,
    line: str,
    *,
    field: str | None = None,
    proposal: Answer | None = None,
) -> Response:
    """The case as it stands, with the line that says what happened and what was kept.

    `field` are the words that the person had in the draft, `proposal` a draft not taken over.
    """
    notice = Notice(f"refused-{case_id}", line, refused=True)
    with reading(room_of(request).engine) as tx:
        found = listing.read(tx, view, visitor)
        page = screen.render(
            request, tx, view, found, case_id,
            on="case", notice=notice, field=field, proposal=proposal,
        )  # fmt: skip
    page.status_code = 409
    # Nothing is to be read at the address of a form: loaded again, the case opens.
    page.headers["HX-Push-Url"] = f"/cases/{case_id}{view.suffix}"
    return page
