"""What `laurels query explain` tells of each source: searches, filters, volume and cost."""

import json
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
    assert news["searches"] == ['"acme cloud"']
    assert news["filtered_here"] == ["not with “jobs”", "with down OR slow"]
    assert (news["requests_per_day"], news["usd_per_month"]) == (24, 0)
    assert [(found[one]["searches"], found[one]["reads_all"]) for one in ("whole", "forum")] == [
        ([], True), ([], True),
    ]  # fmt: skip
    assert told.value["tree"] == [
        "all of", "  with “acme cloud”", "  one of", "    with “down”", "    with “slow”",
        "  none of", "    with “jobs”",
    ]  # fmt: skip
    assert "costs     288 requests a day and 8,640 a month; $0.005 a post" in told.text
    assert max(map(len, told.text.splitlines())) <= 80


def test_without_sources_each_platform_that_searches_is_told(tmp_path: Path) -> None:
    told = explain(settings(tmp_path), "acme platform:reddit OR beta* platform:github")
    found = places(told.value)
    assert list(found) == list(DIALECTS)
    assert found["reddit"]["searches"] == ["acme"]
    assert found["x"]["is_elsewhere"]
    assert found["github"]["searches"] == []
    assert "asks for  nothing" in told.text
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
    assert "288 requests a day and 8,640 a month; $0.01 a day and $0.15 a month" in " ".join(
        told.text.split()
    )
    assert "usd_per_day" in places(again.value)["b"]["posts_per_day_error"]


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
