"""``laurels experts`` and ``leaderboard``: who stands where, and on which platform."""

import json
from dataclasses import replace

import pytest

from bot.commands import standing
from bot.settings import Settings
from store import identity, mentions
from store.db import Engine
from store.records import Author
from tests.bot.pipeline.test_flow import LATER, POLICY, a_thread, flow, hear
from tests.posts import MOMENT, a_post

SETTINGS = Settings(rewards=POLICY)


@pytest.fixture
def helped(sqlite_engine: Engine) -> Engine:
    """A store in which bob, who has a second account elsewhere, helped ann."""
    hear(sqlite_engine, a_thread())
    flow(sqlite_engine)
    said = a_post("x", "hi", platform="mastodon", at=LATER)
    other = replace(said, author=Author("bob", "bob@a.example"))
    with sqlite_engine.begin() as tx:
        mentions.save_posts(tx, [other], "s", LATER)
        (there,) = identity.find(tx, "mastodon", "bob@a.example")
        (here,) = identity.find(tx, a_thread()[0].platform, "bob")
        identity.join(tx, there.id, here.id, "confirmed: by mail", "eve", MOMENT)
    return sqlite_engine


def test_experts_are_told_with_their_platforms(
    helped: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    standing.experts(helped, SETTINGS, 5, as_json=True)
    (told,) = json.loads(capsys.readouterr().out)["experts"]
    assert (told["person"], told["platforms"]) == ("bob", ["discourse", "mastodon"])
    standing.experts(helped, SETTINGS, 5, as_json=False)
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["score", "helped", "acts", "person", "on"]
    assert row.endswith("bob     discourse, mastodon")


def test_board_tells_the_platforms_too(helped: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    month = f"{MOMENT:%Y-%m}"
    standing.leaderboard(helped, SETTINGS, month, as_json=True)
    (told,) = json.loads(capsys.readouterr().out)["leaderboard"]
    assert told["platforms"] == ["discourse", "mastodon"]
    standing.leaderboard(helped, SETTINGS, month, as_json=False)
    _month, head, row, *_ = capsys.readouterr().out.splitlines()
    assert head.split() == ["rank", "points", "person", "on"]
    assert row.split() == ["1", "10", "bob", "discourse,", "mastodon"]
