"""``laurels model drift``, the warning of ``laurels check`` and the desk's page say the same."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import wiring
from bot.check import check
from bot.commands.model_drift import drift
from bot.drift import compared, said, shown
from bot.settings import Settings
from store import analyses, mentions
from store.db import Engine, reading
from store.records import Analysis, Task
from store.settings import StoreSettings
from tests.bot.test_check import FakeClassifier
from tests.posts import a_post

LINE = 0.6


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    return sqlite_engine


@pytest.fixture
def settings(engine: Engine) -> Settings:
    """Settings that name the store."""
    return Settings(store=StoreSettings(engine.url.render_as_string()))


def heard(
    engine: Engine,
    issues: int,
    questions: int,
    *,
    days: int,
    source: str = "forum",
    language: str = "en",
) -> None:
    """Posts of one day that the model read so, the questions in doubt."""
    now = wiring.utc_now()
    names = [f"{source}-{days}-{n}" for n in range(issues + questions)]
    posts = [a_post(name, at=now - timedelta(days=days)) for name in names]
    with engine.begin() as tx:
        ids = [one.id for one in mentions.save_posts(tx, posts, source, now)]
        rows = [
            Analysis(
                id_, Task.INTENT, "m-1", *(("issue", 0.9) if n < issues else ("question", 0.5))
            )
            for n, id_ in enumerate(ids)
        ]
        rows += [Analysis(id_, Task.LANGUAGE, "m-1", language, 0.9) for id_ in ids]
        analyses.save(tx, rows)
        analyses.mark_understood(tx, ids, "m-1")


@pytest.fixture
def moved(engine: Engine) -> Engine:
    """A fifth was in doubt for weeks; in the last week it is half."""
    heard(engine, 160, 40, days=20)
    heard(engine, 60, 60, days=2)
    heard(engine, 5, 5, days=2, source="chat")
    return engine


def test_what_moved_is_told_with_counts(
    moved: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    drift(moved, settings, as_json=False)
    shown = capsys.readouterr().out
    assert (
        "* Moved: intent of forum (en): 50% in doubt, before 20%; mean confidence 0.70, "
        "before 0.82; 50% issue, before 80% (120 posts, before 200)." in " ".join(shown.split())
    )
    assert "1 more of fewer than 100 posts in 7 days or 200 in the 28 before" in shown
    table = [line.split() for line in shown.splitlines()[:4]]
    assert table[1:] == [
        ["forum", "(en)"],
        ["intent", "before", "200", "20%", "0.82", "issue", "80%"],
        ["now", "120", "50%*", "0.70*", "50%*"],
    ]


def test_table_fits_a_terminal_whatever_a_source_is_called(
    engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "posts of the community " * 5
    for source in (f"{name}one", f"{name}two"):
        heard(engine, 160, 40, days=20, source=source)
        heard(engine, 60, 60, days=2, source=source)
    drift(engine, settings, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.endswith("one (en)") for line in lines) == 1
    assert sum(line.startswith("  intent") for line in lines) == 2


def test_declared_language_is_no_command_to_the_terminal(
    engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, 160, 40, days=20, language="\x1b[2Jen\x9b")
    heard(engine, 60, 60, days=2, language="\x1b[2Jen\x9b")
    drift(engine, settings, as_json=False)
    told = capsys.readouterr().out
    assert told.count("forum ( [2Jen )") == 2
    assert all(line.isprintable() for line in told.splitlines())


def test_json_has_every_count(
    moved: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    drift(moved, settings, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["days"], found["days_before"], found["in_doubt_below"]) == (7, 28, 0.6)
    assert found["moved"] == 1
    chat, forum = found["watched"]
    assert (chat["source"], chat["enough"], chat["moved"]) == ("chat", False, [])
    assert forum["moved"] == ["confidence", "mix", "unsure"]
    assert forum["now"] == {
        "posts": 120,
        "in_doubt_percent": 50.0,
        "mean_confidence": 0.7,
        "labels": {"issue": 60, "question": 60},
    }


def test_nothing_is_compared_where_nothing_was_read(
    engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    drift(engine, settings, as_json=False)
    assert "nothing to compare" in capsys.readouterr().out


def test_what_stands_as_it_stood_is_said_so(
    engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, 160, 40, days=20)
    heard(engine, 80, 20, days=2)
    drift(engine, settings, as_json=False)
    assert "Nothing moved." in capsys.readouterr().out


def test_another_model_is_no_drift(
    moved: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with moved.begin() as tx:
        ids = sorted(mentions.standing(tx, range(1, 201)))
        analyses.mark_understood(tx, ids, "m-0")
    with reading(moved) as tx:
        assert not any(one.drift.moved for one in compared(tx, LINE, wiring.utc_now()).watched)
    drift(moved, settings, as_json=False)
    assert "Not counted: 200 posts that another model read." in capsys.readouterr().out
    drift(moved, settings, as_json=True)
    assert json.loads(capsys.readouterr().out)["left_out"] == 200


@pytest.mark.usefixtures("moved")
def test_check_warns_and_names_the_command(settings: Settings) -> None:
    parts = check(settings, None, lambda _: FakeClassifier(), wiring.utc_now())
    (model,) = (one for one in parts if one.name == "model")
    assert model.ok
    assert "reads otherwise than before: intent of forum (en): 50% in doubt" in model.detail
    assert model.detail.endswith("see `laurels model drift`")


def test_check_says_nothing_where_nothing_moved(settings: Settings) -> None:
    parts = check(settings, None, lambda _: FakeClassifier(), wiring.utc_now())
    assert not any("otherwise than before" in one.detail for one in parts)


def test_desk_is_told_the_same(moved: Engine) -> None:
    with reading(moved) as tx:
        found = compared(tx, LINE, wiring.utc_now()).watched
        told = shown(tx, LINE, wiring.utc_now()).lines
    assert [(one.source, one.moved) for one in told] == [
        ("chat", frozenset()),
        ("forum", frozenset({"unsure", "confidence", "mix"})),
    ]
    assert (told[1].label, told[1].now.share, told[1].before.share) == ("issue", 0.5, 0.8)
    assert "120 posts" in said(found[1])
    assert said(replace(found[1], source="chat")).startswith("intent of chat")
