"""Sign in with a link, and out again."""

from datetime import timedelta
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from desk import auth
from desk.guard import COOKIE, Actor, same_site
from desk.room import room_of
from store.db import reading


def show(request: Request, token: str) -> HTMLResponse:
    """The form behind a link. Looking at it spends nothing: mail programs look at links."""
    room = room_of(request)
    with reading(room.engine) as tx:
        new = auth.asks_for_name(tx)
    return room.render(request, "sign_in.html", token=token, new=new, problem=None)


def enter(
    request: Request, token: str, name: Annotated[str, Form(max_length=1000)] = ""
) -> Response:
    """Spend the link and open a session."""
    same_site(request)
    room = room_of(request)
    now, days = room.wall_clock(), room.settings.session_days
    try:
        with room.engine.begin() as tx:
            session = auth.sign_in(tx, token, name, now, days)
    except auth.BadName as problem:
        return room.render(
            request, "sign_in.html", 422, token=token, new=True, problem=str(problem)
        )
    except auth.NoEntry as problem:
        return signed_out(request, "No way in", str(problem))
    answer = RedirectResponse("/queue", status_code=303)
    answer.set_cookie(
        COOKIE,
        session,
        max_age=int(timedelta(days=days).total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


def leave(request: Request, visitor: Actor) -> Response:
    """Close the session."""
    with room_of(request).engine.begin() as tx:
        auth.sign_out(tx, visitor.session)
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer


def closed(request: Request) -> HTMLResponse:
    """What stands where a link would be."""
    return signed_out(request, "You are signed out", "The desk opens with a link.", status=200)


def signed_out(request: Request, headline: str, words: str, *, status: int = 403) -> HTMLResponse:
    """The short page that says how to get a link."""
    return room_of(request).render(
        request, "sign_in.html", status, token=None, headline=headline, words=words
    )
