"""What the models said of posts, and which posts still wait for it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from store.posts import fetch, stored
from store.records import Analysis, StoredPost, Task
from store.rows import chunks, insert
from store.schema import analysis, post

_SAID: Final = ("label", "confidence", "scores", "is_guess")


def pending(tx: Connection, limit: int, after_id: int = 0) -> list[StoredPost]:
    """Posts not understood yet, by id; deleted ones are left out.

    A post comes back here when its text changes. `after_id` lets a sweep pass over posts that
    it could not do.
    """
    query = (
        stored()
        .where(post.c.understood_by.is_(None), post.c.id > after_id, post.c.deleted_at.is_(None))
        .order_by(post.c.id)
        .limit(limit)
    )
    return fetch(tx, query)


def save(tx: Connection, analyses: Sequence[Analysis]) -> None:
    """Save analyses; one that is there already for its post, task and model is replaced."""
    # In one order, so that two transactions with the same posts cannot lock each other out.
    newest = {(one.post_id, one.task.value, one.model): one for one in analyses}
    rows = sorted(newest.items(), key=lambda item: item[0])
    if not rows:
        return
    statement = insert(tx, analysis)
    replaced = {name: statement.excluded[name] for name in _SAID}
    tx.execute(
        statement.on_conflict_do_update(index_elements=["post_id", "task", "model"], set_=replaced),
        [
            {
                "post_id": post_id,
                "task": task,
                "model": model,
                "label": one.label,
                "confidence": one.confidence,
                "scores": _short(one.scores),
                "is_guess": one.is_guess,
            }
            for (post_id, task, model), one in rows
        ],
    )


def mark_understood(tx: Connection, post_ids: Collection[int], model: str) -> None:
    """Take posts off the waiting line."""
    if post_ids:
        tx.execute(
            update(post).where(post.c.id == bindparam("post_row")),
            [{"post_row": id_, "understood_by": model} for id_ in sorted(post_ids)],
        )


def of(tx: Connection, post_ids: Collection[int]) -> dict[int, dict[Task, Analysis]]:
    """Analyses by post and task; where two models judged, that of the last to understand it."""
    found: defaultdict[int, dict[Task, Analysis]] = defaultdict(dict)
    for some in chunks(list(post_ids)):
        query = (
            select(analysis)
            .join(post, post.c.id == analysis.c.post_id)
            .where(analysis.c.post_id.in_(some))
            .order_by((analysis.c.model == post.c.understood_by).asc(), analysis.c.id)
        )
        for row in tx.execute(query):
            found[row.post_id][Task(row.task)] = Analysis(
                row.post_id, Task(row.task), row.model, row.label, row.confidence, row.scores,
                row.is_guess,
            )  # fmt: skip
    return dict(found)


def _short(scores: Mapping[str, float]) -> dict[str, float]:
    """Four digits are what a score is worth, and a third of the bytes."""
    return {label: round(score, 4) for label, score in scores.items()}
