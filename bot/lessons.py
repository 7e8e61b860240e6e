"""What the store knows of how posts read: corrected, confirmed, or judged by nobody."""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

import numpy as np

from models.adapt import Evidence, Origin
from models.adapted import Rows
from models.text import prepare
from rewards.act import POLICY
from store import confirmed, labels, mentions
from store.db import Connection
from store.labels import StoredLabel
from store.records import StoredPost, Task

MayTrain = Callable[[str], bool]

_CONFIRMED: Final = 1_500
"""Confirmed posts that are looked at, the newest."""
_UNJUDGED: Final = 500
_PAGE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one post teaches of one task."""

    post: StoredPost
    task: Task
    right: str | None
    """The right label; None where nobody judged."""
    origin: Origin
    may_train: bool
    at: datetime | None

    @property
    def text(self) -> str:
        """The words as the model reads them."""
        return prepare(self.post.post.text, self.post.post.title)


def lessons(
    tx: Connection, tasks: Mapping[Task, Sequence[str]], may_train: MayTrain
) -> dict[Task, list[Lesson]]:
    """All there is to learn of each task, whose labels are given; a deleted post teaches nothing.

    A platform that forbids it today is not learned from, whatever it allowed when the label came.
    """
    said = _standing(tx)
    seen = confirmed.acted_on(tx, POLICY, _CONFIRMED)
    read = confirmed.agreed(tx, seen)
    posts = mentions.load(tx, {post_id for post_id, _ in said} | set(seen))
    others = confirmed.spread(tx, _UNJUDGED)
    found: dict[Task, list[Lesson]] = {}
    for task, words in tasks.items():
        corrected = [one for (_, of), one in said.items() if of is task and one.label in words]
        found[task] = [_corrected(posts[one.post_id], one, may_train) for one in corrected]
        judged = {one.post_id for one in corrected}
        for post_id, at in seen.items():
            told = read.get(post_id, {}).get(task)
            if post_id not in judged and told in words:
                judged.add(post_id)
                post = posts[post_id]
                allowed = may_train(post.post.platform)
                lesson = Lesson(post, task, told, Origin.CONFIRMED, allowed, at)
                found[task].append(lesson)
        found[task] += [
            Lesson(one, task, None, Origin.UNJUDGED, may_train(one.post.platform), None)
            for one in others
            if one.id not in judged
        ]
    return found


def evidence(
    some: Sequence[Lesson],
    words: Sequence[str],
    features: Rows,
    shipped: Rows,
    since: datetime | None,
) -> Evidence:
    """Lessons of one task, a row each, with what the network tells of each; `since` parts the new
    ones from the old."""
    right = [
        int(shipped[row].argmax()) if one.right is None else words.index(one.right)
        for row, one in enumerate(some)
    ]
    new = [one.at is not None and (since is None or one.at > since) for one in some]
    return Evidence(
        features=features,
        shipped=shipped,
        right=np.array(right, dtype=np.int64),
        origin=np.array([one.origin for one in some], dtype=np.int64),
        may_train=np.array([one.may_train for one in some], dtype=np.bool_),
        is_new=np.array(new, dtype=np.bool_),
        groups=np.array(list(_groups(some)), dtype=np.int64),
    )


def digest(found: Mapping[Task, Sequence[Lesson]]) -> str:
    """A hash over who said what of which post, by ids: the same for the same judgements."""
    told = sorted(
        f"{one.post.id} {one.task} {one.right} {one.may_train}"
        for some in found.values()
        for one in some
        if one.right is not None
    )
    return sha256("\n".join(told).encode()).hexdigest()


def _groups(some: Sequence[Lesson]) -> Iterator[int]:
    """A number for each: the same for posts of one person, and for copies of one text."""
    first: dict[str, int] = {}
    for one in some:
        person = first.setdefault(one.text, one.post.person_id)
        yield zlib.crc32(str(person).encode())


def _corrected(post: StoredPost, label: StoredLabel, may_train: MayTrain) -> Lesson:
    allowed = label.may_train and may_train(post.post.platform)
    return Lesson(post, label.task, label.label, Origin.CORRECTED, allowed, label.at)


def _standing(tx: Connection) -> dict[tuple[int, Task], StoredLabel]:
    """The newest label of each post and task that nobody took back."""
    found: dict[tuple[int, Task], StoredLabel] = {}
    after = 0
    while page := labels.after(tx, after, _PAGE):
        found |= {(one.post_id, one.task): one for one in page if not one.is_undone}
        after = page[-1].id
    return found
