"""Queries and posts made to hurt are refused with a message, or cost no more than their length."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from listener.match import Matcher
from listener.matching.fold import fold
from listener.query import QueryError, parse
from tests.posts import a_post


def found(query: str, text: str) -> int:
    """In how many places, the same alone as among others."""
    matcher = Matcher({"q": query})
    posts = [a_post(text="x"), a_post(text=text), a_post(text="ж")]
    alone = matcher.match(posts[1])
    assert matcher.match_many(posts).get(1, []) == alone
    return len(alone[0].spans) if alone else 0


def calls(work: Callable[[], object]) -> int:
    """How many functions of Python it calls."""
    count = 0

    def on_event(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(on_event)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("a" * 200_001, "200,000 are the most"),
        ("a " * 10_001, "10,000 are the most"),
        ("(" * 101 + "a" + ")" * 101, "100 are the most"),
        ("(" * 200_000, "100 are the most"),
        ("a" + ")" * 199_000, "a closing parenthesis without its ("),
        ('"' * 199_999, "this phrase is empty"),
        ("a*", "at least two letters"),
        ("*" * 100, "finds every post"),
        ("\0\1\2", "write a word"),
        ("\u200b" * 100, "leaves nothing to look for"),
        (" NEAR/3 ".join(["a"] * 5000), "NEAR joins two"),
        ("a NEAR/99999999999999999999 b", "0 to 100"),
        ("NOT " * 5001 + "a", "exclusions alone"),
    ],
)
def test_query_past_the_limits_is_refused_with_a_way_out(query: str, told: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(query)
    assert told in str(refused.value)
    assert 0 <= refused.value.at <= len(query)
    assert len(str(refused.value)) < 1000


def test_ten_thousand_terms_are_read_and_matched() -> None:
    query = " OR ".join(f"word{number}" for number in range(10_000))
    assert found(query, "neither word9999 nor word10000, but word0") == 2


def test_thousands_of_exclusions_are_read_and_matched() -> None:
    query = "a " + " ".join(f"-b{number}" for number in range(3000))
    assert found(query, "a and c") == 1
    assert found(query, "a and b2999") == 0
    assert found("NOT " * 5000 + "a", "a") == 1


def test_parentheses_a_hundred_deep_are_read_and_matched() -> None:
    signs = ("OR", "AND", "AND NOT")
    query = "".join(f"(a{number} {signs[number % 3]} " for number in range(100))
    assert found(query + "x" + ")" * 100, "a0") == 1
    assert found("(NOT " * 100 + "a" + ")" * 100, "a") == 1


@pytest.mark.parametrize(
    ("query", "text", "places"),
    [
        ('"' + " ".join(f"w{number}" for number in range(50)) + '"', "w0 w1", 0),
        ('"' + "ж " * 50 + '"', "ж " * 51, 2),
        ("a NEAR/5 b", "a " * 5000 + "b " * 5000, 12),
        ("ab*", "ab" * 50_000, 1),
        ("ab*", "ab" + "_" * 100_000 + "c", 1),
        ("🚀", "🚀" * 50_000, 50_000),
        ("acme", "lorem ipsum " * 83_000 + "acme", 1),
        ("acme", "acme\0acme\ud800acme\u0378acme", 4),
        ("\ud800 acme", "\ud800acme", 2),
        ("\u0378", "a \u0378 b", 1),
        ("\x1b[31m", "\x1b[31m", 1),
        ("acme", "acme" + "\u200b" * 100_000 + " cloud", 1),
        ("한국", "\u1112\u1161\u11ab국" * 1000, 1000),
    ],
)
def test_hostile_posts_are_matched_as_any(query: str, text: str, places: int) -> None:
    assert found(query, text) == places


@pytest.mark.parametrize(
    ("query", "piece"),
    [
        ("a NEAR/5 b", "a b "),
        ("acme", "#acme "),
        ("acme", "@acme-dev "),
        ("#acme", "#acme"),
        ("ab*", "ab_"),
        ("acme", "'s"),
        ('"acme cloud"', "acme" + " " * 20),
        ('"a a a a"', "a "),
        ('"ж ж ж ж"', "ж "),
        ("東京", "東京"),
        ("has:question", "http://?"),
        ('~"acme cloud"', "acmecloud #AcmeCloud "),
        ("é", "e\u0301\u0316\u0301\u0316"),
    ],
)
def test_work_grows_as_the_post_does(query: str, piece: str) -> None:
    matcher = Matcher({"q": query})
    few, many = (a_post(text=piece * count) for count in (200, 1600))
    matcher.match(few)
    matcher.match(many)
    assert calls(lambda: matcher.match(many)) < 12 * calls(lambda: matcher.match(few))


def test_marks_are_put_in_order_a_hundred_at_a_time() -> None:
    text = "a" + "\u0301\u0316" * 5000
    folded = fold(text)
    assert len(folded.text) == 10_000
    assert folded.span(0, len(folded.text)) == (0, len(text))
    assert folded.text.count("\u0316\u0301") < 200
