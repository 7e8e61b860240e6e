"""The brand query: what it reads and how it refuses."""

import pytest

from listener.query import All, Any, Not, QueryError, Term, explain, parse


def test_words_side_by_side_must_all_be_there() -> None:
    assert parse("open source") == All((Term("open"), Term("source")))


def test_or_and_comma_mean_the_same() -> None:
    assert parse("a OR b") == parse("a, b") == parse("a,b") == Any((Term("a"), Term("b")))


def test_exclusion_binds_to_the_next_part() -> None:
    query = parse('tea -(green OR "black leaf")')
    assert query == All((Term("tea"), Not(Any((Term("green"), Term("black leaf"))))))


def test_star_at_the_end_is_a_prefix_and_alone_is_everything() -> None:
    assert parse("spot*") == Term("spot", prefix=True)
    assert parse("*") is None


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("", "a word is missing here"),
        ("a OR", "a word is missing here"),
        ('"abc', "quotation mark is never closed"),
        ('""', "phrase is empty"),
        ("(a", "parenthesis is never closed"),
        ("a)", "without an opening one"),
        ("-a", "a word to look for"),
        ("a -", "nothing follows"),
        ("a OR -b", "a word to look for"),
    ],
)
def test_unreadable_query_is_refused_with_the_place(query: str, problem: str) -> None:
    with pytest.raises(QueryError, match=problem) as caught:
        parse(query)
    assert str(caught.value).endswith("^")


def test_explanation_names_each_part() -> None:
    assert explain(parse("a -b*")) == "(“a” and not a word that begins with “b”)"
