"""``laurels query voice``: which queries it compares, and what it tells."""

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot import wiring
from bot.commands import voice as command
from bot.failures import CommandError
from bot.settings import Settings
from listener.settings import ListenSettings, QuerySettings, Role
from store import mentions
from store.db import Engine
from store.mentions import NewMention
from tests.posts import a_post

SETTINGS = Settings(
    listener=ListenSettings(
        queries=(
            QuerySettings("brand", "leaf"),
            QuerySettings("rival", "stone", Role.COMPETITOR),
            QuerySettings("jobs", "hiring", Role.EXCLUDE),
        )
    )
)


def heard(
    engine: Engine, *found: Sequence[str], platform: str = "discourse", days: int = 0
) -> None:
    """A post for each group of queries that name it."""
    now = wiring.utc_now()
    at = now - timedelta(days=days)
    posts = [
        a_post(f"{platform}-{days}-{number}", at=at, platform=platform)
        for number in range(len(found))
    ]
    with engine.begin() as tx:
        saved = mentions.save_posts(tx, posts, "s", now)
        rows = [
            NewMention(one.id, name, (), now)
            for one, names in zip(saved, found, strict=True)
            for name in names
        ]
        mentions.add_mentions(tx, rows)


def told(
    engine: Engine, capsys: pytest.CaptureFixture[str], *names: str, platform: str | None = None
) -> dict[str, tuple[int, int]]:
    """Posts and of how many, by query, over the last twelve months."""
    command.voice(engine, SETTINGS, names, "month", None, platform, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["queries"] == [one["name"] for one in found["total"]]
    return {one["name"]: (one["posts"], one["of"]) for one in found["total"]}


def test_queries_of_the_settings_are_compared(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, ["brand"], ["brand", "rival"], ["rival"], ["other"], [])
    assert told(engine, capsys) == {"brand": (2, 3), "rival": (2, 3)}
    assert told(engine, capsys, "rival") == {"rival": (2, 2)}
    assert told(engine, capsys, "other", "brand") == {"other": (1, 3), "brand": (2, 3)}


def test_what_is_deleted_or_old_is_not_counted(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, ["brand"], ["brand"])
    heard(engine, ["brand"], days=500)
    with engine.begin() as tx:
        mentions.delete_post(tx, "discourse", "discourse-0-0", wiring.utc_now(), wiring.utc_now())
    assert told(engine, capsys)["brand"] == (1, 1)
    command.voice(engine, SETTINGS, (), "month", "2020-01-01", None, as_json=True)
    assert json.loads(capsys.readouterr().out)["total"][0]["posts"] == 2


def test_platform_is_a_part_of_it(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    heard(engine, ["brand"], ["rival"])
    heard(engine, ["brand"], platform="reddit")
    assert told(engine, capsys, platform="reddit") == {"brand": (1, 1), "rival": (0, 1)}


def test_person_reads_shares_with_their_intervals(
    sqlite_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(sqlite_engine, *[["brand"]] * 5, *[["rival"]] * 5)
    command.voice(sqlite_engine, SETTINGS, (), "day", None, None, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    today = f"{wiring.utc_now():%Y-%m-%d}*"
    assert [line.split() for line in lines[:4]] == [
        ["query", "posts", "of", "share", "95", "%", "interval"],
        [today, "brand", "5", "10", "50.0", "%", "23.7", "–", "76.3", "%"],
        ["rival", "5", "10", "50.0", "%", "23.7", "–", "76.3", "%"],
        [],
    ]
    assert lines[-1] == "*: a part of the day only, from --since on or until today."


def test_period_that_is_not_whole_is_marked(
    sqlite_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(sqlite_engine, ["brand"], days=1)
    heard(sqlite_engine, ["brand"], days=15)
    since = f"{wiring.utc_now() - timedelta(days=16):%Y-%m-%d}"
    command.voice(sqlite_engine, SETTINGS, ("brand",), "week", since, None, as_json=True)
    periods = json.loads(capsys.readouterr().out)["periods"]
    assert [one["is_whole"] for one in periods][1:-1] == [True] * (len(periods) - 2)
    assert periods[-1]["is_whole"] is False
    assert periods[0]["is_whole"] is (periods[0]["from"] >= since)
    command.voice(sqlite_engine, SETTINGS, ("leaf",), "week", since, None, as_json=True)
    assert json.loads(capsys.readouterr().out)["queries"] == ["brand"]


def test_time_without_mentions_is_one_line(
    sqlite_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(sqlite_engine, ["brand"], days=9)
    command.voice(sqlite_engine, SETTINGS, ("brand",), "day", None, None, as_json=False)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()[1:4]]
    days = [f"{wiring.utc_now() - timedelta(days=ago):%Y-%m-%d}" for ago in (9, 8, 0)]
    assert [line[0] for line in lines] == ["all", *days[:2]]
    assert lines[2] == [days[1], "to", f"{days[2]}*", "0", "0", "–", "–"]


def test_nothing_heard_is_said(sqlite_engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    command.voice(sqlite_engine, SETTINGS, (), "day", "2026-01-02", None, as_json=False)
    assert capsys.readouterr().out == "No mention since 2026-01-02.\n"


@pytest.mark.parametrize(
    ("settings", "names", "by", "platform", "problem"),
    [
        (SETTINGS, (), "year", None, "--by: expected day, week or month, got 'year'"),
        (
            SETTINGS,
            ("brnd",),
            "day",
            None,
            r"no query is called 'brnd'; did you mean 'brand'\?; known: brand, rival, "
            r"jobs \(excludes\)",
        ),
        (SETTINGS, ("jobs",), "day", None, "jobs: this query excludes and has no mentions"),
        (SETTINGS, (), "day", "redit", "nothing was heard on 'redit'; heard: discourse"),
        (Settings(), (), "day", None, "listener.queries: there is none to compare"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_said(
    sqlite_engine: Engine,
    settings: Settings,
    names: tuple[str, ...],
    by: str,
    platform: str | None,
    problem: str,
) -> None:
    heard(sqlite_engine, ["brand"])
    with pytest.raises(CommandError, match=problem):
        command.voice(sqlite_engine, settings, names, by, None, platform, as_json=False)
