"""Why a post is perhaps not about us, or spam, in words for a person."""

from collections.abc import Mapping
from typing import Final

from desk.words import excerpt
from store import mentions
from store.db import Connection
from store.records import LIKE, SHARED, UNLIKE, Analysis, Task

EXPLAINED: Final = (Task.RELEVANCE, Task.SPAM)
"""Tasks whose scores hold reasons beside the probability."""


def read(tx: Connection, found: Mapping[Task, Analysis]) -> list[str]:
    """A line for each reason, from the analyses of one post; empty where nothing is in doubt."""
    lines: list[str] = []
    if (relevance := found.get(Task.RELEVANCE)) is not None:
        lines += _relevance(tx, relevance)
    if (spam := found.get(Task.SPAM)) is not None:
        marks = ", ".join(name for name in spam.scores if name != Task.SPAM)
        lines.append(f"Like spam, {spam.scores.get(Task.SPAM, 0.0):.2f}: {marks}")
    return lines


def _relevance(tx: Connection, found: Analysis) -> list[str]:
    lines = [f"About us, {found.scores.get(Task.RELEVANCE, 0.0):.2f}"]
    if unlike := _words(found, UNLIKE):
        lines.append(f"Unlike the description: {unlike}")
    if shared := _words(found, SHARED):
        lines.append(f"Like the description: {shared}")
    for name, about in found.scores.items():
        if name.startswith(LIKE):
            alike = mentions.load(tx, [int(name.removeprefix(LIKE))])
            said = "said to be about us" if about else "dismissed as not about us"
            lines += [f"Like a post {said}: “{_quote(one.post.text)}”" for one in alike.values()]
    return lines


def _words(found: Analysis, kind: str) -> str:
    return ", ".join(name.removeprefix(kind) for name in found.scores if name.startswith(kind))


def _quote(text: str) -> str:
    return excerpt(text, 120) or "deleted"
