"""Matching whole words in any script."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.match import Matcher, folded
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
        ("spot*", "Spotify spots", ["Spot", "spot"]),
        ("#leaf", "so #leaf it is", ["#leaf"]),
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


_QUERIES = ["a b", '"a c++"', "é OR の", "a -b", "ab*", "(a OR straße) e\u0301", "\u200b"]


@given(st.text("abcdeéÉeの ß\u0301\u200b+-@x\nＡ", max_size=30), st.sampled_from(_QUERIES))
def test_quick_look_before_the_queries_misses_nothing(text: str, query: str) -> None:
    matcher, thorough = (Matcher({"q": query, "x": "x e"}, ["ab"]) for _ in range(2))
    thorough._needed = None
    assert matcher.match(a_post(text=text)) == thorough.match(a_post(text=text))


@given(st.text())
def test_text_is_folded_character_by_character(text: str) -> None:
    each = [
        unicodedata.normalize("NFKC", one).casefold()
        for one in text
        if unicodedata.category(one) != "Cf"
    ]
    assert folded(text) == "".join(each)
