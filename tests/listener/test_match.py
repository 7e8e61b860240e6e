"""Matching whole words in any script."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.match import Matcher
from tests.posts import a_post


def spans(query: str, text: str) -> list[str]:
    """The matched pieces of the text."""
    found = Matcher({"brand": query}).match(a_post(text=text))
    return [text[start:end] for one in found for start, end in one.spans]


@pytest.mark.parametrize(
    ("query", "text", "wanted"),
    [
        ("ai", "email AI said", ["AI"]),
        ("nimbusleaf", "NimbusLeaf's sync", ["NimbusLeaf"]),
        ("nimbusleaf", "Nim\u200bbus\u200bleaf", ["Nim\u200bbus\u200bleaf"]),
        ("nimbusleaf", "ｎｉｍｂｕｓｌｅａｆ", ["ｎｉｍｂｕｓｌｅａｆ"]),
        ("nimbusleaf", "今日はNimbusleafを使う", ["Nimbusleaf"]),
        ("straße", "Die STRASSE hier", ["STRASSE"]),
        ("luke.lol", "Luke is lol", []),
        ("luke.lol", "see luke.lol now", ["luke.lol"]),
        ('"free code camp"', "Free  code\ncamp rocks", ["Free  code\ncamp"]),
        ("c++", "I like C++ a lot", ["C++"]),
        ("spot*", "Spotify spots", ["Spotify", "spots"]),
        ("#leaf", "so #leaf it is", ["#leaf"]),
        ("leaf NEAR/1 tree", "leaf of tree, leaf in my tree", ["leaf", "tree", "leaf"]),
        ("тест", "это ТЕСТ.", ["ТЕСТ"]),
    ],
)
def test_whole_words_are_found_in_any_script(query: str, text: str, wanted: list[str]) -> None:
    assert spans(query, text) == wanted


def test_excluded_word_wins() -> None:
    matcher = Matcher({"brand": "apple -pie"})
    assert matcher.matches(a_post(text="my apple broke"))
    assert not matcher.matches(a_post(text="apple pie"))


def test_post_that_addresses_us_matches_without_the_name() -> None:
    matcher = Matcher({"brand": "nimbusleaf"}, ["nimbusleaf_help"])
    assert matcher.matches(a_post(text="@Nimbusleaf_help are you there?"))
    assert matcher.matches(a_post(text="are you there?", addressed=("nimbusleaf_help",)))
    assert not matcher.matches(a_post(text="mail me@nimbusleaf_helper"))


def test_title_counts_and_the_query_is_named() -> None:
    found = Matcher({"a": "crash", "b": "sync"}).match(a_post(text="x", title="Sync stops"))
    assert [one.query for one in found] == ["b"]


def test_everything_matches_every_post() -> None:
    assert Matcher({"everything": "*"}).matches(a_post(text=""))
    assert not Matcher({}).matches(a_post(text="hello"))


@given(st.text())
def test_spans_always_lie_in_the_text(text: str) -> None:
    for one in Matcher({"q": "a OR é OR の"}).match(a_post(text=text)):
        assert all(0 <= start < end <= len(text) for start, end in one.spans)


def test_query_added_later_is_found_at_once() -> None:
    matcher = Matcher({"a": "apple"})
    matcher.add("b", "pear")
    matcher.add("all", "*")
    found = matcher.match_many([a_post(text=text) for text in ("apple pear", "pear", "plum")])
    assert [[one.query for one in found[at]] for at in range(3)] == [
        ["a", "b", "all"],
        ["b", "all"],
        ["all"],
    ]


def test_language_is_the_posts_own_else_the_detected() -> None:
    matcher = Matcher({"q": "lang:de"}, detect=lambda text: "de" if "ß" in text else "und")
    assert matcher.matches(replace(a_post(text="x"), lang="de-AT"))
    assert matcher.matches(replace(a_post(text="Straße"), lang=None))
    assert not matcher.matches(replace(a_post(text="Straße"), lang="en"))
