"""What `laurels query explain` tells of each source: searches, filters, volume and cost."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.commands.explain import explain, show
from bot.settings import Settings, load
from bot.wrapping import wrapped
from listener.connectors import KINDS, Access, Searcher, kind
from listener.connectors.reddit import RedditOptions
from listener.query import parse
from listener.querying.explanation import explain as in_words
from listener.querying.searches_dialects import DIALECTS
from store.db import Engine
from store.intake import save_posts
from tests.peers.x import XPeer
from tests.posts import a_post

NOW = datetime.now(UTC)
LOGIN = "LAURELS_MASTODON_ACCESS_TOKEN"


def settings(folder: Path, *sources: str) -> Settings:
    """One query and these sources."""
    path = folder / "config.yaml"
    listed = ", ".join(f"{{{one}}}" for one in sources)
    path.write_text(
        f"listener: {{queries: [{{name: brand, query: brand}}], sources: [{listed}]}}\n"
        f"rewards: {{own_handles: [us]}}\nstore: {{url: 'sqlite:///{folder}/none.db'}}\n"
    )
    return load(path, {})


def places(value: Any) -> dict[str, Any]:
    """By name."""
    return {one["name"]: one for one in value["places"]}


def test_each_source_says_what_it_sends_and_what_is_filtered_here(tmp_path: Path) -> None:
    configured = settings(
        tmp_path,
        "name: on-x, connector: x, limits: {usd_per_month: 9}, narrow: 'lang:en'",
        "name: news, connector: hackernews, every_seconds: 3600",
        "name: whole, connector: reddit, user: our_account, subreddits: [python]",
        "name: forum, connector: discourse, base_url: 'https://forum.example'",
    )
    told = explain(configured, '"acme cloud" (down OR slow) -jobs')
    found = places(told.value)
    assert list(found) == ["on-x", "news", "whole", "forum"]
    on_x = found["on-x"]
    assert on_x["searches"] == [
        '("acme cloud" OR "acme\'s cloud") (down OR slow) -is:retweet lang:en'
    ]
    assert on_x["filtered_here"] == ["not with “jobs”"]
    assert on_x["not_searched"] == "posts older than seven days"
    assert (on_x["posts_per_day"], on_x["usd_per_day"], on_x["requests_per_day"]) == (
        None, None, 288,
    )  # fmt: skip
    news = found["news"]
    assert news["searches"] == ['"acme cloud"', '"acme\'s cloud"']
    assert news["filtered_here"] == ["not with “jobs”", "(with “down” or with “slow”)"]
    assert (news["requests_per_day"], news["usd_per_month"]) == (48, 0)
    assert [(found[one]["searches"], found[one]["reads_all"]) for one in ("whole", "forum")] == [
        ([], True), ([], True),
    ]  # fmt: skip
    assert told.value["tree"] == [
        "all of", "  with “acme cloud”", "  one of", "    with “down”", "    with “slow”",
        "  none of", "    with “jobs”",
    ]  # fmt: skip
    assert "costs     288 requests a day and 8,640 a month; $0.005 a post, and" in told.text
    assert max(map(len, told.text.splitlines())) <= 80


def test_without_sources_each_platform_that_searches_is_told(tmp_path: Path) -> None:
    told = explain(settings(tmp_path), "acme platform:reddit OR beta* platform:github")
    found = places(told.value)
    assert list(found) == list(DIALECTS)
    assert found["reddit"]["searches"] == ["acme"]
    assert found["x"]["is_elsewhere"]
    assert found["github"]["searches"] == []
    assert "github\n  not searched here; write a longer word\n" in told.text
    assert "listener.sources" in told.text


def test_expected_volume_is_what_was_heard_in_the_last_week(
    tmp_path: Path, sqlite_engine: Engine
) -> None:
    with sqlite_engine.begin() as tx:
        said = [
            a_post(
                f"p{number}",
                "acme is down" if number % 2 else "acme jobs",
                platform="hackernews",
                at=NOW - timedelta(days=3, hours=-number),
            )
            for number in range(12)
        ]
        save_posts(tx, said, "n", NOW)
    told = explain(
        settings(tmp_path, "name: n, connector: hackernews"), "acme -jobs", sqlite_engine
    )
    found = places(told.value)["n"]
    assert (found["posts_per_day"], found["posts_per_day_from"]) == (2.0, "store")
    assert "expects   2.0 posts a day, of what was heard there in the last week" in told.text


def test_platform_that_counts_is_asked_and_that_is_charged(
    tmp_path: Path, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(XPeer()) as peer:
        for name, secret in peer.secrets.items():
            monkeypatch.setenv(name, secret)
        for number in range(14):
            text = "acme" if number % 2 else "something else"
            peer.say(text, NOW - timedelta(days=2, minutes=number))
        limits = "limits: {usd_per_day: 0.005}"
        configured = settings(tmp_path, f"name: b, connector: x, base_url: '{peer.url}', {limits}")
        told = explain(configured, "acme", sqlite_engine)
        again = explain(configured, "acme", sqlite_engine)
    found = places(told.value)["b"]
    assert (found["posts_per_day"], found["posts_per_day_from"]) == (1.0, "platform")
    assert (found["usd_per_day"], found["usd_per_month"]) == (0.005, 0.15)
    shown = " ".join(told.text.split())
    assert "288 requests a day and 8,640 a month; $0.01 a day and $0.15 a month" in shown
    assert "as the platform counts the last seven days (counting cost $0.005)" in shown
    assert (found["usd_spent"], places(again.value)["b"]["usd_spent"]) == (0.005, 0)
    assert "usd_per_day" in places(again.value)["b"]["posts_per_day_error"]


def heard(engine: Engine, platform: str, *texts: str) -> None:
    """Each of the texts was written within a day and kept."""
    said = [
        a_post(f"p{number}", text, platform=platform, at=NOW - timedelta(hours=number))
        for number, text in enumerate(texts)
    ]
    with engine.begin() as tx:
        save_posts(tx, said, "s", NOW)


ON_X = "name: b, connector: x, base_url: 'https://x.example', limits: {usd_per_day: 1}"


def test_what_is_asked_for_costs_not_what_matches_of_it(
    tmp_path: Path, sqlite_engine: Engine
) -> None:
    heard(sqlite_engine, "x", "acmes are down", "down", "an outage", "outage", "well")
    told = explain(settings(tmp_path, ON_X), "acme* NEAR/3 (down OR outage)", sqlite_engine)
    found = places(told.value)["b"]
    assert (found["posts_per_day"], found["posts_per_day_from"]) == (4.0, "store")
    assert (found["matching_per_day"], found["usd_per_day"]) == (1.0, 0.02)
    shown = " ".join(told.text.split())
    assert "expects at least 4.0 posts a day" in shown
    assert "a floor, since what no query matched was not kept" in shown
    assert "x counts it for $0.005: x needs LAURELS_X_BEARER_TOKEN" in shown
    assert "at least $0.02 a day and $0.60 a month for posts, and $0.01 for each author" in shown
    assert "of 4.0 posts a day that were heard and that it asks for, 1.0 match" in shown


def test_new_brand_is_told_that_its_cost_is_unknown(tmp_path: Path, sqlite_engine: Engine) -> None:
    heard(sqlite_engine, "x", "something else")
    told = explain(settings(tmp_path, ON_X), "acme de*", sqlite_engine)
    found = places(told.value)["b"]
    assert (found["posts_per_day"], found["usd_per_day"], found["usd_per_month"]) == (
        None, None, None,
    )  # fmt: skip
    shown = " ".join(told.text.split())
    assert "expects unknown: x counts it for $0.005: x needs LAURELS_X_BEARER_TOKEN" in shown
    assert "x cannot be asked for posts with a word that begins with “de”: perhaps most" in shown
    assert "$0.00" not in shown.replace("$0.005", "")


def test_search_with_an_operator_of_the_platform_alone_is_not_reckoned(
    tmp_path: Path, sqlite_engine: Engine
) -> None:
    heard(sqlite_engine, "x", "acme")
    for added, posts in [("narrow: 'lang:en'", None), ("narrow: '-is:nullcast'", None), ("", 1.0)]:
        configured = settings(tmp_path, ", ".join(filter(None, (ON_X, added))))
        found = places(explain(configured, "acme", sqlite_engine).value)["b"]
        assert found["posts_per_day"] == posts, added


def test_many_searches_are_not_counted_unasked(tmp_path: Path, sqlite_engine: Engine) -> None:
    query = " OR ".join(f"word{'s' * 80}{number}" for number in range(60))
    told = explain(settings(tmp_path, ON_X), query, sqlite_engine)
    shown = " ".join(told.text.split())
    assert "unknown: counting 12 searches costs $0.06: laurels budget --query does" in shown


@pytest.mark.parametrize(
    ("query", "told"), [("*", "word that has to stand in a post"), ("de*", "longer word")]
)
def test_nothing_asked_costs_nothing(
    tmp_path: Path, sqlite_engine: Engine, query: str, told: str
) -> None:
    heard(sqlite_engine, "x", "debug", "deploy")
    explained = explain(settings(tmp_path, ON_X), query, sqlite_engine)
    found = places(explained.value)["b"]
    assert (found["searches"], found["requests_per_day"], found["usd_per_day"]) == ([], 0, 0)
    lines = explained.text.split("\n\n")
    assert lines[1:] == [f"b (x)\n  not searched here; write a {told}"]


def test_mentions_that_are_read_besides_are_not_free(tmp_path: Path) -> None:
    told = explain(settings(tmp_path, f"{ON_X}, user: acme"), "de*")
    assert places(told.value)["b"]["usd_per_day"] is None
    assert "costs     the mentions of the account, which are read besides" in told.text


def test_source_that_cannot_keep_up_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured = settings(tmp_path, "name: so, connector: stackexchange, sites: [stackoverflow]")
    told = explain(configured, '"acme cloud"')
    found = places(told.value)["so"]
    assert (found["requests_per_poll"], found["seconds_per_poll"]) == (2, 576)
    assert found["warnings"] == [
        "2 requests a poll: at the 300 in 1 day that are allowed without a key, one takes "
        "9.6 minutes; name fewer alternatives, or look less often (every_seconds)"
    ]
    assert "warns     2 requests a poll" in told.text
    monkeypatch.setenv("LAURELS_STACKEXCHANGE_KEY", "key")
    assert places(explain(configured, '"acme cloud"').value)["so"]["warnings"] == []


def test_thousands_of_searches_are_warned_of_without_sources_too(tmp_path: Path) -> None:
    told = explain(settings(tmp_path), " OR ".join(f'"a{n} b"' for n in range(2_000)))
    found = places(told.value)
    (warned,) = found["stackexchange"]["warnings"]
    assert warned.startswith("4,000 requests a poll: at the 300 in 1 day that are allowed without")
    assert "one takes 13.3 days" in warned
    assert found["hackernews"]["warnings"] == []


def test_older_store_is_no_reason_to_explain_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configured = settings(tmp_path, "name: n, connector: hackernews")
    with closing(sqlite3.connect(tmp_path / "none.db")) as store:
        store.execute("CREATE TABLE alembic_version (version_num TEXT)")
        store.execute("INSERT INTO alembic_version VALUES ('0001')")
        store.commit()
    show(configured, "acme", as_json=True)
    value = json.loads(capsys.readouterr().out)
    assert value["places"][0]["searches"] == ["acme"]
    assert "laurels migrate" in value["volume_unknown"]
    show(configured, "acme", as_json=False)
    assert "How much was heard is unknown: The database is at revision" in capsys.readouterr().out


def test_empty_database_stays_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "none.db").touch()
    show(settings(tmp_path, "name: n, connector: hackernews"), "acme", as_json=False)
    assert "How much was heard is unknown: there is no store yet" in capsys.readouterr().out
    with closing(sqlite3.connect(tmp_path / "none.db")) as store:
        assert store.execute("SELECT * FROM sqlite_master").fetchall() == []


def test_single_term_is_told_of_once_and_equal_platforms_together(tmp_path: Path) -> None:
    told = explain(settings(tmp_path), "acme")
    assert told.text.count("“acme”") == 1
    assert "\nreddit, github, hackernews, stackexchange, bluesky, mastodon\n" in told.text
    assert "            mastodon: whoever does not want" in told.text
    assert len(told.text.splitlines()) < 20


def test_name_of_a_query_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("listener: {queries: [{name: Spotify, query: 'spotify -jobs'}]}")
    told = explain(load(path, {}), "spotify")
    assert told.value["named"] == "spotify -jobs"
    assert "query of that name: laurels query explain 'spotify -jobs'" in " ".join(
        told.text.split()
    )
    assert explain(load(path, {}), "spotify -jobs").value["named"] is None


def test_spelling_that_no_search_finds_is_told(tmp_path: Path) -> None:
    told = explain(settings(tmp_path), "strasse")
    assert told.value["not_spelled"] == ["straße"]
    assert "Where a platform tells ß from ss, no search finds straße" in told.text


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("a NEAR/2 b", "with “a” near “b”, at most 2 words between"),
        ('(a OR ~"b c") NEAR/1 d',
         "with (“a” or “b c” (also run together or as a tag)) near “d”, at most 1 word between"),
        ("(a OR be*) NEAR/1 (c OR d)",
         "with (“a” or a word that begins with “be”) near (“c” or “d”), at most 1 word between"),
    ],
)  # fmt: skip
def test_it_is_plain_where_a_side_of_near_ends(query: str, told: str) -> None:
    assert in_words(parse(query)) == told


def test_explanation_needs_no_store_and_makes_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show(settings(tmp_path, "name: n, connector: hackernews"), "acme", as_json=True)
    assert json.loads(capsys.readouterr().out)["places"][0]["searches"] == ["acme"]
    assert not (tmp_path / "none.db").exists()


def test_a_thousand_parts_are_shown_in_few_lines(tmp_path: Path) -> None:
    query = " OR ".join(f"{'word' * 20}{number}" for number in range(1_000))
    told = explain(settings(tmp_path, "name: n, connector: hackernews"), query)
    lines = told.text.splitlines()
    assert sum(line.endswith("more; --json has all") for line in lines) == 3
    assert len(lines) < 100
    assert max(map(len, lines)) <= 80
    assert len(places(told.value)["n"]["searches"]) == 1_000


def test_each_connector_that_searches_has_a_dialect_and_says_what_it_sends() -> None:
    assert set(DIALECTS) == {one for one in KINDS if kind(one).capabilities.search}
    for one in DIALECTS:
        options = RedditOptions("our_account") if one == "reddit" else kind(one).Options()
        secrets = dict.fromkeys((*kind(one).capabilities.secrets, LOGIN), "secret")
        with closing(kind(one)(options, Access(secrets=secrets, searches=("acme",)))) as made:
            assert isinstance(made, Searcher)
            assert [search.split()[0] for search in made.searches] == ["acme"]


def test_lines_are_parted_at_spaces_and_wide_letters_count_two() -> None:
    assert wrapped("a " * 50, margin=70) == ["a a a a a"] * 10
    assert wrapped("東京" * 30) == ["東京" * 20, "東京" * 10]
