"""What platforms' own searches are asked for: nothing that matches is missed."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, settings

from listener.match import Matcher
from listener.matching.fold import fold
from listener.needles import needles
from listener.query import parse
from listener.querying.explanation import explain
from listener.querying.searches import compiled, searches
from listener.querying.searches_dialects import DIALECTS, X
from store.records import Post
from tests.listener.matching.strategies import pairs
from tests.peers import search_syntax as syntax
from tests.peers.search_syntax import Found, Search, Syntax

SYNTAXES: Final = {
    "x": syntax.X,
    "reddit": syntax.REDDIT,
    "github": syntax.GITHUB,
    "hackernews": syntax.HACKERNEWS,
    "stackexchange": syntax.STACKEXCHANGE,
    "bluesky": syntax.BLUESKY,
    "mastodon": syntax.MASTODON,
}


def found(post: Post) -> Found:
    """As a search sees it."""
    return Found(
        [post.title or "", post.text],
        post.author.handle,
        (post.channel or "").removeprefix("r/"),
        is_reply=post.parent_id is not None,
        has_media=bool(post.media),
    )


def finds(search: str, known: Syntax, post: Post) -> bool:
    """Whether a platform that compares words as we do finds the post."""
    return Search(search, known, lambda text: fold(text).text).finds(found(post))


@pytest.mark.parametrize("platform", DIALECTS)
@settings(max_examples=50, deadline=None)
@given(pair=pairs(3))
def test_each_match_is_found_by_a_search_within_the_limits(
    platform: str, pair: tuple[str, Post]
) -> None:
    query, post = pair
    dialect = replace(DIALECTS[platform], platform=post.platform)
    asked = compiled([parse(query)], dialect).searches
    assert all(len(one) <= dialect.longest for one in asked)
    if asked and Matcher({"query": query}).matches(post):
        assert any(finds(one, SYNTAXES[platform], post) for one in asked), asked


@pytest.mark.parametrize("platform", DIALECTS)
@settings(max_examples=50, deadline=None)
@given(pair=pairs(3))
def test_each_match_is_found_where_searches_are_split_and_cut(
    platform: str, pair: tuple[str, Post]
) -> None:
    query, post = pair
    dialect = DIALECTS[platform]
    room = 45 + len(dialect.tail)
    dialect = replace(dialect, platform=post.platform, longest=room, operators=2)
    asked = compiled([parse(query)], dialect).searches
    assert all(len(one) <= room for one in asked)
    assert all(one.count(" OR ") <= 2 for one in asked)
    if asked and Matcher({"query": query}).matches(post):
        assert any(finds(one, SYNTAXES[platform], post) for one in asked), asked


PHRASE: Final = '("acme cloud" OR "acme\'s cloud")'


@pytest.mark.parametrize(
    ("platform", "query", "asked"),
    [
        ("x", "acme cloud -jobs", ["acme cloud -is:retweet"]),
        ("x", '"acme cloud" (down OR slow)', [f"{PHRASE} (down OR slow) -is:retweet"]),
        ("x", "acme OR open source", ["(acme OR (open source)) -is:retweet"]),
        ("x", "#acme OR @acme OR @acme.dev", ['(#acme OR @acme OR "acme.dev") -is:retweet']),
        ("x", "author:@Ann -author:bob acme", ["from:Ann -from:bob acme -is:retweet"]),
        ("x", "acme is:reply has:image", ["acme is:reply has:media -is:retweet"]),
        ("x", "acme -(is:post OR author:bob)", ["acme is:reply -from:bob -is:retweet"]),
        ("x", "acme is:post lang:en has:link", ["acme -is:retweet"]),
        ("x", "acme NEAR/2 (down OR slow)", ["acme (down OR slow) -is:retweet"]),
        ("x", "acme deploy*", ["acme -is:retweet"]),
        ("x", "acme OR deploy*", []),
        ("x", "is:reply has:image", []),
        ("x", "or OR c++", ['("or" OR "c++") -is:retweet']),
        ("x", '"a:b" "-c" "say (so)"', ['"a:b" "-c" ("say (so)" OR "say\'s (so)") -is:retweet']),
        ("reddit", "acme cloud OR down", ["(acme AND cloud) OR down"]),
        ("reddit", "#acme channel:r/python", ["acme AND subreddit:python"]),
        ("reddit", "acme -author:u -author:bob_1", ["acme AND NOT author:bob_1"]),
        ("reddit", "platform:reddit acme OR platform:x down", ["acme"]),
        ("reddit", "acme platform:x", ["acme"]),
        ("github", "a1 OR b2 OR c3 OR d4 OR e5 OR f6 OR g7", [
            "a1 OR b2 OR c3 OR d4 OR e5 OR f6", "g7",
        ]),
        ("github", "author:ann acme -jobs", ["acme"]),
        ("hackernews", '"acme cloud" down OR slow', ['"acme cloud" down', "slow"]),
        ("hackernews", "acme (down OR slow)", ["acme"]),
        ("hackernews", "(a OR b OR c) (down OR slow)", ["down", "slow"]),
        ("stackexchange", "acme cloud", ["cloud"]),
        ("stackexchange", '~"acme cloud"', ['"acme cloud"', "acmecloud"]),
        ("bluesky", "#acme author:ann.bsky.social author:ann", ["#acme from:ann.bsky.social"]),
        ("bluesky", "@ann@acme.social", ["ann"]),
        ("mastodon", "#acme has:image =Acme", ["acme Acme"]),
    ],
)  # fmt: skip
def test_query_is_asked_for_in_the_platforms_words(
    platform: str, query: str, asked: list[str]
) -> None:
    assert list(searches([query], DIALECTS[platform])) == asked


def test_what_no_search_is_told_is_left_to_be_filtered_here() -> None:
    query = "=Acme cloud -jobs deploy* lang:de author:ann (up OR xy*) c NEAR/2 d"
    found = compiled([parse(query)], X)
    assert found.searches == ("Acme cloud from:ann c d -is:retweet",)
    assert [explain(one) for one in found.filtered] == [
        "with “Acme” in just this case",
        "not with “jobs”",
        "with a word that begins with “deploy”",
        "in the language de",
        "(with “up” or with a word that begins with “xy”)",
        "with “c” near “d”, at most 2 words between",
    ]
    assert not found.left


def test_query_about_other_platforms_is_not_asked_for_beside_others() -> None:
    assert searches(["acme platform:reddit", "anvil"], X) == ("anvil -is:retweet",)
    assert compiled([parse("acme platform:reddit")], X).is_elsewhere


def test_alternatives_are_spread_with_what_stands_beside_them() -> None:
    words = [f"word{n}" for n in range(100)]
    found = compiled([parse(f"acme ({' OR '.join(words)})")], X)
    assert len(found.searches) == 3
    assert all(one.startswith("acme ") and len(one) <= 512 for one in found.searches)
    assert all(any(f"{word} " in one.replace(")", " ") for one in found.searches) for word in words)
    assert not found.left


def test_so_many_alternatives_are_left_to_be_filtered_here() -> None:
    words = " OR ".join(f"word{n}" for n in range(9_999))
    found = compiled([parse(f"acme ({words})")], X)
    assert found.searches == ("acme -is:retweet",)
    assert [one[:24] for one in found.left] == ["word0 OR word1 OR word2 "]


def test_what_a_search_without_or_leaves_out_is_told() -> None:
    found = compiled([parse("acme (down OR slow) is:reply cloud")], DIALECTS["hackernews"])
    assert (found.searches, found.left) == (("acme cloud",), ("down OR slow",))
    found = compiled([parse('acme ("is down" OR slow c)')], DIALECTS["stackexchange"])
    assert (found.searches, found.left) == (("acme",), ('"is down" OR slow c',))


@pytest.mark.parametrize("platform", DIALECTS)
@pytest.mark.parametrize(
    "query",
    [
        " ".join(f"word{n}" for n in range(3_000)),
        " ".join(f"(a{n} OR b{n})" for n in range(300)),
        "a" + "".join(f" (b{n} OR c{n}" for n in range(98)) + ")" * 98,
        '"' + " ".join(f"long{n}" for n in range(50)) + '"',
        " OR ".join(f'"w{n} x{n}" z{n}' for n in range(500)),
    ],
    ids=["words", "choices", "depth", "phrase", "pairs"],
)
def test_large_query_is_asked_for_within_the_limits(platform: str, query: str) -> None:
    dialect = DIALECTS[platform]
    asked = searches([query], dialect)
    assert asked
    assert all(len(one) <= dialect.longest for one in asked)
    if dialect.operators is not None:
        assert all(one.count(" OR ") <= dialect.operators for one in asked)


def test_word_that_no_search_holds_is_not_asked_for() -> None:
    short = replace(X, longest=100)
    assert searches(["a" * 190], short) == ()
    assert searches(["acme " + "a" * 190], short) == ("acme -is:retweet",)


def test_our_handles_are_searched_for_beside_the_queries() -> None:
    asked = needles(["acme", "anvil"], ["@acme_help", "Acme Inc.", "acme"])
    assert searches(asked, X) == ("(acme OR anvil OR @acme_help OR @acme) -is:retweet",)
    assert needles([], ["acme"]) == ()


@pytest.mark.parametrize(
    ("search", "known", "text", "is_found"),
    [
        ("acme cloud", syntax.X, "the cloud of Acme", True),
        ('"acme cloud"', syntax.X, "the cloud of Acme", False),
        ('"acme cloud"', syntax.X, "Acme's cloud", False),
        ('"acme cloud"', syntax.BLUESKY, "Acme's cloud", True),
        ("a OR b c", syntax.X, "a", True),
        ("(a OR b) c", syntax.X, "a", False),
        ("a OR b", syntax.HACKERNEWS, "a", False),
        ("a -b", syntax.X, "a b", False),
        ("a AND NOT author:ann", syntax.REDDIT, "a", False),
        ("#acme", syntax.X, "acme", False),
        ("#acme", syntax.MASTODON, "acme", True),
    ],
)
def test_plain_reading_of_a_search(search: str, known: Syntax, text: str, is_found: bool) -> None:
    assert Search(search, known).finds(Found([text], "ann")) is is_found
