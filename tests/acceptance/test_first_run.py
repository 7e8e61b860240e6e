"""A first-time user: asked for a brand name, and listening at every place that needs no key."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.bot.test_cli import laurels, value
from tests.peers import Peer, peer

KEYLESS = {
    "jetstream": "jetstream",
    "mastodon": "mastodon",
    "hackernews": "hackernews",
    "stackexchange": "stackexchange",
    "github": "github",
    "discourse": "discourse",
    "rss": "rss",
}
"""Connector words and the peers that stand in for their platforms."""


@pytest.fixture
def internet() -> Iterator[dict[str, Peer]]:
    """Every platform that needs no key, each with one post about us and one that is not."""
    now = datetime.now(UTC)
    with ExitStack() as stack:
        served = {word: peer(name) for word, name in KEYLESS.items()}
        for one in served.values():
            stack.callback(one.close)
            one.say("has anybody tried acmecloud yet?", now - timedelta(minutes=2))
            one.say("nothing to do with it", now - timedelta(minutes=1))
        yield served


def test_brand_name_is_all_that_is_needed(tmp_path: Path, internet: dict[str, Peer]) -> None:
    at = [word for name, one in internet.items() for word in ("--at", f"{name}={_address(one)}")]
    done = laurels(tmp_path, "init", "--brand", "acmecloud", *at, "--listen", "--json")
    assert done.returncode == 0, done.stderr
    heard = value(done)["heard"]
    assert isinstance(heard, dict)
    assert not {name: one["error"] for name, one in heard.items() if one["error"]}
    assert {name: one["mentions"] for name, one in heard.items()} == dict.fromkeys(heard, 1)
    assert len(heard) == len(KEYLESS)
    again = value(laurels(tmp_path, "listen", "--json"))["sources"]
    assert isinstance(again, dict)
    assert {name: one["stored"] for name, one in again.items()} == dict.fromkeys(again, 0)


def _address(one: Peer) -> str:
    """A feed is named by its own address, everything else by where it is served."""
    feeds = getattr(one.options, "feeds", ())
    return one.url + urlsplit(feeds[0]).path if feeds else one.url
