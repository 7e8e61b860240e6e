"""Counts per UTC day, rebuilt from the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, literal, select
from sqlalchemy import insert as plain_insert

from store.records import MessageState, Task
from store.schema import analysis, case, outbox, post, rollup


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many of one label on one day; `label` is empty where a measure has none."""

    day: date
    label: str
    count: int


def rebuild(tx: Connection, since: date | None) -> None:
    """Count again all days, or those from `since` on.

    Measures: `posts`, `sentiment` and `intent` by label, `cases_opened`, `thanks` (sent).
    """
    stale = delete(rollup)
    tx.execute(stale if since is None else stale.where(rollup.c.day >= since.isoformat()))
    start = None if since is None else datetime.combine(since, time(), UTC)
    for query in _measures(tx, start):
        columns = ("day", "measure", "label", "count")
        tx.execute(plain_insert(rollup).from_select(columns, query))


def read(tx: Connection, measure: str, since: date | None = None) -> list[DayCount]:
    """A measure by day, oldest first; `sentiment:negative` reads one label of a measure."""
    name, _, label = measure.partition(":")
    columns = rollup.c.day, rollup.c.label, rollup.c.count.label("n")
    query = select(*columns).where(rollup.c.measure == name)
    if label:
        query = query.where(rollup.c.label == label)
    if since is not None:
        query = query.where(rollup.c.day >= since.isoformat())
    return [
        DayCount(date.fromisoformat(row.day), row.label, row.n)
        for row in tx.execute(query.order_by(rollup.c.day, rollup.c.label))
    ]


def _measures(tx: Connection, start: datetime | None) -> Sequence[Select[Any]]:
    plain = literal("")
    posts = _by_day(tx, "posts", post.c.created_at, plain, start)
    cases = _by_day(tx, "cases_opened", case.c.opened_at, plain, start)
    thanks = _by_day(tx, "thanks", outbox.c.sent_at, plain, start)
    return [
        posts.where(post.c.deleted_at.is_(None)),
        *(_judged(tx, task, start) for task in (Task.SENTIMENT, Task.INTENT)),
        cases,
        thanks.where(outbox.c.state == MessageState.SENT.value),
    ]


def _judged(tx: Connection, task: Task, start: datetime | None) -> Select[Any]:
    counted = _by_day(tx, task.value, post.c.created_at, analysis.c.label, start)
    return counted.join_from(post, analysis, analysis.c.post_id == post.c.id).where(
        analysis.c.task == task.value,
        analysis.c.model == post.c.understood_by,
        post.c.deleted_at.is_(None),
    )


def _by_day(
    tx: Connection,
    measure: str,
    moment: ColumnElement[Any],
    label: ColumnElement[Any],
    start: datetime | None,
) -> Select[Any]:
    day = _utc_day(tx, moment).label("day")
    query = select(day, literal(measure), label.label("label"), func.count().label("n"))
    query = query.group_by("day", "label")
    return query if start is None else query.where(moment >= start)


def _utc_day(tx: Connection, moment: ColumnElement[Any]) -> ColumnElement[str]:
    if tx.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD")
    return func.strftime("%Y-%m-%d", moment)
