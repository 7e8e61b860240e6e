"""Metrics for Prometheus: how each source fares and what waits. For machines, by a token."""

import hmac
from datetime import datetime

from fastapi import HTTPException, Request
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from desk.pages.sources import IMPORTED
from desk.room import room_of
from listener.budget import MICRO, used
from listener.health import Health, health
from store import cursors, mentions
from store.db import Connection, reading


def show(request: Request) -> Response:
    """The figures, as text. 404 where no token is set, 401 for a wrong one."""
    room = room_of(request)
    if room.metrics_token is None:
        raise HTTPException(404)
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), room.metrics_token.encode()):
        raise HTTPException(401)
    registry = CollectorRegistry()
    with reading(room.engine) as tx:
        _sources(registry, tx, room.wall_clock())
        counts = mentions.counts(tx)
    waiting = Gauge("laurels_posts_waiting", "Posts not understood yet", registry=registry)
    waiting.set(counts.waiting)
    posts = Gauge("laurels_posts", "Posts in the store", registry=registry)
    posts.set(counts.posts)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _sources(registry: CollectorRegistry, tx: Connection, now: datetime) -> None:
    def gauge(name: str, what: str, *more: str) -> Gauge:
        return Gauge(f"laurels_source_{name}", what, ["source", *more], registry=registry)

    state_of = gauge("state", "1 for the state that the source is in", "state")
    lag = gauge("seconds_since_poll", "Seconds since the platform was last asked")
    received = gauge("received_total", "Items that the platform sent")
    stored = gauge("stored_total", "Items that were new and kept")
    failures = gauge("failures", "Polls in a row that failed")
    requests = gauge("requests_today", "Requests of this day, UTC")
    usd = gauge("usd_month", "US dollars spent in this month, UTC")
    for state in cursors.states(tx):
        if state.source.startswith(IMPORTED):
            continue
        found = health(state)
        for word in Health:
            state_of.labels(state.source, word.value).set(word is found)
        if state.polled_at is not None:
            lag.labels(state.source).set((now - state.polled_at).total_seconds())
        received.labels(state.source).set(state.received)
        stored.labels(state.source).set(state.stored)
        failures.labels(state.source).set(state.failures)
        day, month = used(tx, state.source, now.date())
        requests.labels(state.source).set(day.requests)
        usd.labels(state.source).set(month.micro_usd / MICRO)
