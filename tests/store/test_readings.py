"""What the model in use said, counted by source, language, task and label."""

from datetime import datetime, timedelta

import pytest

from store import analyses, mentions
from store.db import Connection
from store.readings import Count, counts, left_out, model_in_use
from store.records import Analysis, Task
from tests.posts import MOMENT, a_post

WEEK = timedelta(days=7)


def read(
    tx: Connection,
    name: str,
    label: str,
    confidence: float,
    *,
    ago: timedelta = timedelta(days=1),
    source: str = "forum",
    language: str | None = "en",
    model: str = "m-2",
) -> None:
    """A post that the model read so."""
    post = a_post(name, at=MOMENT - ago)
    (saved,) = mentions.save_posts(tx, [post], source, MOMENT)
    rows = [Analysis(saved.id, Task.INTENT, model, label, confidence)]
    if language:
        rows.append(Analysis(saved.id, Task.LANGUAGE, model, language, 0.9))
    analyses.save(tx, rows)
    analyses.mark_understood(tx, [saved.id], model)


def told(tx: Connection, since: datetime = MOMENT - 5 * WEEK) -> list[Count]:
    return counts(tx, "m-2", [Task.INTENT], since=since, late=MOMENT - WEEK, until=MOMENT, line=0.6)


def test_posts_are_counted_by_label_lately_and_before(tx: Connection) -> None:
    read(tx, "a", "issue", 0.9)
    read(tx, "b", "issue", 0.5)
    read(tx, "c", "issue", 0.8, ago=2 * WEEK)
    read(tx, "d", "question", 0.8)
    before, now, other = told(tx)
    assert (before.label, before.is_late, before.posts, before.unsure) == ("issue", False, 1, 0)
    assert (now.label, now.is_late, now.posts, now.unsure) == ("issue", True, 2, 1)
    assert now.confidence == pytest.approx(1.4)
    assert now.squares == pytest.approx(1.06)
    assert (other.source, other.language, other.task) == ("forum", "en", Task.INTENT)


def test_each_source_and_language_is_counted_for_itself(tx: Connection) -> None:
    read(tx, "a", "issue", 0.9)
    read(tx, "b", "issue", 0.9, source="chat")
    read(tx, "c", "issue", 0.9, language="de")
    read(tx, "d", "issue", 0.9, language=None)
    assert [(one.source, one.language) for one in told(tx)] == [
        ("chat", "en"), ("forum", "de"), ("forum", "en"), ("forum", "und"),
    ]  # fmt: skip


def test_only_standing_posts_of_the_time_that_the_model_in_use_read_count(tx: Connection) -> None:
    read(tx, "old", "issue", 0.9, ago=6 * WEEK)
    read(tx, "other", "issue", 0.9, model="m-1")
    read(tx, "gone", "issue", 0.9)
    read(tx, "after", "issue", 0.9, ago=-timedelta(hours=1))
    mentions.delete_post(tx, "discourse", "gone", MOMENT, MOMENT)
    assert told(tx) == []


def test_posts_that_another_model_read_are_left_out(tx: Connection) -> None:
    read(tx, "mine", "issue", 0.9)
    for name in "abc":
        read(tx, name, "issue", 0.9, model="m-1")
    read(tx, "old", "issue", 0.9, ago=6 * WEEK, model="m-1")
    read(tx, "after", "issue", 0.9, ago=-timedelta(hours=1), model="m-1")
    mentions.delete_post(tx, "discourse", "a", MOMENT, MOMENT)
    assert left_out(tx, "m-2", since=MOMENT - 5 * WEEK, until=MOMENT) == 2
    assert left_out(tx, "m-1", since=MOMENT - 5 * WEEK, until=MOMENT) == 1


def test_model_in_use_is_the_one_that_read_last(tx: Connection) -> None:
    assert model_in_use(tx, MOMENT - WEEK) is None
    for name in "abc":
        read(tx, name, "issue", 0.9, model="m-1")
    assert model_in_use(tx, MOMENT - WEEK) == "m-1"
    read(tx, "d", "issue", 0.9, ago=timedelta(days=2))
    saved = mentions.save_posts(tx, [a_post("unread", at=MOMENT)], "forum", MOMENT)
    assert saved
    assert model_in_use(tx, MOMENT - WEEK) == "m-2"
    assert model_in_use(tx, MOMENT - timedelta(days=1, hours=1)) == "m-1"
