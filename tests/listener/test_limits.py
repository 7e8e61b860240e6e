"""How long to wait: headers of every platform, and growing pauses after failures."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.limits import LONGEST_BACKOFF, LONGEST_WAIT, backoff, pause, retry_after

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "17"}, 17.0),
        ({"retry-after": "Wed, 01 Jul 2026 12:01:30 GMT"}, 90.0),
        ({"retry-after": "-5"}, 0.0),
        ({"x-ratelimit-reset": "42"}, 42.0),
        ({"x-rate-limit-reset": str(int(NOW.timestamp()) + 60)}, 60.0),
        ({"x-ratelimit-reset": "2026-07-01T12:05:00.000Z"}, 300.0),
        ({"ratelimit-reset": "9"}, 9.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "999999999999"}, 86_400.0),
        ({"retry-after": "1e300"}, 86_400.0),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, 86_400.0),
        ({"x-ratelimit-reset": str((int(NOW.timestamp()) + 60) * 1000)}, 60.0),
        ({}, None),
    ],
)
def test_refusal_says_how_long_to_wait(headers: dict[str, str], wait: float | None) -> None:
    assert retry_after(headers, NOW) == wait


@pytest.mark.parametrize(
    ("remaining", "wait"), [("0", 30.0), ("0.0", 30.0), ("1", None), ("96.0", None), ("x", None)]
)
def test_spent_limit_pauses_before_the_refusal(remaining: str, wait: float | None) -> None:
    assert pause({"x-ratelimit-remaining": remaining, "x-ratelimit-reset": "30"}, NOW) == wait


@given(st.text(max_size=40))
def test_no_header_breaks_the_reading(value: str) -> None:
    wait = retry_after({"retry-after": value, "x-ratelimit-reset": value}, NOW)
    assert wait is None or 0 <= wait <= LONGEST_WAIT


def test_pauses_double_up_to_an_hour() -> None:
    assert [backoff(n, 60, lambda: 1.0) for n in (1, 2, 3, 4)] == [60, 120, 240, 480]
    assert backoff(99, 60, lambda: 1.0) == LONGEST_BACKOFF
    assert backoff(99, 86_400, lambda: 1.0) == 86_400


def test_pauses_are_spread() -> None:
    assert backoff(3, 60, lambda: 0.0) == 120
