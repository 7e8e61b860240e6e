"""``laurels budget``: what each source asked for and spent, its limits, and where that leads."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final, Protocol, runtime_checkable

from bot import wiring
from bot.failures import CommandError
from bot.settings import Settings
from bot.terminal import columns, emit
from listener.budget import MICRO, Forecast, forecast, used
from listener.connectors import kind
from listener.needles import needles
from listener.settings import QuerySettings, SourceSettings
from store.db import Engine, reading

_COUNTED_DAYS: Final = 7
_HEAD: Final = ("source", "today", "month", "limit", "spent", "limit", "at this pace")


@runtime_checkable
class _Counter(Protocol):
    """A connector whose platform counts what a query would bring."""

    def volume(self, query: str) -> Mapping[date, int]:
        """Posts by day, over the last seven."""
        ...


def budget(engine: Engine, settings: Settings, query: str | None, *, as_json: bool) -> None:
    """Show what was used; with `query`, what listening for it too would come to."""
    if query is not None:
        asked = QuerySettings("forecast", query)
        listener = replace(settings.listener, queries=(asked,))
        settings = replace(settings, listener=listener)
    rows = [_row(engine, settings, one, query) for one in settings.listener.sources]
    if not rows:
        raise CommandError("listener.sources: no source is named, so nothing is spent")
    table = columns([_HEAD, *(_line(row) for row in rows)])
    head = f"Listening for {query} would come to, a source:\n" if query else ""
    emit({"sources": rows, "query": query}, head + table, as_json=as_json)


def _row(
    engine: Engine, settings: Settings, source: SourceSettings, query: str | None
) -> dict[str, Any]:
    capabilities = kind(source.connector).capabilities
    listings = len(needles(one.query for one in settings.listener.queries)) or 1
    posts = _volume(engine, settings, source, query)
    today = wiring.utc_now().date()
    with reading(engine) as tx:
        day, month = used(tx, source.name, today)
        told = forecast(tx, source, capabilities, listings, today, posts)
    limits = source.limits
    return {
        "source": source.name,
        "requests": {
            "day": day.requests, "day_limit": limits.requests_per_day,
            "month": month.requests, "month_limit": limits.requests_per_month,
        },
        "usd": {
            "day": day.micro_usd / MICRO, "day_limit": limits.usd_per_day,
            "month": month.micro_usd / MICRO, "month_limit": limits.usd_per_month,
        },
        "posts_per_day": posts,
        "forecast": _told(told),
        "fits": _fits(told, source),
    }  # fmt: skip


def _volume(
    engine: Engine, settings: Settings, source: SourceSettings, query: str | None
) -> float | None:
    """Posts a day that the platform counts for the query, where it counts; that costs too."""
    if query is None or not kind(source.connector).capabilities.micro_usd_per_post:
        return None
    found = wiring.matcher(settings, source)
    meter = wiring.meter(engine, source)
    made = wiring.connector(settings, source, found, env=os.environ, meter=meter)
    try:
        if not isinstance(made, _Counter):
            return None
        return sum(made.volume(query).values()) / _COUNTED_DAYS
    finally:
        made.close()


def _told(found: Forecast) -> dict[str, float | int]:
    return {
        "requests_per_day": round(found.requests_per_day, 1),
        "requests_per_month": round(found.requests_per_month),
        "usd_per_day": round(found.usd_per_day, 3),
        "usd_per_month": round(found.usd_per_month, 2),
        "measured_days": found.measured_days,
    }


def _fits(found: Forecast, source: SourceSettings) -> bool:
    limits = source.limits
    pairs = (
        (found.requests_per_day, limits.requests_per_day),
        (found.requests_per_month, limits.requests_per_month),
        (found.usd_per_day, limits.usd_per_day),
        (found.usd_per_month, limits.usd_per_month),
    )
    return all(limit is None or value <= limit for value, limit in pairs)


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    requests, usd, told = row["requests"], row["usd"], row["forecast"]
    pace = f"{told['requests_per_day']:,.0f} requests a day"
    if told["usd_per_month"]:
        pace += f", ${told['usd_per_month']:,.2f} a month"
    if not row["fits"]:
        pace += "  past its limit"
    return (
        row["source"],
        f"{requests['day']:,}",
        f"{requests['month']:,}",
        _limit(requests["month_limit"] or requests["day_limit"], "{:,}"),
        f"${usd['month']:,.2f}" if usd["month"] else "-",
        _limit(usd["month_limit"] or usd["day_limit"], "${:g}"),
        pace,
    )


def _limit(value: float | None, shape: str) -> str:
    return "-" if value is None else shape.format(value)
