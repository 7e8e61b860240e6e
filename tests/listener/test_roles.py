"""Competitors' queries and queries that exclude: what each makes of a post."""

import pytest

from listener.poll import keep
from listener.query import EVERYTHING
from listener.roles import RoledMatcher
from listener.settings import ListenSettings, QuerySettings, Role, SourceSettings
from store.db import Engine
from tests.posts import MOMENT, a_post

QUERIES = {
    Role.BRAND: {"acme": "acme", "cloud": '"acme cloud"'},
    Role.COMPETITOR: {"rival": "rival"},
    Role.EXCLUDE: {"jobs": "hiring OR job", "cartoon": "coyote"},
}


def names(text: str, *, addressed: tuple[str, ...] = ()) -> list[str]:
    """The queries that a text is a mention of."""
    matcher = RoledMatcher(QUERIES, ["ourselves"])
    return [one.query for one in matcher.match(a_post(text=text, addressed=addressed))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("acme is down", ["acme"]),
        ("acme cloud is down", ["acme", "cloud"]),
        ("acme or rival?", ["acme", "rival"]),
        ("acme is hiring", []),
        ("the coyote and acme cloud", []),
        ("rival is hiring", ["rival"]),
        ("acme and rival offer a job", ["rival"]),
        ("we are hiring", []),
        ("@ourselves help!", ["acme", "cloud"]),
        ("@ourselves and rival", ["acme", "cloud", "rival"]),
        ("@ourselves are hiring", []),
    ],
)
def test_each_role_makes_its_own_of_a_post(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_posts_keep_their_numbers() -> None:
    posts = [a_post(text=text) for text in ("hello", "acme job", "acme", "rival", "acme rival")]
    matcher = RoledMatcher(QUERIES)
    found = matcher.match_many(posts)
    assert found == {at: each for at, one in enumerate(posts) if (each := matcher.match(one))}
    assert {at: [one.query for one in matches] for at, matches in found.items()} == {
        2: ["acme"],
        3: ["rival"],
        4: ["acme", "rival"],
    }
    assert found[4][1].spans == ((5, 10),)


@pytest.mark.parametrize(
    ("text", "threads"), [("acme", 1), ("rival", 0), ("acme rival", 1), ("other", 0)]
)
def test_conversation_is_read_around_our_mentions_only(
    engine: Engine, text: str, threads: int
) -> None:
    matcher = RoledMatcher({**QUERIES, Role.BRAND: {"acme": "acme"}})
    with engine.begin() as tx:
        assert len(keep(tx, [a_post(text=text)], "s", matcher, MOMENT).threads) == threads


def test_community_without_a_brand_query_leaves_out_what_is_excluded() -> None:
    queries = {Role.BRAND: {EVERYTHING: EVERYTHING}, Role.EXCLUDE: {"jobs": "job"}}
    found = RoledMatcher(queries).match_many([a_post(text="hello"), a_post(text="a job")])
    assert sorted(found) == [0]


def test_settings_tell_what_is_looked_for() -> None:
    queries = tuple(
        QuerySettings(name, query, role)
        for role, some in QUERIES.items()
        for name, query in some.items()
    )
    settings = ListenSettings(queries=queries)
    assert [one.name for one in settings.sought] == ["acme", "cloud", "rival"]
    assert settings.competitors == {"rival"}


def test_excluding_every_post_is_refused() -> None:
    with pytest.raises(ValueError, match="jobs: this would exclude every post"):
        QuerySettings("jobs", "*", Role.EXCLUDE)


def test_search_with_exclusions_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="every query only excludes"):
        ListenSettings(
            (SourceSettings("hn", "hackernews"),), (QuerySettings("jobs", "job", Role.EXCLUDE),)
        )
