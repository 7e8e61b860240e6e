"""The desk as a web application: its routes in one list."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from fastapi import Depends, FastAPI
from fastapi.responses import RedirectResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from desk import errors
from desk.drift import Watch, unwatched
from desk.guard import Headers, signed_in
from desk.pages import (
    act,
    case,
    claims,
    draft,
    drift,
    health,
    keys,
    leaderboard,
    metrics,
    person,
    queue,
    said,
    sign_in,
    sources,
)
from desk.reason import Explain
from desk.review import ReviewAct
from desk.room import STATIC, Room, templates
from desk.settings import DeskSettings
from rewards.drafting.drafter import Drafter
from rewards.policy import Policy
from store.db import Engine


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def home() -> RedirectResponse:
    """The queue is where work begins."""
    return RedirectResponse("/queue", status_code=303)


class Door(StrEnum):
    """Who may pass."""

    ANYONE = "anyone"
    MEMBERS = "members"


ROUTES: Final[tuple[tuple[Door, str, str, Callable[..., Any]], ...]] = (
    (Door.ANYONE, "GET", "/healthz", health.show),
    (Door.ANYONE, "GET", "/metrics", metrics.show),
    (Door.ANYONE, "GET", "/sign-in", sign_in.closed),
    (Door.ANYONE, "GET", "/sign-in/{token}", sign_in.show),
    (Door.ANYONE, "POST", "/sign-in/{token}", sign_in.enter),
    (Door.MEMBERS, "POST", "/sign-out", sign_in.leave),
    (Door.MEMBERS, "GET", "/", home),
    (Door.MEMBERS, "GET", "/queue", queue.show),
    (Door.MEMBERS, "GET", "/cases/{case_id}", case.show),
    (Door.MEMBERS, "POST", "/cases/{case_id}/act", act.act),
    (Door.MEMBERS, "POST", "/cases/{case_id}/draft", draft.ask),
    (Door.MEMBERS, "POST", "/cases/{case_id}/undo", act.undo),
    (Door.MEMBERS, "POST", "/cases/{case_id}/correct", act.correct),
    (Door.MEMBERS, "GET", "/people/{person_id}", person.show),
    (Door.MEMBERS, "POST", "/people/{person_id}/consent", person.choose),
    (Door.MEMBERS, "GET", "/claims", claims.show),
    (Door.MEMBERS, "POST", "/claims/{claimant_id}", claims.settle),
    (Door.MEMBERS, "GET", "/leaderboard", leaderboard.show),
    (Door.MEMBERS, "GET", "/said", said.show),
    (Door.MEMBERS, "GET", "/sources", sources.show),
    (Door.MEMBERS, "GET", "/drift", drift.show),
    (Door.MEMBERS, "GET", "/keys", keys.show),
)


def create_app(
    engine: Engine,
    *,
    reviewer: ReviewAct,
    policy: Policy,
    settings: DeskSettings,
    now: Callable[[], datetime],
    wall_clock: Callable[[], datetime] = utc_now,
    watch: Watch = unwatched,
    metrics_token: str | None = None,
    explain: Explain | None = None,
    drafter: Drafter | None = None,
) -> FastAPI:
    """The application over a migrated store; nothing is global.

    With `metrics_token`, `/metrics` answers whoever shows it as a bearer token. With `explain`, a
    case shows which words moved a verdict; with `drafter` it can ask for a draft. `watch` compares
    what the model reads of late with before.

    Both clocks give aware UTC times: pages and acts go by `now`, which a replay may set to the
    time of its record, links and sessions by `wall_clock`.
    """
    app = FastAPI(title="Laurels", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.room = Room(
        engine,
        reviewer,
        policy,
        settings,
        now,
        wall_clock,
        templates(),
        watch,
        metrics_token,
        explain,
        drafter,
    )
    _add_pages(app)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Headers)
    return app


def _add_pages(app: FastAPI) -> None:
    for door, method, path, page in ROUTES:
        guards = [Depends(signed_in)] if door is Door.MEMBERS else []
        app.add_api_route(path, page, methods=[method], dependencies=guards, response_model=None)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    errors.add_pages(app)
