"""``laurels budget``: what each source asked for and spent, its limits, and where that leads."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, Protocol, runtime_checkable

from bot import wiring
from bot.failures import CommandError
from bot.forecasting import quiet_requests
from bot.settings import Settings
from bot.terminal import columns, emit
from listener.budget import MICRO, Forecast, forecast, used
from listener.connectors import kind
from listener.settings import QuerySettings, SourceSettings
from store.db import Engine, reading

_COUNTED_DAYS: Final = 7
_HEAD: Final = ("source", "", "today", "this month", "next 30 days", "")


@runtime_checkable
class _Counter(Protocol):
    """A connector whose platform counts what a query would bring."""

    def volume(self, query: str) -> Mapping[date, int]:
        """Posts by day, over the last seven."""
        ...


def budget(engine: Engine, settings: Settings, query: str | None, *, as_json: bool) -> None:
    """Show what was used; with `query`, what listening for it would come to instead."""
    if query is not None:
        asked = QuerySettings("forecast", query)
        listener = replace(settings.listener, queries=(asked,))
        settings = replace(settings, listener=listener)
    rows = [_row(engine, settings, one, query) for one in settings.listener.sources]
    if not rows:
        raise CommandError("listener.sources: no source is named, so nothing is spent")
    emit({"sources": rows, "query": query}, _text(rows, query), as_json=as_json)


def _row(
    engine: Engine, settings: Settings, source: SourceSettings, query: str | None
) -> dict[str, Any]:
    capabilities = kind(source.connector).capabilities
    quiet = quiet_requests(settings, source)
    posts = volume(engine, settings, source, query)
    today = wiring.utc_now().date()
    with reading(engine) as tx:
        day, month = used(tx, source.name, today)
        told = forecast(tx, source, capabilities, quiet, today, posts)
    limits, past = source.limits, _past(told, source)
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
        "fits": not past,
        "past": past,
    }  # fmt: skip


def volume(
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


def _past(found: Forecast, source: SourceSettings) -> list[str]:
    """The limits that this pace would pass, by their names in the settings."""
    limits = source.limits
    pairs = {
        "requests_per_day": (found.requests_per_day, limits.requests_per_day),
        "requests_per_month": (found.requests_per_month, limits.requests_per_month),
        "usd_per_day": (found.usd_per_day, limits.usd_per_day),
        "usd_per_month": (found.usd_per_month, limits.usd_per_month),
    }
    return [name for name, (pace, limit) in pairs.items() if limit is not None and pace > limit]


def _text(rows: Sequence[Mapping[str, Any]], query: str | None) -> str:
    table = columns(
        [_HEAD, *(line for row in rows for line in _lines(row))], right=frozenset({2, 3, 4})
    )
    notes = [_counted(row) for row in rows if row["posts_per_day"] is not None]
    if any(not row["forecast"]["measured_days"] for row in rows):
        notes.append("* from the settings, with nothing new to read: no full day was measured yet")
    notes.append("Days and months are those of UTC.")
    head = [f"Listening for {query} alone would come to:", ""] if query else []
    return "\n".join([*head, table, "", *notes])


def _lines(row: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    told, past = row["forecast"], row["past"]
    guess = "" if told["measured_days"] else "*"
    asked, usd = row["requests"], row["usd"]
    yield (
        row["source"],
        "requests",
        _of(asked["day"], asked["day_limit"], "{:,}"),
        _of(asked["month"], asked["month_limit"], "{:,}"),
        f"{told['requests_per_month']:,}{guess}",
        _warning(past, "requests"),
    )
    if usd["month"] or told["usd_per_month"] or usd["day_limit"] or usd["month_limit"]:
        yield (
            "",
            "money",
            _of(usd["day"], usd["day_limit"], "${:,.2f}"),
            _of(usd["month"], usd["month_limit"], "${:,.2f}"),
            f"${told['usd_per_month']:,.2f}{guess if row['posts_per_day'] is None else ''}",
            _warning(past, "usd"),
        )


def _of(value: float, limit: float | None, shape: str) -> str:
    shown = shape.format(value)
    return shown if limit is None else f"{shown} of {shape.format(limit)}"


def _warning(past: Sequence[str], unit: str) -> str:
    periods = [one.rpartition("_")[2] for one in past if one.startswith(unit)]
    return f"past the limit of a {' and a '.join(periods)}" if periods else ""


def _counted(row: Mapping[str, Any]) -> str:
    return (
        f"{row['source']}: {row['posts_per_day']:,.0f} posts a day, as the platform counts the last"
        f" {_COUNTED_DAYS} days;\n  the question is in what was used today"
    )
