"""The brand query: what it reads and how it refuses."""

import pytest

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
    _, line, mark = str(caught.value).splitlines()
    assert line[mark.index("^")] == "("
    assert max(len(line), len(mark)) <= 80


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
