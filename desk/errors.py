"""Pages for what went wrong: what happened, what was kept, what to do."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from desk.guard import HEADERS, ForeignForm, SignedOut
from desk.pages.sign_in import signed_out
from desk.room import room_of
from store.db import StoreError

log = structlog.get_logger(__name__)


def add_pages(app: FastAPI) -> None:
    """Let the app answer its errors with pages."""
    app.add_exception_handler(SignedOut, _signed_out)
    app.add_exception_handler(ForeignForm, _foreign_form)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(StoreError, _store)
    app.add_exception_handler(OverflowError, _no_such_number)
    app.add_exception_handler(Exception, _broken)


def _no_such_number(request: Request, _error: Exception) -> Response:
    """An id in the address that no database could hold."""
    return _page(request, 404, "There is no such page", "The number in the address is too large.")


def _page(request: Request, status: int, headline: str, *lines: str) -> Response:
    room = room_of(request)
    return room.render(request, "error.html", status, headline=headline, lines=lines)


def _signed_out(request: Request, _error: Exception) -> Response:
    words = "Nothing was changed. The desk opens with a link."
    return signed_out(request, "You are signed out", words, status=401)


def _foreign_form(request: Request, _error: Exception) -> Response:
    lines = (
        "Nothing was changed.",
        "The form was too old, or it came from another site. Open the page again and repeat it.",
    )
    return _page(request, 403, "This form is not valid any more", *lines)


def _unreadable(request: Request, _error: Exception) -> Response:
    lines = ("Nothing was changed.", "A value is missing, too long or not one of the choices.")
    return _page(request, 422, "This could not be understood", *lines)


def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        words = "There is nothing at this address. It may have been erased, or mistyped."
        return _page(request, 404, "Not found", words)
    if status == 422:
        return _unreadable(request, error)
    return _page(request, status, "This is not possible here", "Nothing was changed.")


def _store(request: Request, error: Exception) -> Response:
    log.error("store failed", path=request.url.path, error=str(error))
    return _page(request, 503, "The store does not answer", "Nothing was changed.", str(error))


def _broken(request: Request, error: Exception) -> Response:
    # The server logs the traceback; its values, among them the session, belong in no log.
    log.error("page failed", path=request.url.path, error=type(error).__name__)
    lines = ("Nothing was changed. The log says more.", "Try it again in a moment.")
    page = _page(request, 500, "Something broke here", *lines)
    # This page is made outside of every middleware.
    page.headers.update(HEADERS)
    return page
