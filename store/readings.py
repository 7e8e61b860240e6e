"""What the model in use said lately and before, counted: for whoever watches it for drift."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, and_, case, func, or_, select

from store.records import Task
from store.schema import analysis, post


@dataclass(frozen=True, slots=True)
class Count:
    """Posts of one source and language that one label was read in, lately or before."""

    source: str
    language: str
    """A code, or `und`."""
    task: Task
    label: str
    is_late: bool
    posts: int
    unsure: int
    """Those that are guesses, or with a confidence below the line asked for."""
    confidence: float
    squares: float
    """The sums of the confidences and of their squares."""


def model_in_use(tx: Connection, since: datetime) -> str | None:
    """The model that understood the newest of the posts written since; None where none was.

    The newest is the one heard last: what a post says of its own time may be wrong.
    """
    model = post.c.understood_by
    query = select(model).where(post.c.created_at >= since, model.is_not(None))
    return tx.scalar(query.order_by(post.c.id.desc()).limit(1))


def left_out(tx: Connection, model: str, *, since: datetime, until: datetime) -> int:
    """How many posts of that time `counts` leaves out because another model understood them."""
    query = select(func.count()).where(*_standing(since, until), post.c.understood_by != model)
    return tx.scalar(query) or 0


def counts(
    tx: Connection,
    model: str,
    tasks: Collection[Task],
    *,
    since: datetime,
    late: datetime,
    until: datetime,
    line: float,
) -> list[Count]:
    """Standing posts that `model` understood, written from `since` to `until`, by source, language,
    task and label; `late` parts them in two."""
    spoken = analysis.alias()
    language = func.coalesce(spoken.c.label, "und").label("language")
    is_late = case((post.c.created_at >= late, 1), else_=0).label("is_late")
    kept = (post.c.source, analysis.c.task, analysis.c.label)
    query = (
        select(*kept, language, is_late, *_sums(line))
        .join_from(post, analysis, _by(analysis, model))
        .outerjoin(spoken, and_(_by(spoken, model), spoken.c.task == Task.LANGUAGE.value))
        .where(
            *_standing(since, until),
            post.c.understood_by == model,
            analysis.c.task.in_([one.value for one in tasks]),
        )
        .group_by(*kept, "language", "is_late")
        .order_by(post.c.source, "language", analysis.c.task, analysis.c.label, "is_late")
    )
    return [_count(row) for row in tx.execute(query)]


def _sums(line: float) -> tuple[ColumnElement[Any], ...]:
    sure = analysis.c.confidence
    is_unsure = or_(sure < line, analysis.c.is_guess)
    return (
        func.count().label("posts"),
        func.sum(case((is_unsure, 1), else_=0)).label("unsure"),
        func.sum(sure).label("confidence"),
        func.sum(sure * sure).label("squares"),
    )


def _count(row: Row[Any]) -> Count:
    return Count(
        source=row.source,
        language=row.language,
        task=Task(row.task),
        label=row.label,
        is_late=bool(row.is_late),
        posts=row.posts,
        unsure=int(row.unsure),
        confidence=float(row.confidence),
        squares=float(row.squares),
    )


def _by(said: FromClause, model: str) -> ColumnElement[bool]:
    return and_(said.c.post_id == post.c.id, said.c.model == model)


def _standing(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return post.c.created_at >= since, post.c.created_at < until, post.c.deleted_at.is_(None)
