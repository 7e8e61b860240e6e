"""The slow reference agrees with every case that was written by hand."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.listener.matching.cases import CASES, REFUSED, Case
from tests.listener.matching.slow import found
from tests.listener.matching.slow_query import Refused


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.pattern}: {case.query}")
def test_reference_agrees_with_each_case(case: Case) -> None:
    assert (found(case.query, case.post) is not None) is case.verdict


@pytest.mark.parametrize(("query", "column", "fix"), REFUSED)
def test_reference_refuses_at_the_column(query: str, column: int, fix: str) -> None:
    with pytest.raises(Refused) as refused:
        found(query, CASES[0].post)
    assert refused.value.column == column
    assert fix


def test_cases_are_many_and_of_many_patterns() -> None:
    assert len(CASES) >= 330
    assert max(Counter(case.pattern for case in CASES).values()) <= 5


@pytest.mark.parametrize(
    ("query", "title", "text", "spans"),
    [
        ("acme", None, "acme, ACME's", [(0, 4), (6, 10)]),
        ("acme", "acme", "of acme", [(0, 4), (8, 12)]),
        ("strasse", None, "Die Straße", [(4, 10)]),
        ("acme", None, "ac\u200dme\u200d!", [(0, 5)]),
        ("caf\u00e9", None, "the cafe\u0301.", [(4, 9)]),
        ('"acme cloud"', None, "acme's - cloud", [(0, 14)]),
        ('"a b a"', None, "a b a b a", [(0, 5), (4, 9)]),
        ("deploy*", None, "deployment2 deploy", [(0, 11), (12, 18)]),
        ("acme OR cloud OR edge", None, "cloud acme", [(0, 5), (6, 10)]),
        ("acme -(jobs -remote)", None, "acme remote jobs", [(0, 4)]),
        ("acme NEAR/0 down", None, "acme down acme now down", [(0, 4), (5, 9), (10, 14)]),
        ("#acme", None, "acme #Acme", [(5, 10)]),
        ("is:post *", None, "acme", []),
        ("acme", None, "akme", None),
    ],
)
def test_places_are_those_of_the_original(
    query: str, title: str | None, text: str, spans: list[tuple[int, int]] | None
) -> None:
    post = replace(CASES[0], title=title, text=text).post
    assert found(query, post) == spans
