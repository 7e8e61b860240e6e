"""Times, counts and hostile text."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.words import (
    ago,
    clock,
    exact,
    excerpt,
    marked,
    percent,
    query_name,
    short_count,
    web_address,
)

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(hours=-3), "in 3 h"),
        (timedelta(days=40), "10 Apr"),
        (timedelta(days=400), "15 Apr 2025"),
    ],
)
def test_distance_in_time_is_short(away: timedelta, said: str) -> None:
    assert ago(NOW, NOW - away, UTC) == said


@pytest.mark.parametrize(
    ("left", "said", "tone"),
    [
        (timedelta(hours=5), "5 h left", "calm"),
        (timedelta(minutes=30), "30 min left", "soon"),
        (timedelta(minutes=-1), "1 min late", "late"),
        (timedelta(days=-12), "12 days late", "calm"),
    ],
)
def test_clock_is_red_only_just_after_it_ran_out(left: timedelta, said: str, tone: str) -> None:
    assert clock(NOW, NOW + left) == (said, tone)


def test_exact_time_is_in_the_zone_of_the_desk() -> None:
    assert exact(NOW, ZoneInfo("Europe/Berlin")) == "Wed 20 May 2026, 14:00 CEST"


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0"), (950, "950"), (1234, "1.2k"), (84_012, "84k"), (3_100_000, "3.1M")],
)
def test_counts_stay_short(count: int, said: str) -> None:
    assert short_count(count) == said


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "ftp://a.b",
        "https://",
        "http://[",
        "",
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert web_address(url) is None


def test_link_in_a_post_is_wary_and_ends_before_the_full_stop() -> None:
    assert marked("see https://a.example/x?y=1&z=2.") == (
        'see <a href="https://a.example/x?y=1&amp;z=2" rel="nofollow noopener noreferrer ugc">'
        "https://a.example/x?y=1&amp;z=2</a>."
    )


def test_matched_words_are_marked_and_escaped() -> None:
    assert marked("a <b> c", [(2, 5), (3, 4), (90, 99), (-1, 1)]) == "a <mark>&lt;b&gt;</mark> c"


def test_mark_inside_a_link_leaves_the_link_whole() -> None:
    assert marked("https://acme.example", [(8, 12)]).count("<mark>") == 0


@given(st.text(), st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40))))
def test_no_text_escapes_its_quotes(text: str, spans: list[tuple[int, int]]) -> None:
    html = marked(text, spans)
    bare = html.replace("<mark>", "").replace("</mark>", "").replace("</a>", "")
    assert bare.count("<") == bare.count('<a href="http')
    assert "javascript:" not in bare.partition('href="')[2].partition('"')[0]


@given(st.text(), st.integers(10, 200))
def test_excerpt_is_one_line_within_its_limit(text: str, limit: int) -> None:
    said = excerpt(text, limit)
    assert len(said) <= limit + 1
    assert "\n" not in said


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0.0, "under 1 %"), (0.051, "5 %"), (0.5, "50 %"), (0.99, "99 %"), (1.0, "over 99 %")],
)
def test_probability_is_no_certainty(probability: float, said: str) -> None:
    assert percent(probability) == said


def test_query_is_named_in_short() -> None:
    assert query_name("*") == "every post"
    assert len(query_name("acme OR " * 20)) <= 41
