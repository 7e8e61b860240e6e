"""What people said that posts read as."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from store import labels, mentions, schema
from store.db import Connection
from store.records import Analysis, Task
from tests.posts import MOMENT, a_post
from tests.store.seeds import saved

LATER = MOMENT + timedelta(minutes=5)


def correct(
    tx: Connection, post_id: int, right: str, task: Task = Task.INTENT, at: datetime = MOMENT
) -> int:
    found = Analysis(post_id, task, "laurels-1", "issue", 0.7)
    return labels.add(tx, found, right, may_train=True, actor="Ann", at=at)


def test_label_keeps_both_words_and_who_said_it(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post())
    id_ = correct(tx, post_id, "question")
    (found,) = labels.of(tx, [post_id])[post_id].values()
    assert found == labels.StoredLabel(
        id_, post_id, Task.INTENT, "issue", 0.7, "laurels-1", "question", True, "Ann", MOMENT, False
    )


def test_newest_label_of_each_task_counts(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post())
    correct(tx, post_id, "question")
    correct(tx, post_id, "request")
    correct(tx, post_id, "negative", Task.SENTIMENT)
    right = {post_id: {Task.INTENT: "request", Task.SENTIMENT: "negative"}}
    assert labels.right(tx, [post_id]) == right


def test_label_taken_back_lets_the_one_before_count_again(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post())
    first, second = correct(tx, post_id, "question"), correct(tx, post_id, "request")
    labels.undo(tx, second, actor="Bo", at=LATER)
    assert labels.right(tx, [post_id]) == {post_id: {Task.INTENT: "question"}}
    labels.undo(tx, first, actor="Bo", at=LATER)
    assert labels.right(tx, [post_id]) == {}
    told = labels.after(tx, 0, 10)
    assert [(one.id, one.is_undone) for one in told] == [(first, True), (second, True)]
    assert labels.after(tx, first, 10) == told[1:]


def test_label_is_taken_back_once(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post())
    id_ = correct(tx, post_id, "question")
    labels.undo(tx, id_, actor="Ann", at=LATER)
    with pytest.raises(DBAPIError), tx.begin_nested():
        labels.undo(tx, id_, actor="Bo", at=LATER)


def test_label_of_a_former_text_does_not_count(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post(text="It broke."))
    correct(tx, post_id, "question")
    saved(tx, replace(a_post(text="It works again."), edited_at=LATER), heard_at=LATER)
    assert labels.right(tx, [post_id]) == {}
    assert labels.after(tx, 0, 10) == []
    correct(tx, post_id, "praise", at=LATER)
    assert labels.right(tx, [post_id]) == {post_id: {Task.INTENT: "praise"}}


def test_labels_go_with_their_post(tx: Connection) -> None:
    gone, kept = saved(tx, a_post("p1"), a_post("p2"))
    for post_id in (gone, kept):
        labels.undo(tx, correct(tx, post_id, "question"), actor="Ann", at=LATER)
    mentions.delete_post(tx, "discourse", "p1", MOMENT, MOMENT)
    assert set(tx.scalars(select(schema.label.c.post_id))) == {kept}
    assert [one.post_id for one in labels.after(tx, 0, 10)] == [kept]


def test_labels_of_a_standing_post_stay(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post())
    correct(tx, post_id, "question")
    with pytest.raises(DBAPIError, match="append-only"), tx.begin_nested():
        tx.execute(text("DELETE FROM label"))
    assert tx.scalar(select(func.count()).select_from(schema.label)) == 1
