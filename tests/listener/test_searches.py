"""What platforms' own searches are asked for: nothing that matches is missed."""

import time
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, settings

from listener.match import Matcher
from listener.matching.fold import fold
from listener.needles import needles
from listener.query import parse
from listener.querying.explanation import explain
from listener.querying.searches import compiled, searches, unspelled
from listener.querying.searches_dialects import BLUESKY, DIALECTS, X
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


def lowered(text: str) -> str:
    """As a platform compares that reads disguises as we do, but knows of case only that letters
    are capital or small: ß is not ss to it, nor ς the end of a word in capitals."""
    return "".join(map(str.lower, fold(text, cased=True).text))


def finds(search: str, known: Syntax, post: Post) -> bool:
    """Whether such a platform finds the post."""
    return Search(search, known, lowered).finds(found(post))


def spelled_out(post: Post) -> Post:
    """Without the one spelling that is not asked for, which `unspelled` names."""
    title = None if post.title is None else post.title.replace("ß", "ss")
    return replace(post, text=post.text.replace("ß", "ss"), title=title)


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
    post = spelled_out(post) if unspelled(parse(query)) else post
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
    post = spelled_out(post) if unspelled(parse(query)) else post
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
        ("x", "Straße OR #Straße OR οδος", [
            "(Straße OR strasse OR #Straße OR #strasse OR οδος OR οδοσ) -is:retweet",
        ]),
        ("x", '"große Straße"', [
            '(große OR grosse) (Straße OR strasse) -is:retweet',
        ]),
        ("x", '"Kölner Straße" =Straße', [
            '("Kölner Straße" OR "Kölner\'s Straße" OR "Kölner strasse" OR "Kölner\'s strasse")'
            " Straße -is:retweet",
        ]),
        ("x", "strasse OR ﬁne OR İzmir", ["(strasse OR fine OR İzmir) -is:retweet"]),
        ("hackernews", '"acme cloud" down OR slow', [
            '"acme cloud" down', '"acme\'s cloud" down', "slow",
        ]),
        ("hackernews", '"let\'s encrypt"', ['"let encrypt"', '"let\'s encrypt"']),
        ("hackernews", '"the acme cloud" down', [
            '"acme cloud" the down', '"acme\'s cloud" the down',
        ]),
        ("hackernews", '"a b" "c d" "e f"', [
            '"a b" "c d"', '"a b" "c\'s d"', '"a\'s b" "c d"', '"a\'s b" "c\'s d"',
        ]),
        ("hackernews", "straße acme", ["straße acme", "strasse acme"]),
        ("stackexchange", '"the acme cloud" down', ['"acme cloud"', '"acme\'s cloud"']),
        ("hackernews", "acme (down OR slow)", ["acme"]),
        ("hackernews", "(a OR b OR c) (down OR slow)", ["down", "slow"]),
        ("stackexchange", "acme cloud", ["cloud"]),
        ("stackexchange", '~"acme cloud"', [
            '"acme cloud"', '"acme\'s cloud"', "acmecloud",
        ]),
        ("bluesky", "#acme author:ann.bsky.social author:ann", ["#acme from:ann.bsky.social"]),
        ("bluesky", "@ann@acme.social", ["ann"]),
        ("mastodon", '"acme cloud" down', ["acme cloud down"]),
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
    assert [one[:24] for one in found.left] == ["(with “word0” or with “w"]


def test_what_a_search_without_or_leaves_out_is_told() -> None:
    found = compiled([parse("acme (down OR slow) is:reply cloud")], DIALECTS["hackernews"])
    assert (found.searches, found.left) == (("acme cloud",), ("(with “down” or with “slow”)",))
    found = compiled([parse('acme ("is down" OR slow c)')], DIALECTS["stackexchange"])
    assert found.searches == ("acme",)
    assert found.left == ("(with “is down” or (with “slow” and with “c”))",)
    found = compiled([parse('"a b" "c d" author:ann.bsky.social')], replace(BLUESKY, longest=15))
    assert (found.searches, found.left) == (
        ('"a b" "c d"', '"a b" "c\'s d"', '"a\'s b" "c d"', '"a\'s b" "c\'s d"'),
        ("written by ann.bsky.social",),
    )


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


def test_three_words_that_follow_are_left_to_be_filtered_where_two_are_asked_for() -> None:
    found = compiled([parse('"the acme cloud"')], DIALECTS["stackexchange"])
    assert [explain(one) for one in found.filtered] == ["with “the acme cloud”"]


@pytest.mark.parametrize(
    ("query", "unasked"),
    [
        ("acme -jobs", []),
        ("=Acme", []),
        ("#acme", []),
        ("acme* NEAR/3 (down OR outage)", ["near"]),
        ("acme NEAR/3 (down OR outage)", []),
        ("acme lang:de", ["language"]),
        ("acme de*", ["begins"]),
    ],
)
def test_what_posts_must_have_and_no_search_is_told_is_named(
    query: str, unasked: list[str]
) -> None:
    found = compiled([parse(query)], X).unasked
    assert len(found) == len(unasked)
    assert all(word in explain(one) for word, one in zip(unasked, found, strict=True))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("Strasse", ("straße",)),
        ("straße", ()),
        ("strasse OR Straße", ()),
        ("#strasse", ("straße",)),
        ("acme -strasse =Strasse strass* @strasse", ()),
        ('"boss level"', ("boß",)),
    ],
)
def test_spelling_that_is_not_asked_for_is_named(query: str, words: tuple[str, ...]) -> None:
    assert unspelled(parse(query)) == words


def test_ten_thousand_phrases_are_put_in_searches_at_once_and_their_time_is_told() -> None:
    part = parse(" OR ".join(f'~"a{n} b"' for n in range(10_000)))
    for platform, number, hours in [("github", 5_000, 8.3), ("hackernews", 30_000, 3)]:
        began = time.process_time()
        found = compiled([part], DIALECTS[platform])
        assert time.process_time() - began < 10
        assert len(found.searches) == number
        assert found.seconds / 3_600 == pytest.approx(hours, rel=0.01)


def test_key_quickens_the_pace_where_the_platform_says_so() -> None:
    pace = DIALECTS["stackexchange"].pace
    assert pace.seconds_for(300) == 86_400
    assert pace.seconds_for(10_000, has_key=True) == 86_400
    assert DIALECTS["hackernews"].pace.seconds_for(10_000, has_key=True) == 3_600


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
        ('"acme s cloud"', syntax.BLUESKY, "Acme's cloud", True),
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
