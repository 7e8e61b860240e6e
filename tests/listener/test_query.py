"""The brand query: what it reads and how it refuses."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, set_cell_size

from listener.query import (
    All,
    Any,
    Everything,
    Field,
    Form,
    Near,
    Not,
    Part,
    QueryError,
    Term,
    parse,
    terms,
)
from listener.querying.explanation import explain, tree
from listener.querying.reader import DEEPEST, MOST_CHARACTERS, MOST_TERMS
from tests.listener.matching.cases import REFUSED


def refusal(query: str) -> QueryError | None:
    try:
        parse(query)
    except QueryError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("open source", All((Term("open"), Term("source")))),
        ("a OR b c", Any((Term("a"), All((Term("b"), Term("c")))))),
        (
            'tea -(green OR "black leaf")',
            All((Term("tea"), Not(Any((Term("green"), Term("black leaf")))))),
        ),
        ("spot*", Term("spot*")),
        ("*", Everything()),
        ("=Apple #tag @who.example", All((
            Term("Apple", is_cased=True), Term("tag", Form.TAG), Term("who.example", Form.HANDLE),
        ))),
        ("“a b” NEAR/3 (c OR d)", Near((Term("a b"),), (Term("c"), Term("d")), 3)),
        ('~"a b" channel:"c d"', All((Term("a b", Form.BRAND), Field("channel", "c d")))),
        ("NOT NOT a", Term("a")),
        ("or and not", All((Term("or"), Term("and"), Term("not")))),
    ],
)  # fmt: skip
def test_query_is_read_as_its_tree(query: str, part: Part) -> None:
    assert parse(query) == part


def test_refusal_shows_the_place_in_a_long_query() -> None:
    query = "word " * 40 + "(open"
    with pytest.raises(QueryError, match="never closed") as caught:
        parse(query)
    _, line, mark, fix = str(caught.value).splitlines()
    assert line[mark.index("^")] == "("
    assert max(len(line), len(mark)) <= 80
    assert fix == f"  try: {query})"


@pytest.mark.parametrize(
    "query",
    [
        "\u6771\u4eac OR",
        "cafe\u0301 OR",
        "\U0001f680 OR",
        "a\u200bb OR",
        "\u6771" * 60 + " OR",
        "(" + "word " * 40 + "OR) " + "\u6771" * 60,
    ],
)
def test_mark_stands_under_the_place_in_letters_of_any_width(query: str) -> None:
    with pytest.raises(QueryError, match="missing after OR") as caught:
        parse(query)
    shown = str(caught.value).splitlines()
    at = next(number for number, line in enumerate(shown) if line.strip() == "^")
    line, mark = shown[at - 1 : at + 1]
    assert set_cell_size(line, len(mark) + 1).endswith("OR")
    assert cell_len(line) <= 80


def test_message_is_no_wider_than_a_terminal() -> None:
    with pytest.raises(QueryError) as caught:
        parse("acme foo:bar")
    told = f"laurels: {caught.value}".splitlines()
    assert len(told) > 4
    assert max(map(len, told)) <= 80


MISREAD = (
    # Apostrophes for quotation marks.
    ("'acme cloud'", 0, '"acme cloud"'),
    ("\u2018acme cloud\u2019 OR akme", 0, '"acme cloud" OR akme'),
    ("'acme'", 0, '"acme"'),
    ("'acme OR akme'", 0, "acme OR akme"),
    ("acme -'new jobs'", 6, 'acme -"new jobs"'),
    ("author:'ann lee'", 7, 'author:"ann lee"'),
    # Commas and the like for OR.
    ("acme,cloud", 4, "acme OR cloud"),
    ("acme;cloud", 4, "acme OR cloud"),
    ("acme|cloud", 4, "acme OR cloud"),
    ("acme || cloud", 5, "acme OR cloud"),
    ("acme && cloud", 5, "acme AND cloud"),
    ("acme;", 4, "acme"),
    ("acme , akme", 5, "acme OR akme"),
    ("acme cloud, akme", 10, '"acme cloud" OR akme'),
    ('"acme cloud", akme,', 12, '"acme cloud" OR akme'),
    ("acme, akme -jobs", 4, "(acme OR akme) -jobs"),
    ("acme -jobs,hiring", 10, "acme -(jobs OR hiring)"),
    ("acme -jobs,", 10, "acme -jobs"),
    ("(acme,akme) cloud", 5, "(acme OR akme) cloud"),
    ("\u6771\u4eac\u3001\u5927\u962a", 2, "\u6771\u4eac OR \u5927\u962a"),
    ("lang:de,en", 7, "(lang:de OR lang:en)"),
    ("acme -lang:de, en", 13, "acme -(lang:de OR lang:en)"),
    (",", 0, None),
    # A star that ends no word.
    ("*ment", 0, "ment"),
    ("ab*c", 2, "ab*"),
    ("ab**", 2, "ab*"),
    ("f*ck", 1, '"f*ck"'),
    ("**", 0, "*"),
    ("acme =*", 6, "acme *"),
    ("#*", 1, "*"),
    ("~*", 1, "*"),
    ('"*"', 0, "*"),
    ('"**"', 0, "*"),
    ("channel:py*", 10, None),
    # Signs of other searches.
    ("+acme -jobs", 0, "acme -jobs"),
    ('+"acme cloud" akme', 0, '"acme cloud" akme'),
    ("!jobs acme", 0, "-jobs acme"),
    ("acme !(jobs OR hiring)", 5, "acme -(jobs OR hiring)"),
    ("!acme", 0, "acme"),
    ("\u00bfacme?", 0, "acme"),
    ("acme?", 4, "acme"),
    ("acme cloud\uff1f", 10, "acme cloud"),
    ('"acme cloud"? akme', 12, '"acme cloud" akme'),
    ("acme near/3 outage", 5, "acme NEAR/3 outage"),
    ("acme NEAR3 outage", 5, "acme NEAR/3 outage"),
    ("acme near:3 outage", 5, "acme NEAR/3 outage"),
    ("acme NEAR outage", 5, "acme NEAR/5 outage"),
    ("acme NEAR/200 outage", 5, "acme NEAR/100 outage"),
    ('"acme outage"~3', 13, "acme NEAR/3 outage"),
    ("a AND-b", 2, "a AND -b"),
    ("a OR-b", 2, "a OR -b"),
    ("a NOT-b", 2, "a NOT b"),
    # Dashes.
    ("acme --jobs", 5, "acme -jobs"),
    ("acme --(jobs OR hiring)", 5, "acme -(jobs OR hiring)"),
    ("acme \u2014jobs", 5, "acme -jobs"),
    ("acme - cloud", 5, "acme -cloud"),
    ("acme \u2014 jobs", 5, "acme -jobs"),
    ("acme \u2013 jobs", 5, "acme -jobs"),
    ("acme -", 5, "acme"),
    ("-", 0, None),
    ("acme /", 5, "acme"),
    ('"/"', 0, None),
    # Fields.
    ("author:@", 8, None),
    ("channel:#", 9, None),
    ("channel:r/", 10, None),
    ("lang:", 5, None),
    ("lang:()", 5, None),
    ("acme lang: de", 10, "acme lang:de"),
    ("lang:german", 5, "lang:de"),
    ("lang:germn", 5, "lang:de"),
    ("lang:deutsch", 5, "lang:de"),
    ("lang:deu", 5, "lang:de"),
    ("lang:jp", 5, "lang:ja"),
    ("lang:xx", 5, None),
    ("platform:twitter", 9, "platform:x"),
    ("platform:reddt", 9, "platform:reddit"),
    ("lang:(de OR en)", 0, "(lang:de OR lang:en)"),
    ("acme -lang:(de en)", 6, "acme -(lang:de OR lang:en)"),
    ("author:(a OR b)", 0, "(author:a OR author:b)"),
    ("author:(ann lee)", 0, 'author:"ann lee"'),
    ("subreddit:python", 0, "channel:python"),
    ("from:ann", 0, "author:ann"),
    ('from:"ann lee"', 0, 'author:"ann lee"'),
    ("in:python", 0, "channel:python"),
    ("site:reddit.com", 0, "platform:reddit"),
    ("site:forum.acme.com", 0, "channel:forum.acme.com"),
    ("hashtag:acme", 0, "#acme"),
    ("has:links", 4, "has:link"),
    ('foo:"bar baz"', 0, '"foo:bar baz"'),
    # A mark before parentheses or quotes.
    ("~(acme cloud)", 0, '~"acme cloud"'),
    ("=(acme)", 0, "=acme"),
    ("=(Acme OR Akme)", 0, "(=Acme OR =Akme)"),
    ('#"acme cloud"', 0, "#acmecloud"),
    ("#(acme OR akme)", 0, "(#acme OR #akme)"),
    ("#acme.cloud", 0, "#acme"),
    ("@an!n", 0, "@an"),
    # Quotation marks left over.
    ('a"', 1, '"a"'),
    ('"acme" OR cloud"', 15, '"acme" OR "cloud"'),
    ('acme OR "', 8, "acme"),
    ('author:"', 7, None),
    ('~"', 1, None),
    ('="', 1, None),
    ('(acme "cloud)', 6, '(acme "cloud")'),
    ('"acme cloud OR akme', 0, '"acme cloud" OR akme'),
    # Several at once.
    ("a,b ab*c 'x y'", 1, '(a OR b) ab* "x y"'),
    ("a NEAR/1 b NEAR/2 c", 11, "a NEAR/1 b AND b NEAR/2 c"),
    ("acme NEAR/3 (outage down)", 12, "acme NEAR/3 (outage OR down)"),
    ("-jobs OR -hiring", 0, "* (-jobs OR -hiring)"),
)  # fmt: skip


@pytest.mark.parametrize(("query", "column", "proposal"), MISREAD)
def test_query_that_would_be_misread_is_refused_with_one_that_is_meant(
    query: str, column: int, proposal: str | None
) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.at == column
    assert caught.value.proposal == proposal
    assert (f"try: {proposal}" in str(caught.value)) == (proposal is not None)


@pytest.mark.parametrize("query", [query for query, *_ in (*MISREAD, *REFUSED)])
def test_every_proposal_can_be_read(query: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.proposal is None or refusal(caught.value.proposal) is None
    for told in re.findall(r'write ("[^"]*")|or ("[^"]*") in quotes', caught.value.problem):
        assert refusal("".join(told)) is None


@settings(deadline=None)
@given(st.text("ab*-'\"():#@~=,;+!? ORNEAR/3lang", max_size=25))
def test_any_text_is_read_or_refused_with_a_proposal_that_is_read(query: str) -> None:
    refused = refusal(query)
    if refused is not None:
        assert 0 <= refused.at <= len(query)
        assert refused.proposal is None or refusal(refused.proposal) is None


@pytest.mark.parametrize(
    "query",
    [
        "'tis", "rock'n'roll", "rock 'n' roll", "players' cloud", "c++", "C#", ".NET", "a+b", "+1",
        "1,000", "OR-tools", "acme OR OR-tools", "near", "acme near outage", "NEAR3", "AT&T",
        "https://x.y/a,b?c=d", "HTTPS://x.y", "HTTP://x.y", "Yahoo!", "acme OR -jobs",
        "acme or cloud and not jobs", "acme -(jobs)", 'acme -"new jobs"', "acme −jobs",
        "acme –jobs", '"acme, cloud"', '"acme?"', '"+acme"', '"f*ck"', "#acme*", "lang:en-GB",
        "lang:pt_BR", "lang:unknown", "lang:und", "lang:kab", "lang:iw", "platform:gitter",
        "platform:HackerNews", 'platform:"twitter"', 'channel:"a, b"',
    ],
)  # fmt: skip
def test_query_that_is_meant_so_is_read(query: str) -> None:
    parse(query)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (" OR ".join(f"w{number}" for number in range(MOST_TERMS + 1)), "10,001 terms"),
        ("(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1), "101 deep"),
        ("a " * (MOST_CHARACTERS // 2) + "a", "200,001 characters"),
        ('"' + "a b " * 30 + '"', "phrase of 60 words"),
        ("a" * 300, "word of 300 characters"),
        ('"a * b"', "only separates"),
        ("~" + "&" * 3_000, "leaves|write|alone"),
    ],
)
def test_query_past_a_limit_is_refused(query: str, told: str) -> None:
    with pytest.raises(QueryError, match=told):
        parse(query)


def test_query_at_the_limits_is_read() -> None:
    assert len(list(terms(parse(" OR ".join(f"w{one}" for one in range(MOST_TERMS)))))) == 10_000
    assert parse("(" * DEEPEST + "a" + ")" * DEEPEST) == Term("a")
    assert parse("NOT " * 9_999 + "NOT a") == Term("a")


def test_explanation_names_each_part() -> None:
    query = parse('a -be* (#c OR ~"d e") f NEAR/1 g lang:de has:question')
    assert explain(query) == (
        "(with “a” and not with a word that begins with “be” and (with the tag #c or with “d e”, "
        "also run together or as a tag) and with “f” near “g”, at most 1 word between and in the "
        "language de and with a question mark)"
    )
    assert tree(query)[:5] == [
        "all of",
        "  with “a”",
        "  none of",
        "    with a word that begins with “be”",
        "  one of",
    ]
