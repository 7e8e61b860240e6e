"""What people said that posts read as, where a model had said otherwise. Append-only.

A label holds no words of its post: who learns from it reads them in the post, as long as it stands.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, ScalarSelect, Select, exists, insert, select

from store.records import Analysis, Task
from store.rows import chunks
from store.schema import edit, label, post


@dataclass(frozen=True, slots=True)
class StoredLabel:
    """One correction: what `model` had said of a post and how sure it was, and what is right."""

    id: int
    post_id: int
    task: Task
    said: str
    confidence: float
    model: str
    label: str
    may_train: bool
    """Whether its platform allows that a model learns from the post; else it may only tune
    thresholds and rules."""
    actor: str
    """The name of the member who said it."""
    at: datetime
    is_undone: bool


def add(
    tx: Connection, found: Analysis, right: str, *, may_train: bool, actor: str, at: datetime
) -> int:
    """Note that a post reads as `right`, and not as a model found; the id of the label."""
    row = {
        "post_id": found.post_id,
        "task": found.task.value,
        "said": found.label,
        "confidence": found.confidence,
        "model": found.model,
        "label": right,
        "may_train": may_train,
        "actor": actor,
        "at": at,
    }
    return int(tx.execute(insert(label).values(row).returning(label.c.id)).scalar_one())


def undo(tx: Connection, id: int, *, actor: str, at: datetime) -> None:
    """Take a label back, by a row of its own."""
    kept = ("post_id", "task", "said", "confidence", "model", "label", "may_train")
    row = tx.execute(select(label).where(label.c.id == id)).one()
    values = {name: row._mapping[name] for name in kept}
    tx.execute(insert(label).values(values | {"actor": actor, "at": at, "undoes": id}))


def of(tx: Connection, post_ids: Collection[int]) -> dict[int, dict[Task, StoredLabel]]:
    """What counts now, by post and task: the newest label that nobody took back.

    What was said of a former text of the post does not count for its new one.
    """
    found: defaultdict[int, dict[Task, StoredLabel]] = defaultdict(dict)
    for some in chunks(sorted(post_ids)):
        query = _given().where(label.c.post_id.in_(some), ~_undone())
        for row in tx.execute(query.order_by(label.c.id)):
            found[row.post_id][Task(row.task)] = _value(row)
    return dict(found)


def standing(task: Task) -> ScalarSelect[str | None]:
    """What a person said of the post of a query's row, if anybody did; a part of that query."""
    query = _given().where(label.c.post_id == post.c.id, label.c.task == task.value, ~_undone())
    newest = query.order_by(label.c.id.desc()).limit(1).correlate(post)
    return newest.with_only_columns(label.c.label).scalar_subquery()


def right(tx: Connection, post_ids: Collection[int]) -> dict[int, dict[Task, str]]:
    """The right label by post and task, where a person said it."""
    return {
        post_id: {task: one.label for task, one in by_task.items()}
        for post_id, by_task in of(tx, post_ids).items()
    }


def after(tx: Connection, id: int, limit: int) -> Sequence[StoredLabel]:
    """Labels of what posts say now, by id, from the one after `id` on, also those taken back."""
    query = _given().join(post, post.c.id == label.c.post_id)
    query = query.where(label.c.id > id, post.c.deleted_at.is_(None))
    return [_value(row) for row in tx.execute(query.order_by(label.c.id).limit(limit))]


def _given() -> Select[Any]:
    later = exists().where(edit.c.post_id == label.c.post_id, edit.c.replaced_at > label.c.at)
    query = select(label, _undone().label("is_undone"))
    return query.where(label.c.undoes.is_(None), ~later)


def _undone() -> Any:
    undoing = label.alias()
    return exists().where(undoing.c.undoes == label.c.id)


def _value(row: Row[Any]) -> StoredLabel:
    columns = row._asdict()
    del columns["undoes"]
    return StoredLabel(**columns | {"task": Task(row.task), "is_undone": bool(row.is_undone)})
