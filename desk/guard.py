"""What stands between the network and the pages: headers, sessions, forms that are really ours."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Form, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.auth import Visitor, is_form_token, visitor_of
from desk.room import room_of
from store.db import reading

COOKIE: Final = "laurels_session"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
        " object-src 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class SignedOut(Exception):
    """Nobody is signed in."""


class ForeignForm(Exception):
    """The form was not made by this desk for this session."""


class Headers:
    """Puts the security headers on every answer, and keeps pages out of caches."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add to the head of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_static = scope["path"].startswith("/static/")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers["Cache-Control"] = "max-age=604800" if is_static else "no-store"
            await send(message)

        await self.app(scope, receive, with_headers)


def signed_in(request: Request) -> Visitor:
    """Who asks. Raises SignedOut where no session is open."""
    session = request.cookies.get(COOKIE)
    if not session:
        raise SignedOut
    room = room_of(request)
    with reading(room.engine) as tx:
        visitor = visitor_of(tx, session, room.wall_clock())
    if visitor is None:
        raise SignedOut
    request.state.visitor = visitor
    return visitor


def same_site(request: Request) -> None:
    """Raises ForeignForm for a form that another site sent.

    Browsers say so in Sec-Fetch-Site; older ones only in Origin, which is `null` from a page
    without referrers: then the form token alone decides.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise ForeignForm
        return
    origin = request.headers.get("origin", "null")
    if origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise ForeignForm


def acting(
    request: Request,
    visitor: Annotated[Visitor, Depends(signed_in)],
    form_token: Annotated[str, Form(max_length=200)] = "",
) -> Visitor:
    """Who sends a form. Raises ForeignForm unless it is a form of this very session."""
    same_site(request)
    if not is_form_token(visitor.session, form_token):
        raise ForeignForm
    return visitor


Reader = Annotated[Visitor, Depends(signed_in)]
Actor = Annotated[Visitor, Depends(acting)]
