"""Whether what the model in use reads of late differs from before, by source and language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from desk.drift import Line, Read, Shown
from models.drift import Drift, Sign, Span, drift
from store.db import Connection
from store.readings import Count, counts, left_out, model_in_use
from store.records import Task

LATE: Final = timedelta(days=7)
BEFORE: Final = timedelta(days=28)
"""Whole weeks both, so that weekends weigh the same."""
TASKS: Final = (Task.INTENT, Task.SENTIMENT)


@dataclass(frozen=True, slots=True)
class Watched:
    """One source, language and task, with what moved."""

    source: str
    language: str
    task: Task
    drift: Drift


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was read in the last week, where anything was, by source, language and task."""

    watched: Sequence[Watched]
    left_out: int
    """Posts of the time that another model read."""


def compared(tx: Connection, line: float, now: datetime) -> Comparison:
    """The last week beside the weeks before.

    Only what the model in use said counts, on both sides: another model is another measure. Below
    `line` a post is in doubt.
    """
    late = now - LATE
    model = model_in_use(tx, late)
    if model is None:
        return Comparison((), 0)
    since = late - BEFORE
    found = counts(tx, model, TASKS, since=since, late=late, until=now, line=line)
    return Comparison(
        [one for one in _watched(found) if one.drift.now.n],
        left_out(tx, model, since=since, until=now),
    )


def said(one: Watched) -> str:
    """What moved, in a line."""
    before, now = one.drift.before, one.drift.now
    signs = {
        Sign.UNSURE: f"{now.share_unsure:.0%} in doubt, before {before.share_unsure:.0%}",
        Sign.CONFIDENCE: f"mean confidence {now.mean:.2f}, before {before.mean:.2f}",
        Sign.MIX: f"{now.part(one.drift.label):.0%} {one.drift.label}, before "
        f"{before.part(one.drift.label):.0%}",
    }
    told = "; ".join(words for sign, words in signs.items() if sign in one.drift.moved)
    posts = f"{now.n:,} posts, before {before.n:,}"
    return f"{one.task} of {one.source} ({one.language}): {told} ({posts})"


def shown(tx: Connection, line: float, now: datetime) -> Shown:
    """The same as the desk shows it."""
    found = compared(tx, line, now)
    return Shown([_line(one) for one in found.watched], found.left_out)


def _line(one: Watched) -> Line:
    return Line(
        source=one.source,
        language=one.language,
        task=one.task.value,
        label=one.drift.label,
        before=_read(one.drift.before, one.drift.label),
        now=_read(one.drift.now, one.drift.label),
        is_enough=one.drift.is_enough,
        moved=frozenset(sign.value for sign in one.drift.moved),
    )


def _read(span: Span, label: str) -> Read:
    return Read(span.n, span.share_unsure, span.mean, span.part(label))


def _watched(found: list[Count]) -> Iterator[Watched]:
    for (source, language, task), some in groupby(
        found, key=lambda one: (one.source, one.language, one.task)
    ):
        both = list(some)
        before = _span([one for one in both if not one.is_late])
        now = _span([one for one in both if one.is_late])
        yield Watched(source, language, task, drift(before, now))


def _span(some: list[Count]) -> Span:
    return Span(
        labels={one.label: one.posts for one in some},
        unsure=sum(one.unsure for one in some),
        confidence=sum(one.confidence for one in some),
        squares=sum(one.squares for one in some),
    )
