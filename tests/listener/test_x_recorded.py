"""The X connector against what X once answered."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from listener.connectors import Access, ConnectorError
from listener.connectors.x import X
from listener.connectors.x_options import XOptions
from listener.connectors.x_post import posts
from tests.listener.x_listening import OPTIONS
from tests.peers.x import TOKEN
from tests.posts import known
from tests.services import needs

SHARED: Final = Path(__file__).parents[2] / "../shared/peers"


@contextmanager
def replayed(*names: str) -> Iterator[str]:
    script = SHARED / "replay.py"
    if not script.exists():
        needs("no recordings of X in ../shared/peers")
    files = [str(SHARED / "recordings/x" / f"{name}.yaml") for name in names]
    run = subprocess.Popen(
        [sys.executable, str(script), "0", *files], stdout=subprocess.PIPE, text=True
    )
    try:
        assert run.stdout is not None
        yield run.stdout.readline().split()[-1]
    finally:
        run.kill()
        run.communicate()


def replaying(base: str, folder: Path, options: XOptions) -> X:
    access = Access(
        base_url=base,
        secrets={"LAURELS_X_BEARER_TOKEN": TOKEN},
        now=lambda: datetime(2022, 10, 7, 23, 8, tzinfo=UTC),
        folder=folder,
        timeout=5.0,
    )
    return X(options, access)


def recorded(name: str) -> list[dict[str, Any]]:
    """The items of a recorded page, with the author that was not asked for then."""
    path = "/2/tweets/search/recent?query=Tweepy"
    with replayed(name) as base, urllib.request.urlopen(base + path) as answer:
        found = json.load(answer)
    return [{**item, "author_id": "1"} for item in found["data"]]


def test_recorded_posts_hold_their_own_time() -> None:
    """A bot wrote the time into each; it is that of the id."""
    for item in recorded("test_asyncclient_search_recent_tweets"):
        ((post,), rejects) = posts({"data": [item]}, None)
        assert not rejects
        assert post.platform_id == item["id"]
        if post.text.startswith("2022-"):
            written = datetime.fromisoformat(post.text.removesuffix(" tweepy")).replace(tzinfo=UTC)
            assert abs(post.created_at - written) < timedelta(seconds=5)


def test_recorded_search_is_paged_by_its_token(tmp_path: Path) -> None:
    with (
        replayed("test_asyncclient_search_recent_tweets") as base,
        closing(replaying(base, tmp_path, XOptions(queries=("Tweepy",)))) as connector,
    ):
        batch = connector.fetch(None)
    # Fields were not asked for when it was recorded: nobody is named as the author.
    assert len(batch.rejects) == 10
    assert "b26v89c19zqg8o3fpzbn1e0frlukytxrp1o8pel01jb7h" in batch.cursor
    assert not batch.exhausted


def test_recorded_account_and_its_mentions_are_read(tmp_path: Path) -> None:
    with (
        replayed("test_asyncclient_get_user", "test_asyncclient_get_users_mentions") as base,
        closing(replaying(base, tmp_path, XOptions(user="@Twitter"))) as connector,
    ):
        batch = connector.fetch(None)
    assert len(batch.rejects) == 2
    assert "7140dibdnow9c7btw423i3sy5bxqs2le36uxls6whj6ly" in batch.cursor


def test_recorded_counts_add_up(tmp_path: Path) -> None:
    with (
        replayed("test_client_get_recent_tweets_count") as base,
        closing(replaying(base, tmp_path, OPTIONS)) as connector,
    ):
        days = connector.volume("Tweepy")
    assert len(days) == 8
    assert sum(days.values()) > 100


def test_recorded_job_is_uploaded_nowhere_but_to_the_base_url(tmp_path: Path) -> None:
    with (
        replayed("test_asyncclient_create_and_get_compliance_job_and_jobs") as base,
        closing(replaying(base, tmp_path, OPTIONS)) as connector,
    ):
        with pytest.raises(ConnectorError, match="HTTP 599"):
            connector.recheck(known("1293593516040269825"))
        with urllib.request.urlopen(f"{base}/__replay__") as answer:
            missed = json.load(answer)["misses"]
    (line,) = missed
    assert line.startswith("PUT /twttr-tweet-compliance/1522929458495242241/submission/")
