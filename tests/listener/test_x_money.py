"""What reading X costs, and how it refuses."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.connectors import Bounds, ConnectorError
from listener.connectors.x_options import XOptions
from tests.listener.x_listening import LOOKUP, OPTIONS, Purse, ago, heard, listening
from tests.peers.x import TOKEN, XPeer
from tests.posts import known


@pytest.fixture
def peer() -> Iterator[XPeer]:
    with closing(XPeer()) as served:
        yield served


def test_meter_equals_what_x_would_bill(peer: XPeer, tmp_path: Path) -> None:
    purse = Purse()
    options = replace(LOOKUP, user="acme", first_days=2)
    root = peer.say("a question to @acme", ago(4000), author="ann")
    for n in range(230):
        peer.say(f"number {n}", ago(3000 - n), author=f"user{n % 40}", parent=root)
    with listening(peer, tmp_path, options, meter=purse) as connector:
        read, cursor, _ = heard(connector)
        assert len(read) == 232
        assert purse.spent == peer.billed > 231 * 5_000
        peer.say("one more", ago(1), author="new")
        heard(connector, cursor)
        assert purse.spent == peer.billed
        before = peer.billed
        connector.thread(read[0], Bounds())
        connector.recheck(known(*[post.platform_id for post in read]))
        assert purse.spent == peer.billed == before
        connector.volume("laurels")
        assert purse.spent == peer.billed == before + 5_000


def test_answer_that_was_lost_is_counted_when_it_is_read_again(peer: XPeer, tmp_path: Path) -> None:
    purse = Purse()
    peer.say("hello", ago(60))
    peer.fail("truncated")
    with listening(peer, tmp_path, meter=purse) as connector:
        with pytest.raises(ConnectorError):
            connector.fetch(None)
        assert (purse.spent, peer.billed) == (0, 15_000)
        connector.fetch(None)
    assert purse.spent == peer.billed


def test_own_mentions_are_cheaper(peer: XPeer, tmp_path: Path) -> None:
    for n in range(10):
        peer.say(f"@acme {n}", ago(60), author=f"user{n}")
    purse = Purse()
    with listening(peer, tmp_path, XOptions(user="acme"), meter=purse) as connector:
        heard(connector)
    assert purse.spent == peer.billed == 10_000 + 10 * (1_000 + 10_000)


def test_without_authors_only_posts_are_paid(peer: XPeer, tmp_path: Path) -> None:
    id_ = peer.say("hello", ago(60), author="ann")
    purse = Purse()
    with listening(peer, tmp_path, replace(OPTIONS, authors=False), meter=purse) as connector:
        (post,) = heard(connector)[0]
    assert purse.spent == peer.billed == 5_000
    assert post.author.handle == post.author.platform_id == peer.user("ann")
    assert post.url == f"https://x.com/i/status/{id_}"


def test_prices_are_what_the_deployment_says(peer: XPeer, tmp_path: Path) -> None:
    peer.say("hello", ago(60))
    purse = Purse()
    options = replace(OPTIONS, usd_per_post=0.5, usd_per_user=0.0)
    with listening(peer, tmp_path, options, meter=purse) as connector:
        heard(connector)
    assert purse.spent == 500_000


def test_spent_budget_asks_nothing(peer: XPeer, tmp_path: Path) -> None:
    peer.say("hello", ago(60))
    with (
        listening(peer, tmp_path, meter=Purse(limit=1_499_999)) as connector,
        pytest.raises(ConnectorError, match="search for laurels is not read"),
    ):
        connector.fetch(None)
    assert peer.asked == []
    with listening(peer, tmp_path, meter=Purse(limit=1_500_000)) as connector:
        assert len(connector.fetch(None).posts) == 1


def test_failures_cost_nothing(peer: XPeer, tmp_path: Path) -> None:
    purse = Purse()
    with listening(peer, tmp_path, meter=purse) as connector:
        for fault in ("500", "reset", "not-json", "exceeded", "no-credit", "only-errors"):
            peer.fail(fault)
            with pytest.raises(ConnectorError):
                connector.fetch(None)
    assert purse.spent == 0
    assert len(purse.asked) == 6


def test_volume_counts_days(peer: XPeer, tmp_path: Path) -> None:
    yesterday = datetime.now(UTC).replace(hour=12) - timedelta(days=1)
    for n in range(3):
        peer.say("hello", yesterday + timedelta(seconds=n))
    with listening(peer, tmp_path) as connector:
        assert connector.volume("laurels") == {yesterday.date(): 3}


def test_volume_of_a_brand_query_counts_what_would_be_read(peer: XPeer, tmp_path: Path) -> None:
    purse = Purse()
    with listening(peer, tmp_path, meter=purse) as connector:
        connector.volume('acme -jobs OR "acme pro"')
        with pytest.raises(ConnectorError, match="no word") as caught:
            connector.volume("acme*")
    assert [one.query["query"] for one in peer.asked] == [
        '(acme OR "acme pro" OR "acme\'s pro") -is:retweet'
    ]
    assert purse.spent == peer.billed == 5_000
    assert caught.value.permanent


def test_limit_is_waited_out_by_its_reset_and_never_in_a_loop(peer: XPeer, tmp_path: Path) -> None:
    peer.fail("exceeded")
    with (
        listening(peer, tmp_path) as connector,
        pytest.raises(ConnectorError) as caught,
    ):
        connector.fetch(None)
    assert not caught.value.permanent
    assert caught.value.retry_after is not None
    assert 1 <= caught.value.retry_after <= 2
    assert len(peer.asked) == 1


@pytest.mark.parametrize(
    ("fault", "wait"), [("429", 60.0), ("429-retry-after", 1.0), ("usage-capped", 6 * 3600.0)]
)
def test_limit_without_a_reset_is_waited_out_too(
    peer: XPeer, tmp_path: Path, fault: str, wait: float
) -> None:
    peer.fail(fault)
    with (
        listening(peer, tmp_path) as connector,
        pytest.raises(ConnectorError) as caught,
    ):
        connector.fetch(None)
    assert (caught.value.permanent, caught.value.retry_after) == (False, wait)
    assert len(peer.asked) == 1


@pytest.mark.parametrize(
    ("fault", "way_out"),
    [
        ("no-credit", "buy credits"),
        ("401", "LAURELS_X_BEARER_TOKEN"),
        ("403", "console.x.com"),
        ("404", "check the name"),
    ],
)
def test_refusal_says_the_way_out_and_no_secret(
    peer: XPeer, tmp_path: Path, fault: str, way_out: str
) -> None:
    peer.fail(fault)
    with (
        listening(peer, tmp_path) as connector,
        pytest.raises(ConnectorError, match=way_out) as caught,
    ):
        connector.fetch(None)
    assert caught.value.permanent
    assert TOKEN not in str(caught.value)


def test_query_that_x_does_not_understand_needs_a_person(peer: XPeer, tmp_path: Path) -> None:
    long = XOptions(queries=("a" * 500,))
    with listening(peer, tmp_path, long) as connector:
        connector._reads.search("fine", 0, None, 10)
        with pytest.raises(ConnectorError, match="expression too long") as caught:
            connector._reads.search("a" * 513, 0, None, 10)
    assert caught.value.permanent


def test_no_proxy_of_the_environment_is_used(
    peer: XPeer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    peer.say("hello", ago(60))
    with listening(peer, tmp_path) as connector:
        assert len(heard(connector)[0]) == 1


def test_library_is_loaded_when_it_is_needed() -> None:
    script = "import sys, listener.connectors.x; print('tweepy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize(
    "wrong",
    [
        {"user": "two words"},
        {"page_size": 5},
        {"page_size": 101},
        {"first_days": 8},
        {"narrow": "x" * 300},
        {"queries": ("x" * 513,)},
        {"queries": ("",)},
        {"usd_per_post": -1.0},
        {"usd_per_user": float("nan")},
    ],
)
def test_wrong_option_is_refused_by_its_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        XOptions(**wrong)
