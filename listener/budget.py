"""Requests and money: what a source may still ask for, what it is about to cost, a hard stop."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from listener.connectors import Capabilities, ConnectorError
from listener.settings import LimitSettings, SourceSettings
from store import cursors, spending
from store.db import Connection, Engine
from store.spending import Usage

MICRO: Final = 1_000_000
_DAY_SECONDS: Final = 86_400
_WINDOW: Final = timedelta(days=7)


class OverBudget(ConnectorError):
    """A limit of ours would be passed; `retry_after` is when it begins anew."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a source comes to in a day and in a month of 30 days, at its present pace.

    `measured_days` is from how many full days it was taken; 0: reckoned from the settings alone.
    """

    requests_per_day: float
    usd_per_day: float
    measured_days: int

    @property
    def usd_per_month(self) -> float:
        """In 30 days."""
        return self.usd_per_day * 30

    @property
    def requests_per_month(self) -> float:
        """In 30 days."""
        return self.requests_per_day * 30


def refusal(limits: LimitSettings, day: Usage, month: Usage, ask: Usage) -> tuple[str, str] | None:
    """Which limit `ask` would pass, as (``day`` or ``month``, in words); None where it fits."""
    checks = (
        ("day", limits.requests_per_day, day.requests, ask.requests, "requests", 1),
        ("month", limits.requests_per_month, month.requests, ask.requests, "requests", 1),
        ("day", limits.usd_per_day, day.micro_usd, ask.micro_usd, "usd", MICRO),
        ("month", limits.usd_per_month, month.micro_usd, ask.micro_usd, "usd", MICRO),
    )
    for period, limit, used, more, unit, scale in checks:
        if limit is not None and more > 0 and used + more > limit * scale:
            if unit == "usd":
                shown = f"limits.usd_per_{period} of ${limit:g} leaves {_usd(limit, used)}"
            else:
                shown = f"limits.requests_per_{period} of {limit:g} is used up"
            return period, shown
    return None


def _usd(limit: float, used: int) -> str:
    return f"${max(0.0, limit - used / MICRO):.3f}"


class SourceMeter:
    """Counts in the store what one source asks for, before it asks; see `connectors.Meter`.

    What a killed process had reserved stays counted: too much, never too little.
    """

    def __init__(
        self, engine: Engine, source: str, limits: LimitSettings, now: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._source = source
        self._limits = limits
        self._now = now
        self._reserved: tuple[date, int] | None = None

    def spend(self, what: str, *, requests: int = 1, micro_usd: int = 0) -> None:
        """Reserve; raises OverBudget, and notes `what` as unread, where a limit would be passed."""
        now = self._now().astimezone(UTC)
        ask = Usage(requests, micro_usd)
        with self._engine.begin() as tx:
            refused = refusal(self._limits, *used(tx, self._source, now.date()), ask)
            if refused is None:
                spending.add(tx, self._source, now.date(), ask)
            else:
                cursors.leave_unread(tx, self._source, what, refused[1], now)
        if refused is not None:
            period, reason = refused
            raise OverBudget(
                f"{self._source}: {what} is not read: {reason}",
                retry_after=_until_next(period, now),
            )
        self._reserved = (now.date(), micro_usd)

    def settle(self, micro_usd: int) -> None:
        """The last request came to this; the rest of what was reserved is free again."""
        if self._reserved is None:
            return
        day, reserved = self._reserved
        self._reserved = None
        if micro_usd != reserved:
            with self._engine.begin() as tx:
                spending.add(tx, self._source, day, Usage(0, micro_usd - reserved))


def forecast(
    tx: Connection,
    source: SourceSettings,
    capabilities: Capabilities,
    quiet_requests: float,
    today: date,
    posts_per_day: float | None = None,
) -> Forecast:
    """From the full days of the last week; before there is one, from the settings.

    `quiet_requests` are those of one poll that finds nothing new, `posts_per_day` what a count by
    the platform promises.
    """
    last = today - timedelta(days=1)
    begun = spending.first_day(tx, source.name)
    first = max(begun, today - _WINDOW) if begun is not None else today
    days = (last - first).days + 1
    if days > 0 and posts_per_day is None:
        used = spending.total(tx, source.name, first, last)
        return Forecast(used.requests / days, used.micro_usd / MICRO / days, days)
    return reckoned(source, capabilities, quiet_requests, posts_per_day)


def reckoned(
    source: SourceSettings,
    capabilities: Capabilities,
    quiet_requests: float,
    posts_per_day: float | None = None,
) -> Forecast:
    """From the settings alone; see `forecast`."""
    polls = 0.0 if capabilities.stream else _DAY_SECONDS / source.every_seconds
    usd = (posts_per_day or 0.0) * capabilities.micro_usd_per_post / MICRO
    return Forecast(polls * quiet_requests, usd, 0)


def used(tx: Connection, source: str, today: date) -> tuple[Usage, Usage]:
    """What was used today and this month."""
    day = spending.total(tx, source, today, today)
    return day, spending.total(tx, source, today.replace(day=1), today)


def _until_next(period: str, now: datetime) -> float:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "day":
        begins = midnight + timedelta(days=1)
    else:
        begins = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    return (begins - now).total_seconds()
