"""The fast matcher, with either engine, finds just what the slow reference finds."""

import os
from collections.abc import Callable, Sequence
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listener.match import Matcher
from listener.matching.engine import AhoCorasick, Engine, Hyperscan
from listener.query import QueryError, parse
from store.records import Post
from tests.listener.matching.cases import CASES, REFUSED, Case
from tests.listener.matching.slow import found
from tests.listener.matching.strategies import pairs

EXAMPLES: Final = int(os.environ.get("LAURELS_MATCH_EXAMPLES", "10000"))
"""A hundred thousand were tried at a release; here a tenth."""

ENGINES: Final[Sequence[Callable[[Sequence[bytes]], Engine]]] = (Hyperscan, AhoCorasick)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.pattern}: {case.query}")
def test_matcher_agrees_with_each_case(case: Case) -> None:
    for engine in ENGINES:
        assert Matcher({"q": case.query}, engine=engine).matches(case.post) is case.verdict


@pytest.mark.parametrize(("query", "column", "fix"), REFUSED)
def test_refusal_names_the_column_and_a_way_out(query: str, column: int, fix: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(query)
    assert refused.value.at == column
    assert fix in refused.value.problem


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(pairs())
def test_both_engines_find_what_the_reference_finds(pair: tuple[str, Post]) -> None:
    query, post = pair
    wanted = found(query, post)
    for engine in ENGINES:
        ours = Matcher({"q": query}, engine=engine).match(post)
        assert (list(ours[0].spans) if ours else None) == wanted


@settings(max_examples=EXAMPLES // 20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(pairs(), min_size=2, max_size=4))
def test_many_posts_at_once_match_as_each_alone(drawn: list[tuple[str, Post]]) -> None:
    queries = {str(number): query for number, (query, _) in enumerate(drawn)}
    posts = [post for _, post in drawn]
    wanted = {
        (number, name): spans
        for number, post in enumerate(posts)
        for name, query in queries.items()
        if (spans := found(query, post)) is not None
    }
    for engine in ENGINES:
        ours = Matcher(queries, engine=engine).match_many(posts)
        assert wanted == {
            (number, one.query): list(one.spans) for number, each in ours.items() for one in each
        }
