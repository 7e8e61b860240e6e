"""What every page works with: the store, the reviewer, the policy, the clock, the templates."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from desk import words
from desk.auth import Visitor, form_token
from desk.drift import Watch
from desk.reason import Explain
from desk.review import ReviewAct
from desk.settings import DeskSettings
from rewards.drafting.drafter import Drafter
from rewards.policy import Policy
from store.db import Engine

STATIC: Final = Path(__file__).parent / "static"
FOLD_AT: Final = 1200
"""Longer posts are folded."""


@dataclass(frozen=True, slots=True)
class Room:
    """Handed to every page."""

    engine: Engine
    reviewer: ReviewAct
    policy: Policy
    settings: DeskSettings
    now: Callable[[], datetime]
    """The moment that pages show and acts are noted at: in a replay, that of the record."""
    wall_clock: Callable[[], datetime]
    """The present, by which links and sessions run out."""
    templates: Environment
    watch: Watch
    """What the model reads of late beside what it read before."""
    metrics_token: str | None = None
    explain: Explain | None = None
    drafter: Drafter | None = None

    def render(
        self, request: Request, template: str, status: int = 200, /, **context: object
    ) -> HTMLResponse:
        """A page with what all pages need: the visitor, the moment, the form token."""
        visitor = visitor_in(request)
        html = self.templates.get_template(template).render(
            {
                "visitor": visitor,
                "csrf_field": _csrf_field(visitor),
                "say": words.Sayer(self.now(), self.settings.zone),
                "sender": self.policy.sender,
                "here": "",
                "trouble": "",
                "notice": None,
            }
            | context
        )
        return HTMLResponse(html, status_code=status)


def room_of(request: Request) -> Room:
    """The room of the app that serves the request."""
    return cast(Room, request.app.state.room)


def visitor_in(request: Request) -> Visitor | None:
    """Who asks, where `desk.guard` let them in."""
    return cast("Visitor | None", getattr(request.state, "visitor", None))


def templates() -> Environment:
    """The templates with the words they use. Everything is escaped unless marked as safe."""
    env = Environment(
        loader=PackageLoader("desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals.update(
        build=_build(),
        fold_at=FOLD_AT,
        kind_names=words.KINDS,
        state_names=words.STATES,
        excerpt=words.excerpt,
        marked=words.marked,
        weighed=words.weighed,
        platform_name=words.platform_name,
        query_name=words.query_name,
        web_address=words.web_address,
    )
    return env


def _build() -> str:
    """Changes with the files that browsers keep."""
    files = sorted(STATIC.glob("*.*"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _csrf_field(visitor: Visitor | None) -> Markup:
    if visitor is None:
        return Markup("")
    token = form_token(visitor.session)
    return Markup('<input type="hidden" name="form_token" value="{}">').format(token)
