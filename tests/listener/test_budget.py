"""Budgets: nothing is asked that a limit forbids, and what was left is said."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.budget import MICRO, OverBudget, SourceMeter, forecast, refusal, used
from listener.connectors import Access, Capabilities, Forecaster, kind
from listener.connectors.archive import ArchiveOptions
from listener.connectors.bluesky import BlueskyOptions
from listener.connectors.bluesky_session import HANDLE, PASSWORD
from listener.connectors.github import TOKEN as GITHUB
from listener.connectors.github import GitHubOptions
from listener.connectors.hackernews import Api, HackerNewsOptions
from listener.connectors.mastodon import MastodonOptions
from listener.connectors.reddit import RedditOptions
from listener.connectors.rss import RssOptions
from listener.connectors.stackexchange import StackExchangeOptions
from listener.connectors.x_options import XOptions
from listener.settings import LimitSettings, SourceSettings
from store import cursors, spending
from store.db import Connection, Engine, reading
from store.spending import Usage

NOW = datetime(2026, 7, 30, 23, 0, tzinfo=UTC)
TODAY = NOW.date()
ELSEWHERE: Final = "https://forum.example.org"
PAID = Capabilities(platform="x", micro_usd_per_post=5_000)


def meter(engine: Engine, limits: LimitSettings, now: datetime = NOW) -> SourceMeter:
    """A meter of the source `s`."""
    return SourceMeter(engine, "s", limits, lambda: now)


def spent(engine: Engine, today: date = TODAY) -> tuple[Usage, Usage]:
    """Today's and this month's usage of the source `s`."""
    with reading(engine) as tx:
        return used(tx, "s", today)


@pytest.mark.parametrize(
    ("limits", "ask", "which"),
    [
        (LimitSettings(), Usage(10**9, 10**12), None),
        (LimitSettings(requests_per_day=5), Usage(2), None),
        (LimitSettings(requests_per_day=4), Usage(2), "day"),
        (LimitSettings(requests_per_month=9), Usage(1), "month"),
        (LimitSettings(usd_per_day=1.5), Usage(1, MICRO // 2), None),
        (LimitSettings(usd_per_day=1.5), Usage(1, MICRO // 2 + 1), "day"),
        (LimitSettings(usd_per_month=2), Usage(1, 1), "month"),
        (LimitSettings(usd_per_month=0), Usage(1, 0), None),
    ],
)
def test_limit_that_would_be_passed_is_named(
    limits: LimitSettings, ask: Usage, which: str | None
) -> None:
    found = refusal(limits, Usage(3, MICRO), Usage(9, 2 * MICRO), ask)
    assert (None if found is None else found[0]) == which


def test_request_is_counted_before_it_is_made_and_settled_after(engine: Engine) -> None:
    one = meter(engine, LimitSettings(usd_per_day=1))
    one.spend("page 1", micro_usd=500_000)
    assert spent(engine)[0] == Usage(1, 500_000)
    one.settle(35_000)
    assert spent(engine)[0] == Usage(1, 35_000)
    one.settle(0)
    assert spent(engine)[0] == Usage(1, 35_000)


def test_hard_stop_notes_what_was_not_read_and_when_it_goes_on(engine: Engine) -> None:
    one = meter(engine, LimitSettings(requests_per_day=1))
    one.spend("page 1")
    with pytest.raises(OverBudget, match=r"page 2 is not read: limits\.requests_per_day") as caught:
        one.spend("page 2")
    assert caught.value.retry_after == 3_600
    assert not caught.value.permanent
    assert spent(engine)[0] == Usage(1, 0)
    with reading(engine) as tx:
        (left,) = cursors.unread_states(tx, NOW)
    assert (left.source, left.what) == ("s", "page 2")


def test_next_day_and_next_month_begin_anew(engine: Engine) -> None:
    limits = LimitSettings(requests_per_day=1, requests_per_month=2)
    meter(engine, limits).spend("a")
    later = NOW + timedelta(days=1)
    meter(engine, limits, later).spend("b")
    with pytest.raises(OverBudget) as caught:
        meter(engine, limits, later).spend("c")
    assert caught.value.retry_after == 3_600
    meter(engine, limits, NOW + timedelta(days=2)).spend("d")
    assert spent(engine, date(2026, 7, 31)) == (Usage(1, 0), Usage(2, 0))


def test_what_a_killed_process_reserved_stays_counted(engine: Engine) -> None:
    limits = LimitSettings(usd_per_day=1)
    meter(engine, limits).spend("page 1", micro_usd=900_000)
    with pytest.raises(OverBudget, match=r"\$1 leaves \$0\.100"):
        meter(engine, limits).spend("page 1", micro_usd=900_000)


def test_other_sources_have_limits_of_their_own(engine: Engine) -> None:
    limits = LimitSettings(requests_per_day=1)
    meter(engine, limits).spend("a")
    SourceMeter(engine, "t", limits, lambda: NOW).spend("a")
    with reading(engine) as tx:
        assert used(tx, "t", NOW.date())[0] == Usage(1, 0)


@given(st.lists(st.integers(0, 400_000), max_size=20), st.integers(0, 2_000_000))
def test_no_row_of_requests_passes_a_limit(asks: list[int], limit: int) -> None:
    limits = LimitSettings(usd_per_month=limit / MICRO)
    total = 0
    for ask in asks:
        if refusal(limits, Usage(), Usage(0, total), Usage(1, ask)) is None:
            total += ask
    assert total <= limit


def source() -> SourceSettings:
    """Polled every quarter of an hour."""
    options = ArchiveOptions.__new__(ArchiveOptions)
    return SourceSettings("s", "archive", every_seconds=900, options=options)


@pytest.mark.parametrize(
    ("connector", "options", "secrets", "requests"),
    [
        ("archive", ArchiveOptions(Path("posts.jsonl")), (), 0),
        ("bluesky", BlueskyOptions(authors=("a.example",)), (), 5),
        ("bluesky", BlueskyOptions(feeds=("at://did:plc:a/app.bsky.feed.generator/b",)), (), 14),
        ("bluesky", None, (HANDLE, PASSWORD), 5),
        ("discourse", None, (), 1),
        ("github", None, (), 1),
        ("github", GitHubOptions(pull_requests=True), (), 2),
        ("github", GitHubOptions(repositories=("a/b", "a/c")), (), 4),
        ("github", GitHubOptions(repositories=("a/b", "a/c")), (GITHUB,), 6),
        ("hackernews", None, (), 4),
        ("hackernews", HackerNewsOptions(api=Api.FIREBASE), (), 2),
        ("hackernews", HackerNewsOptions(api=Api.FIREBASE, changes=False), (), 1),
        ("mastodon", None, (), 8),
        ("mastodon", MastodonOptions(hashtags=("acme",)), (), 2),
        ("reddit", RedditOptions("our_account"), (), 1),
        ("reddit", RedditOptions("our_account", ("python", "rust")), (), 4),
        ("reddit", RedditOptions("our_account", ("python", "rust"), search_only=True), (), 2),
        ("rss", RssOptions(("https://a.example", "https://b.example")), (), 2),
        ("stackexchange", StackExchangeOptions(("stackoverflow", "superuser")), (), 8),
        ("x", None, (), 1),
        ("x", XOptions(user="acme"), (), 2),
    ],
)
def test_quiet_poll_asks_for_each_listing_and_not_always_for_each_word(
    connector: str, options: object, secrets: tuple[str, ...], requests: float
) -> None:
    made = kind(connector)
    searches = ("anvil", '"big rocket"', "magnet")
    access = Access(
        base_url=ELSEWHERE if made.capabilities.needs_address else None,
        secrets=dict.fromkeys((*made.capabilities.secrets, *secrets), "s"),
        searches=searches if made.capabilities.search else (),
    )
    one = made(options or made.Options(), access)
    assert isinstance(one, Forecaster)
    assert one.quiet_requests() == requests


def test_forecast_before_the_first_day_comes_from_the_settings(tx: Connection) -> None:
    found = forecast(tx, source(), PAID, 6, NOW.date(), posts_per_day=200)
    assert found.requests_per_day == 96 * 6
    assert (found.usd_per_day, found.usd_per_month, found.measured_days) == (1.0, 30.0, 0)


def test_forecast_follows_the_full_days_of_the_last_week(tx: Connection) -> None:
    for days, usage in ((1, Usage(10, MICRO)), (2, Usage(30, 0)), (9, Usage(999, 0))):
        spending.add(tx, "s", NOW.date() - timedelta(days=days), usage)
    spending.add(tx, "s", NOW.date(), Usage(500, 0))
    found = forecast(tx, source(), PAID, 1, NOW.date())
    assert (round(found.requests_per_day * 7), found.measured_days) == (40, 7)
    assert round(found.usd_per_day * 7, 6) == 1.0
