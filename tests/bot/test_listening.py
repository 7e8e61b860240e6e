"""`laurels listen` and `init` as a user meets them, against platforms on loopback."""

import json
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tests.bot import terminals
from tests.bot.test_cli import laurels, value
from tests.peers.hackernews import HackerNewsPeer

NOW = datetime.now(UTC)


@pytest.fixture
def news() -> Iterator[HackerNewsPeer]:
    """Hacker News with two posts, one about us."""
    with closing(HackerNewsPeer()) as peer:
        peer.say("the acme widget broke again", NOW - timedelta(minutes=9))
        peer.say("nothing of note", NOW - timedelta(minutes=8))
        yield peer


def test_listening_once_tells_what_came(tmp_path: Path, news: HackerNewsPeer) -> None:
    words = ("listen", "hackernews", "--base-url", news.url, "--once", "--json")
    first = value(laurels(tmp_path, *words))
    assert (first["received"], first["stored"], first["duplicate"], first["errors"]) == (2, 2, 0, 0)
    assert first["cursor"]
    news.say("one more", NOW)
    second = value(laurels(tmp_path, *words))
    assert second["stored"] == 1
    assert second["error"] is None


def test_terminal_shows_how_far_listening_is(tmp_path: Path, news: HackerNewsPeer) -> None:
    words = ("listen", "hackernews", "--base-url", news.url)
    process, terminal = terminals.started(tmp_path, *words)
    told = terminals.shown(terminal)
    out, _ = process.communicate(timeout=60)
    assert out == "hackernews  2 new posts, 2 mentions\n"
    assert re.search(r"Listening [ ━]+ hackernews: conversations, 2 read", told)
    assert "[info]" not in told
    assert laurels(tmp_path, *words).stderr == ""


def test_interrupted_look_says_what_is_kept(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process, terminal = terminals.started(
            tmp_path, "listen", "hackernews", "--base-url", address, "--json"
        )
        asked, _ = silent.accept()
        process.send_signal(signal.SIGINT)
        told = terminals.shown(terminal)
        out, _ = process.communicate(timeout=60)
        asked.close()
    assert process.returncode == 130
    assert "laurels: stopped; what was heard is kept" in told
    assert "stopped" in json.loads(out)["error"]


def test_search_keeps_what_is_about_us(tmp_path: Path, news: HackerNewsPeer) -> None:
    (tmp_path / "config.yaml").write_text(
        "listener: {queries: [{name: acme, query: acme}], "
        "sources: [{name: hn, connector: hackernews}]}"
    )
    told = value(laurels(tmp_path, "listen", "hn", "--base-url", news.url, "--json"))
    assert (told["stored"], told["mentions"]) == (1, 1)


def test_platform_that_is_down_is_said_and_ends_with_1(tmp_path: Path) -> None:
    done = laurels(tmp_path, "listen", "hackernews", "--base-url", "http://127.0.0.1:9", "--json")
    told = value(done)
    assert done.returncode == 1
    assert (told["received"], told["stored"], told["errors"]) == (0, 0, 0)
    assert "127.0.0.1:9" in str(told["error"])
    done = laurels(tmp_path, "listen", "hackernews", "--base-url", "http://127.0.0.1:9")
    assert "failed: Hacker News" in done.stdout
    assert "Traceback" not in done.stderr


def test_address_without_a_name_is_refused(tmp_path: Path) -> None:
    done = laurels(tmp_path, "listen", "--base-url", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "--base-url: name the one source" in done.stderr


@pytest.mark.parametrize(
    ("connector", "message"),
    [
        ("discourse", "discourse: --base-url: which one? e.g. https://discourse.example.org"),
        ("archive", "archive: an archive needs a path. That stands in config.yaml"),
    ],
)
def test_connector_that_needs_more_says_what(tmp_path: Path, connector: str, message: str) -> None:
    done = laurels(tmp_path, "listen", connector)
    assert done.returncode == 1
    assert done.stderr.startswith(f"laurels: {message}")


def test_several_missing_secrets_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        "listener: {sources: [{name: r, connector: reddit, kind: community, user: acme_team, "
        "subreddits: [acme]}]}"
    )
    told = laurels(tmp_path, "listen").stdout
    assert "LAURELS_REDDIT_CLIENT_ID, LAURELS_REDDIT_CLIENT_SECRET; set each in the" in told


def test_missing_secret_is_named(tmp_path: Path) -> None:
    done = laurels(tmp_path, "listen", "discord")
    assert done.returncode == 1
    assert done.stdout == (
        "discord  failed: discord needs LAURELS_DISCORD_TOKEN; set it in the environment, "
        "or set LAURELS_DISCORD_TOKEN_FILE to the path of a file that holds it\n"
    )
    assert "Traceback" not in done.stderr


def test_check_says_how_a_source_fares(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        "listener: {sources: [{name: hn, connector: hackernews, kind: community, "
        "base_url: 'http://127.0.0.1:9'}]}"
    )
    for _ in range(3):
        laurels(tmp_path, "listen", "hn")
    parts = value(laurels(tmp_path, "check", "--json"))["parts"]
    assert isinstance(parts, list)
    (part,) = [one for one in parts if one["name"] == "source hn"]
    assert not part["ok"]
    assert "failing for" in part["detail"]
    assert "127.0.0.1:9" in part["detail"]


def test_init_lists_places_that_need_no_key(tmp_path: Path) -> None:
    done = laurels(
        tmp_path, "init", "--brand", "Acme Cloud", "--at", "mastodon=https://fosstodon.org",
        "--at", "discourse=https://forum.acme.example", "--at", "rss=https://acme.example/feed",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    sources = yaml.safe_load((tmp_path / "config.yaml").read_text())["listener"]["sources"]
    by_name = {one["name"]: one for one in sources}
    assert {one["connector"] for one in sources} == {
        "jetstream", "mastodon", "hackernews", "stackexchange", "github", "discourse", "rss",
    }  # fmt: skip
    assert by_name["mastodon"]["base_url"] == "https://fosstodon.org"
    assert by_name["feeds"]["feeds"] == ["https://acme.example/feed"]
    wrong = laurels(
        tmp_path, "init", "--force", "--brand", "x", "--at", "myspace=https://x.example"
    )
    assert wrong.returncode == 1
    assert "--at: expected CONNECTOR=URL with one of" in wrong.stderr
