"""Matching whole words in any script."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.match import Matcher
from listener.matching.engine import AhoCorasick, Engine, Hyperscan
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
        ('"leaf leaf"', "**leaf**'s leaf", ["leaf**'s leaf"]),
        ('"leaf tree"', "leaf's's tree, leaf's tree", ["leaf's's tree", "leaf's tree"]),
        ("leaf", "leaf_ไทย ไทย_leaf _leaf_ไทย leafไทย", ["leaf"]),
        ("ไทย", "leaf_ไทย", ["ไทย"]),
        (
            'e-a NEAR/0 (a OR "e-a e-a e-a")',
            "e-a e-a e-a e-a",
            ["e-a", "e-a e-a e-a", "a", "e-a", "e-a e-a e-a", "a", "e-a", "a", "e-a"],
        ),
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


@pytest.mark.parametrize("engine", [Hyperscan, AhoCorasick])
@pytest.mark.parametrize(
    "text",
    [
        "acme\u200b cloud",
        "acme \u200b cloud",
        "acme\u200b\u200b  cloud",
        "so…acme cloud",
        "aﬁn acme  cloud",
        "акме acme\ncloud",
        "acme\1cloud acme cloud",
        "acme\ud800 acme cloud",
    ],
)
def test_word_is_found_beside_what_is_dropped_or_becomes_more(
    text: str, engine: Callable[[Sequence[bytes]], Engine]
) -> None:
    matcher = Matcher({"brand": '"acme cloud"'}, engine=engine)
    posts = [a_post(text=one) for one in (text, "plain", "größer", text)]
    found = matcher.match_many(posts)
    assert sorted(found) == [0, 3]
    assert found[0] == matcher.match(posts[0])


def test_threads_may_share_a_matcher() -> None:
    matcher = Matcher({f"q{number}": f"word{number}" for number in range(100)})
    posts = [a_post(text="a word7 in a longer text " * 400) for _ in range(30)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(matcher.match_many, [posts] * 20))
    assert all(sorted(one) == list(range(30)) for one in found)


@pytest.mark.parametrize(
    ("medium", "is_picture"),
    [
        ("image", True),
        ("image/png", True),
        ("https://files.example/a.JPG?w=1", True),
        ("https://x.com/acme/status/1/photo/1", True),
        ("https://acme.example/photo/", False),
        ("video", False),
    ],
)
def test_picture_is_known_by_its_kind_or_its_address(medium: str, is_picture: bool) -> None:
    post = replace(a_post(text="x"), media=(medium,))
    assert Matcher({"q": "has:image"}).matches(post) is is_picture
