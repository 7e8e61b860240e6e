"""``laurels query backfill --undo``: what goes with a backfill, and what stays."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from bot import wiring
from bot.commands import backfill as command
from bot.commands.take_back import take_back
from bot.failures import CommandError
from bot.pipeline.understand import understand
from bot.settings import Settings
from listener.settings import ListenSettings, QuerySettings
from rewards.policy import Policy
from rewards.review import Review
from store import audit, backfills, cases, finds, mentions
from store.cases import CaseRow
from store.db import Engine, fact, reading, set_fact
from store.mentions import NewMention
from store.records import CaseState, Post
from tests.fakes import judges
from tests.posts import a_post

SETTINGS = Settings(
    listener=ListenSettings(
        queries=(QuerySettings("brand", "leaf"), QuerySettings("other", "water OR dry"))
    )
)
REVIEW = Review(Policy())
ASKED = "how do I water a leaf?"


def reply(number: int, text: str = ASKED) -> Post:
    """A reply, which opens a case only where it is a mention."""
    now = wiring.utc_now() - timedelta(hours=1)
    return a_post(str(number), text, author=f"u{number}", at=now, thread_id="t", parent_id="t")


def hear(engine: Engine, *posts: Post, query: str | None = None) -> list[int]:
    """Save and understand posts, as mentions of a query or of none; their ids."""
    now = wiring.utc_now()
    with engine.begin() as tx:
        ids = [one.id for one in mentions.save_posts(tx, posts, "s", now)]
        if query is not None:
            mentions.add_mentions(tx, [NewMention(id_, query, (), now) for id_ in ids])
    settle(engine)
    return ids


def settle(engine: Engine) -> None:
    understand(engine, judges(), Policy(), wiring.utc_now, listening=SETTINGS.listener)


def look_back(engine: Engine, text: str = "brand") -> None:
    command.backfill(engine, SETTINGS, text, None, dry_run=False, as_json=True)
    settle(engine)


def undone(
    engine: Engine,
    capsys: pytest.CaptureFixture[str],
    text: str = "brand",
    *,
    dry_run: bool = False,
) -> tuple[int, int, int]:
    """Mentions taken back, cases dismissed, cases left."""
    capsys.readouterr()
    take_back(engine, SETTINGS, text, dry_run=dry_run, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["dry_run"] is dry_run
    return told["taken_back"], told["cases_dismissed"], told["cases_left"]


def found_by(engine: Engine, name: str, ids: list[int]) -> set[int]:
    with reading(engine) as tx:
        return finds.mentioned_by(tx, name, ids)


def the_cases(engine: Engine, ids: list[int]) -> list[CaseRow]:
    with reading(engine) as tx:
        return cases.of_posts(tx, ids)


def test_only_what_the_backfill_added_goes(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    heard = hear(engine, reply(1), query="brand")
    late = hear(engine, reply(2), reply(3, "hello"))
    look_back(engine)
    look_back(engine, "other")
    assert found_by(engine, "brand", [*heard, *late]) == {heard[0], late[0]}
    assert undone(engine, capsys) == (1, 0, 1)
    assert found_by(engine, "brand", [*heard, *late]) == set(heard)
    assert found_by(engine, "other", [*heard, *late]) == {heard[0], late[0]}
    assert undone(engine, capsys) == (0, 0, 0)


def test_waiting_case_goes_and_comes_back(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = hear(engine, reply(1))
    assert the_cases(engine, ids) == []
    look_back(engine)
    (before,) = the_cases(engine, ids)
    assert undone(engine, capsys, dry_run=True) == (1, 1, 0)
    assert the_cases(engine, ids) == [before]
    assert undone(engine, capsys) == (1, 1, 0)
    (row,) = the_cases(engine, ids)
    assert row.state is CaseState.DISMISSED
    with reading(engine) as tx:
        note = audit.of(tx, "case", row.id)[-1]
    assert (note.actor, note.verb) == ("backfill", "close")
    look_back(engine)
    assert json.loads(capsys.readouterr().out)["opened_again"] == 1
    assert the_cases(engine, ids) == [before]
    look_back(engine)
    assert json.loads(capsys.readouterr().out)["opened_again"] == 0


def test_case_that_a_person_touched_stays(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = (ASKED, "why is the leaf dry, and what now?", "is a yellow leaf a bad sign?")
    ids = hear(engine, *(reply(at, text) for at, text in enumerate(texts)))
    look_back(engine)
    done, drafted, _ = the_cases(engine, ids)
    with engine.begin() as tx:
        now = wiring.utc_now()
        REVIEW.dismiss(tx, done.id, "not for us", actor="Ann", now=now)
        REVIEW.save(tx, drafted.id, "Hello", actor="Ann", now=now)
    assert undone(engine, capsys) == (3, 1, 2)
    assert [one.state for one in the_cases(engine, ids)] == [
        CaseState.DISMISSED,
        drafted.state,
        CaseState.DISMISSED,
    ]
    look_back(engine)
    assert json.loads(capsys.readouterr().out)["opened_again"] == 1
    assert the_cases(engine, ids)[0].state is CaseState.DISMISSED


def test_case_that_the_post_opens_anyway_stays(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    now = wiring.utc_now()
    with engine.begin() as tx:
        (saved,) = mentions.save_posts(tx, [a_post("1", ASKED, at=now)], "s", now)
    look_back(engine)
    (before,) = the_cases(engine, [saved.id])
    assert undone(engine, capsys) == (1, 0, 1)
    assert the_cases(engine, [saved.id]) == [before]


def test_interrupted_backfill_begins_anew(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = hear(engine, reply(1))
    look_back(engine)
    with reading(engine) as tx:
        (run,) = backfills.runs(tx)
    with engine.begin() as tx:
        set_fact(tx, run.place, str(ids[0]))
    undone(engine, capsys)
    with reading(engine) as tx:
        assert fact(tx, run.place) == "0"
    look_back(engine)
    assert found_by(engine, "brand", ids) == set(ids)


def test_query_of_its_own_is_taken_back_by_its_text(
    sqlite_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    hear(sqlite_engine, reply(1, "hello"))
    look_back(sqlite_engine, " hello  OR world")
    assert undone(sqlite_engine, capsys, "hello OR world") == (1, 0, 0)


def test_person_is_told_what_went(
    sqlite_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = hear(sqlite_engine, reply(1), reply(2, "is a yellow leaf a bad sign?"))
    look_back(sqlite_engine)
    with sqlite_engine.begin() as tx:
        case_id = cases.of_posts(tx, ids)[0].id
        REVIEW.save(tx, case_id, "Hello", actor="Ann", now=wiring.utc_now())
    capsys.readouterr()
    take_back(sqlite_engine, SETTINGS, "leaf", dry_run=True, as_json=False)
    assert capsys.readouterr().out == (
        "2 mentions of 'brand' taken back.\n"
        "1 waiting case dismissed that nothing else opened.\n"
        "1 case of these posts left: done or acted on, or not there by the backfill alone.\n"
        "Nothing was changed; without --dry-run it is.\n"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("other", "other: it was never looked for in what was heard before"),
        ("brnd", "no query is called 'brnd'; did you mean 'brand'"),
    ],
)
def test_what_was_never_done_is_not_undone(sqlite_engine: Engine, text: str, problem: str) -> None:
    hear(sqlite_engine, reply(1))
    look_back(sqlite_engine)
    with pytest.raises(CommandError, match=problem):
        take_back(sqlite_engine, SETTINGS, text, dry_run=False, as_json=False)


def test_undo_takes_no_day() -> None:
    args = ["query", "backfill", "brand", "--undo", "--since", "2026-01-01"]
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", *args],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert "leave --since out" in done.stderr
