"""The board of a month: its bounds, its ties, and who is not on it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.case import Standing
from rewards.leaderboard import board, month_bounds, month_of
from rewards.policy import Policy
from store.records import Choice


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        ("UTC", "2026-03-01T00:00", "2026-04-01T00:00"),
        ("Europe/Berlin", "2026-02-28T23:00", "2026-03-31T22:00"),
        ("America/New_York", "2026-03-01T05:00", "2026-04-01T04:00"),
        ("Asia/Kolkata", "2026-02-28T18:30", "2026-03-31T18:30"),
    ],
)
def test_month_begins_and_ends_at_local_midnight(zone: str, start: str, end: str) -> None:
    bounds = month_bounds(2026, 3, ZoneInfo(zone))
    assert [each.strftime("%Y-%m-%dT%H:%M") for each in bounds] == [start, end]


@given(
    moment=st.datetimes(datetime(1990, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(["UTC", "Europe/Lisbon", "Asia/Beirut", "America/Sao_Paulo",
                          "Pacific/Apia", "Australia/Lord_Howe"]),
)  # fmt: skip
def test_each_moment_is_in_exactly_one_month(moment: datetime, zone: str) -> None:
    start, end = month_bounds(*month_of(moment, ZoneInfo(zone)), ZoneInfo(zone))
    assert start <= moment < end
    assert month_of(end, ZoneInfo(zone)) != month_of(end - timedelta(seconds=1), ZoneInfo(zone))


def people(*handles: str) -> dict[int, Standing]:
    return {number: Standing(number, handle) for number, handle in enumerate(handles, start=1)}


def test_ties_share_a_rank_and_the_next_is_left_out() -> None:
    totals = {1: 20, 2: 30, 3: 30, 4: 10}
    shown = board(totals, people("dora", "zoe", "Ana", "ben"), 2026, 7, Policy())
    assert [(row.rank, row.name) for row in shown.rows] == [
        (1, "Ana"), (1, "zoe"), (3, "dora"), (4, "ben"),
    ]  # fmt: skip


def test_who_is_ours_or_chose_not_to_be_listed_is_left_out() -> None:
    plain = people("a", "b", "c", "d", "e", "f")
    standing = plain | {
        1: replace(plain[1], is_staff=True),
        2: replace(plain[2], is_bot=True),
        3: replace(plain[3], is_own=True),
        4: replace(plain[4], choice=Choice.NONE),
        5: replace(plain[5], choice=Choice.PRIVATE),
    }
    totals = dict.fromkeys(range(1, 8), 10)
    shown = board(totals, standing, 2026, 7, Policy())
    assert [(row.rank, row.name) for row in shown.rows] == [(1, "f")]


def test_tie_at_the_edge_is_listed_whole() -> None:
    shown = board({1: 9, 2: 5, 3: 5, 4: 1}, people(*"abcd"), 2026, 7, Policy(leaderboard_size=2))
    assert [row.name for row in shown.rows] == ["a", "b", "c"]


def test_board_says_what_points_are_given_for() -> None:
    assert "never for praise" in board({}, {}, 2026, 7, Policy()).disclosure


@given(st.dictionaries(st.integers(1, 60), st.integers(-5, 12)))
def test_rank_is_one_more_than_the_people_ahead(totals: dict[int, int]) -> None:
    everyone = {number: Standing(number, f"p{number % 7}") for number in totals}
    rows = board(totals, everyone, 2026, 7, Policy(leaderboard_size=1000)).rows
    listed = [points for points in totals.values() if points > 0]
    assert len(rows) == len(listed)
    for row in rows:
        assert row.rank == 1 + sum(points > row.points for points in listed)
    assert list(rows) == sorted(rows, key=lambda row: (row.rank, row.name, row.person_id))
