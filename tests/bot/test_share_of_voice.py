"""How mentions are counted over time, and how sure a share is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.share_of_voice import Length, Share, back, first_day, shares, total, wilson

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (5, 10, 0.2366, 0.7634),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
        (300, 1000, 0.2724, 0.3291),
    ],
)
def test_interval_is_that_of_wilson(count: int, of: int, low: float, high: float) -> None:
    assert wilson(count, of) == pytest.approx((low, high), abs=0.0001)


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_share_lies_in_its_interval(drawn: tuple[int, int]) -> None:
    count, of = drawn
    low, high = wilson(count, of)
    assert 0 <= low <= count / of + 1e-12
    assert count / of - 1e-12 <= high <= 1


def test_post_counts_once_for_each_query_and_once_in_all() -> None:
    posts = [(NOW, {"acme"}), (NOW, {"acme", "rival"}), (NOW, {"rival"}), (NOW, {"rival"})]
    (one,) = shares(posts, ["acme", "rival"], Length.MONTH, UTC, NOW)
    assert one.first == date(2026, 5, 1)
    assert one.shares == {"acme": Share(2, 4), "rival": Share(3, 4)}
    assert one.shares["acme"].share == 0.5


@pytest.mark.parametrize(
    ("length", "firsts"),
    [
        (Length.DAY, [date(2026, 5, day) for day in range(17, 21)]),
        (Length.WEEK, [date(2026, 5, 11), date(2026, 5, 18)]),
        (Length.MONTH, [date(2026, 5, 1)]),
    ],
)
def test_periods_go_on_to_the_present_one(length: Length, firsts: list[date]) -> None:
    posts = [(NOW - timedelta(days=3), {"acme"})]
    found = shares(posts, ["acme"], length, UTC, NOW)
    assert [one.first for one in found] == firsts
    assert total(found, ["acme"]) == {"acme": Share(1, 1)}
    if len(found) > 1:
        assert found[-1].shares["acme"] == Share(0, 0)
        assert found[-1].shares["acme"].share is None
        assert found[-1].shares["acme"].interval is None


def test_period_is_that_of_the_time_zone() -> None:
    late = datetime(2026, 4, 30, 22, 30, tzinfo=UTC)
    (one,) = shares([(late, {"acme"})], ["acme"], Length.MONTH, BERLIN, NOW)
    assert one.first == date(2026, 5, 1)
    assert shares([(late, {"acme"})], ["acme"], Length.MONTH, UTC, NOW)[0].first.month == 4


@pytest.mark.parametrize(
    ("length", "periods", "first"),
    [
        (Length.DAY, 30, datetime(2026, 4, 20, 22, 0, tzinfo=UTC)),
        (Length.WEEK, 2, datetime(2026, 5, 10, 22, 0, tzinfo=UTC)),
        (Length.MONTH, 12, datetime(2025, 5, 31, 22, 0, tzinfo=UTC)),
        (Length.MONTH, 3, datetime(2026, 2, 28, 23, 0, tzinfo=UTC)),
    ],
)
def test_usual_beginning_is_whole_periods_ago(
    length: Length, periods: int, first: datetime
) -> None:
    assert back(NOW, periods, length, BERLIN) == first


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(Length))
def test_first_day_is_its_own_first_day(day: date, length: Length) -> None:
    first = first_day(day, length)
    assert first <= day < first + timedelta(days=31)
    assert first_day(first, length) == first


def test_nothing_heard_is_no_period() -> None:
    assert shares([], ["acme"], Length.DAY, UTC, NOW) == []
    assert total([], ["acme"])["acme"].share is None
