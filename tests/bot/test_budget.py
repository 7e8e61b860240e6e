"""`laurels budget`: what was used, what is allowed, where the pace leads."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.bot.test_cli import laurels, value
from tests.peers.hackernews import HackerNewsPeer
from tests.peers.x import XPeer

NOW = datetime.now(UTC)


@pytest.fixture
def news() -> Iterator[HackerNewsPeer]:
    """Hacker News with one post."""
    with closing(HackerNewsPeer()) as peer:
        peer.say("the acme widget broke again", NOW - timedelta(minutes=9))
        yield peer


def configured(folder: Path, source: str) -> None:
    """One query and one source."""
    (folder / "config.yaml").write_text(
        f"listener: {{queries: [{{name: acme, query: acme}}], sources: [{{{source}}}]}}"
    )


def test_budget_stops_and_says_what_was_left(tmp_path: Path, news: HackerNewsPeer) -> None:
    configured(
        tmp_path,
        f"name: hn, connector: hackernews, base_url: '{news.url}', limits: {{requests_per_day: 1}}",
    )
    assert laurels(tmp_path, "listen").returncode == 0
    done = laurels(tmp_path, "listen")
    assert done.returncode == 1
    assert "limits.requests_per_day of 1 is used up" in done.stdout
    told = value(laurels(tmp_path, "budget", "--json"))["sources"]
    assert isinstance(told, list)
    assert told[0]["requests"] == {"day": 1, "day_limit": 1, "month": 1, "month_limit": None}
    assert (told[0]["fits"], told[0]["past"]) == (False, ["requests_per_day"])
    text = laurels(tmp_path, "budget").stdout
    assert "1 of 1" in text
    assert "past the limit of a day" in text
    assert max(map(len, text.splitlines())) <= 80


def test_query_is_counted_by_the_platform_before_it_is_paid_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(XPeer()) as peer:
        for name, secret in peer.secrets.items():
            monkeypatch.setenv(name, secret)
        for number in range(14):
            peer.say(f"acme {number}", NOW - timedelta(days=2, minutes=number))
        configured(
            tmp_path,
            f"name: brand-on-x, connector: x, base_url: '{peer.url}', "
            "limits: {usd_per_day: 0.5, usd_per_month: 0.2, requests_per_month: 90000}",
        )
        done = laurels(tmp_path, "budget", "--query", "acme", "--json")
        sources = value(done)["sources"]
        text = laurels(tmp_path, "budget", "--query", "acme").stdout
    assert isinstance(sources, list)
    told = sources[0]
    assert told["posts_per_day"] == 2.0
    assert told["forecast"]["usd_per_month"] == 0.3
    assert told["past"] == ["usd_per_month"]
    assert "Listening for acme alone would come to" in text
    assert "brand-on-x: 2 posts a day, as the platform counts" in text
    assert "$0.01 of $0.50" in text
    assert "$0.01 of $0.20" in text
    assert "$0.30  past the limit of a month" in text


def test_forecast_is_what_each_connector_asks_for_and_needs_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAURELS_GITHUB_TOKEN_FILE", str(tmp_path / "not there yet"))
    hourly = "every_seconds: 3600"
    sources = (
        f"{{name: words, connector: hackernews, {hourly}}}",
        f"{{name: feeds, connector: rss, {hourly}, "
        "feeds: ['https://a.example', 'https://b.example']}",
        f"{{name: two-places, connector: reddit, {hourly}, "
        "user: our_account, subreddits: [python, rust]}",
        f"{{name: with-discussions, connector: github, {hourly}, repositories: [a/b]}}",
        "{name: hall, connector: discord}",
    )
    queries = "[{name: acme, query: acme OR anvil OR rocket}]"
    (tmp_path / "config.yaml").write_text(
        f"listener: {{queries: {queries}, sources: [{', '.join(sources)}]}}"
    )
    told = value(laurels(tmp_path, "budget", "--json"))["sources"]
    assert isinstance(told, list)
    a_poll = {one["source"]: one["forecast"]["requests_per_day"] / 24 for one in told}
    assert a_poll == {
        "words": 3, "feeds": 2, "two-places": 4, "with-discussions": 3, "hall": 0
    }  # fmt: skip


def test_nothing_to_spend_is_said(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("{}")
    done = laurels(tmp_path, "budget")
    assert done.returncode == 1
    assert "no source is named" in done.stderr
