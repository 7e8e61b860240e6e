"""Random pairs are worth their time: both verdicts are frequent, and no query is refused."""

from hypothesis import HealthCheck, Phase, given, settings

from store.records import Post
from tests.listener.matching.slow import found
from tests.listener.matching.strategies import pairs


def test_both_verdicts_are_frequent() -> None:
    verdicts: list[bool] = []

    @settings(
        max_examples=300,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(pairs())
    def look(pair: tuple[str, Post]) -> None:
        query, post = pair
        verdicts.append(found(query, post) is not None)

    look()
    assert 0.3 <= sum(verdicts) / len(verdicts) <= 0.6
