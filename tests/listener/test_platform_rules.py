"""What each platform wants of copies of its posts."""

import pytest

from listener.platform_rules import RULES, may_train


@pytest.mark.parametrize("platform", ["x", "discord", "reddit"])
def test_no_model_learns_where_that_is_forbidden(platform: str) -> None:
    assert not may_train(platform)
    assert "forbidden" in RULES[platform].training


def test_a_model_learns_only_where_something_allows_it() -> None:
    assert [name for name in RULES if may_train(name)] == ["stackexchange"]
    assert "CC BY-SA" in RULES["stackexchange"].training


@pytest.mark.parametrize("platform", ["archive", "rss", "", "a platform of tomorrow"])
def test_of_an_unknown_platform_no_model_learns(platform: str) -> None:
    assert not may_train(platform)
