"""``laurels query backfill``: which query it takes, and what it tells."""

import json
from datetime import timedelta

import pytest

from bot import wiring
from bot.commands import backfill as command
from bot.failures import CommandError, Interrupted
from bot.pipeline.understand import understand
from bot.settings import Settings
from listener.query import QueryError
from listener.settings import ListenSettings, QuerySettings, Role
from rewards.policy import Policy
from store import analyses, finds, mentions
from store.db import Engine, reading
from tests.fakes import judges
from tests.posts import a_post

SETTINGS = Settings(
    listener=ListenSettings(
        queries=(
            QuerySettings("brand", "leaf OR twig"),
            QuerySettings("rival", "stone", Role.COMPETITOR),
            QuerySettings("jobs", "hiring", Role.EXCLUDE),
        )
    )
)


@pytest.fixture
def heard(sqlite_engine: Engine) -> Engine:
    """A store with six posts, the first of last year."""
    texts = ("an old leaf", "a leaf", "a twig", "a stone", "a leaf, hiring", "hello")
    now = wiring.utc_now()
    ages = [timedelta(days=400)] + [timedelta(hours=1)] * 5
    posts = [
        a_post(str(at), text, at=now - age)
        for at, (text, age) in enumerate(zip(texts, ages, strict=True))
    ]
    with sqlite_engine.begin() as tx:
        ids = [one.id for one in mentions.save_posts(tx, posts, "s", now)]
        analyses.mark_understood(tx, ids, "m")
    return sqlite_engine


def told(
    engine: Engine,
    capsys: pytest.CaptureFixture[str],
    text: str,
    since: str | None = None,
    *,
    dry_run: bool = False,
) -> dict[str, object]:
    """What the command prints with --json."""
    command.backfill(engine, SETTINGS, text, since, dry_run=dry_run, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("text", "name", "found", "again"),
    [
        ("brand", "brand", 3, 2),
        ("leaf OR twig", "brand", 3, 2),
        ("rival", "rival", 1, 0),
        (" hello  OR stone ", "hello OR stone", 2, 2),
    ],
)
def test_query_is_given_by_its_name_or_its_text(
    heard: Engine,
    capsys: pytest.CaptureFixture[str],
    text: str,
    name: str,
    found: int,
    again: int,
) -> None:
    first = told(heard, capsys, text)
    assert (first["name"], first["posts"], first["found"], first["new"]) == (name, 6, found, found)
    assert first["to_understand"] == again
    assert told(heard, capsys, text)["new"] == 0
    with reading(heard) as tx:
        assert finds.names(tx) == [name]


def test_since_is_a_day(heard: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    since = f"{wiring.utc_now() - timedelta(days=30):%Y-%m-%d}"
    assert told(heard, capsys, "brand", since)["found"] == 2


def test_person_is_told_what_was_kept(heard: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    command.backfill(heard, SETTINGS, "brand", None, dry_run=True, as_json=False)
    assert capsys.readouterr().out == (
        "3 of 6 posts match, 3 of them new.\n"
        "1 left out by jobs.\n"
        "Nothing was changed; without --dry-run the new ones become mentions.\n"
    )
    command.backfill(heard, SETTINGS, "brand", None, dry_run=False, as_json=False)
    assert capsys.readouterr().out == (
        "3 of 6 posts match, 3 of them new.\n"
        "1 left out by jobs.\n"
        "Kept as mentions of 'brand'.\n"
        "2 posts young enough for a case: understood again.\n"
    )


def test_query_of_its_own_is_said_to_be_one(
    heard: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    command.backfill(heard, SETTINGS, "hello", None, dry_run=True, as_json=False)
    assert "No query of config.yaml is called 'hello'" in capsys.readouterr().out
    assert told(heard, capsys, "hello", dry_run=True)["left_out"] == {}
    assert told(heard, capsys, '"brnd"')["found"] == 0


def test_new_mention_opens_its_case(
    sqlite_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    now = wiring.utc_now()
    with sqlite_engine.begin() as tx:
        post = a_post("2", "how do I water a leaf?", at=now, thread_id="1", parent_id="1")
        mentions.save_posts(tx, [post], "s", now)
    assert understand(sqlite_engine, judges(), Policy(), wiring.utc_now).cases == 0
    told(sqlite_engine, capsys, "brand")
    assert understand(sqlite_engine, judges(), Policy(), wiring.utc_now).cases == 1
    told(sqlite_engine, capsys, "brand")
    assert understand(sqlite_engine, judges(), Policy(), wiring.utc_now).posts == 0


@pytest.mark.parametrize(
    ("text", "since", "error", "problem"),
    [
        ("brnd", None, CommandError, r"no query is called 'brnd'; did you mean 'brand'\? To look"),
        (
            "brand",
            "2020",
            CommandError,
            "--since: expected YYYY-MM-DD, e.g. 2026-01-31, got '2020'",
        ),
        ("(leaf", None, QueryError, "never closed"),
        ("jobs", None, CommandError, "jobs: this query excludes and has no mentions"),
        ("brand", "2026-13-01", CommandError, "--since: expected YYYY-MM-DD"),
    ],
)
def test_what_cannot_be_done_is_said(
    heard: Engine, text: str, since: str | None, error: type[Exception], problem: str
) -> None:
    with pytest.raises(error, match=problem):
        command.backfill(heard, SETTINGS, text, since, dry_run=False, as_json=False)


def test_ctrl_c_says_what_is_kept(heard: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "fill", stop)
    with pytest.raises(Interrupted, match="kept, and the same command goes on"):
        command.backfill(heard, SETTINGS, "brand", None, dry_run=False, as_json=False)
