"""``laurels model mix``: shares of labels, corrected where it is known how the model errs."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot import wiring
from bot.commands.model_drift import drift
from bot.commands.model_mix import mix
from bot.settings import Settings
from models.weights_file import load
from store import analyses, mentions
from store.db import Engine, backup, open_store
from store.records import Analysis, Task
from store.settings import StoreSettings
from tests.posts import a_post

MODEL = load().name


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    return sqlite_engine


@pytest.fixture
def settings(engine: Engine) -> Settings:
    """Settings that name the store."""
    return Settings(store=StoreSettings(engine.url.render_as_string()))


def heard(engine: Engine, moods: dict[str, int], *, model: str = MODEL, days: int = 1) -> None:
    """Posts that a model read so."""
    now = wiring.utc_now()
    labels = [label for label, count in moods.items() for _ in range(count)]
    posts = [a_post(f"{days}-{n}", at=now - timedelta(days=days)) for n in range(len(labels))]
    with engine.begin() as tx:
        ids = [one.id for one in mentions.save_posts(tx, posts, "forum", now)]
        rows = [
            Analysis(id_, Task.SENTIMENT, model, label, 0.9)
            for id_, label in zip(ids, labels, strict=True)
        ]
        analyses.save(tx, rows)
        analyses.mark_understood(tx, ids, model)


def test_shares_are_corrected_with_an_interval(
    engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, {"negative": 30, "neutral": 60, "positive": 10})
    heard(engine, {"negative": 50}, days=60)
    mix(engine, settings, 30, as_json=True)
    found = json.loads(capsys.readouterr().out)["mix"]["sentiment"]
    posts = {label: one["posts"] for label, one in found.items()}
    assert posts == {"negative": 30, "neutral": 60, "positive": 10}
    assert sum(one["percent"] for one in found.values()) == pytest.approx(100, abs=0.1)
    for one in found.values():
        assert one["low_percent"] <= one["percent"] <= one["high_percent"]
    assert found["neutral"]["high_percent"] - found["neutral"]["low_percent"] > 5


def test_after_another_model_took_over_what_the_first_read_is_left_out_and_said_so(
    engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, {"negative": 30})
    heard(engine, {"positive": 2}, model=f"{MODEL}+1", days=2)
    mix(engine, settings, 30, as_json=False)
    assert "Not counted: 30 posts that another model read." in capsys.readouterr().out
    mix(engine, settings, 30, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["model"], found["left_out"]) == (f"{MODEL}+1", 30)
    assert found["mix"]["sentiment"]["positive"]["posts"] == 2


def test_table_fits_a_terminal(
    engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, {"negative": 30, "positive": 10})
    mix(engine, settings, 30, as_json=False)
    told = capsys.readouterr().out
    assert "75.0%" in told
    assert "95 times in 100" in told
    assert max(map(len, told.splitlines())) <= 80


def test_model_of_unknown_errors_is_not_corrected(
    engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "another/" + "x" * 60
    heard(engine, {"negative": 3, "positive": 1, "label " * 20: 1}, model=name)
    mix(engine, settings, 30, as_json=False)
    told = capsys.readouterr().out
    assert f"Of {name} it is not known how it errs" in " ".join(told.split())
    assert max(map(len, told.splitlines())) <= 80


def test_copy_that_may_only_be_read_is_counted(
    engine: Engine, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(engine, {"negative": 30, "positive": 10})
    backup(engine, tmp_path / "copy.db")
    copy = open_store(f"sqlite:///file:{tmp_path}/copy.db?mode=ro&uri=true")
    mix(copy, settings, 30, as_json=False)
    drift(copy, settings, as_json=False)
    copy.dispose()
    told = capsys.readouterr().out
    assert "75.0%" in told
    assert "fewer than 100 posts in 7 days" in told


def test_nothing_heard_is_told(
    engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    mix(engine, settings, 7, as_json=False)
    assert "No post of the last 7 days was read" in capsys.readouterr().out
