"""Why a post is perhaps not about us, or spam, in words for a person."""

from collections.abc import Mapping
from typing import Final

from desk.words import excerpt, percent
from store import mentions
from store.db import Connection
from store.records import LIKE, SHARED, UNLIKE, Analysis, Lane, Task

EXPLAINED: Final = (Task.RELEVANCE, Task.SPAM)
"""Tasks whose scores hold reasons beside the probability."""


def brief(found: Mapping[Task, Analysis], lane: Lane) -> str:
    """Why a case waits in its lane, in one line, from the analyses of its post; empty where
    nothing tells."""
    relevance = found.get(Task.RELEVANCE)
    if lane is Lane.SPAM:
        return _spam(found)
    if lane is not Lane.UNSURE or relevance is None:
        return ""
    why = _against(relevance)
    return _likely(relevance) + (f": {why}" if why else "")


def read(tx: Connection, found: Mapping[Task, Analysis], lane: Lane) -> list[str]:
    """A line for each reason, from the analyses of one post, that of its lane first; empty where
    nothing is in doubt."""
    relevance = found.get(Task.RELEVANCE)
    lines = [] if relevance is None else [_likely(relevance), *_reasons(tx, relevance)]
    spam = [line] if (line := _spam(found)) else []
    return [*spam, *lines] if lane is Lane.SPAM else [*lines, *spam]


def _likely(relevance: Analysis) -> str:
    return f"{percent(relevance.scores.get(Task.RELEVANCE, 0.0))} likely about us"


def _spam(found: Mapping[Task, Analysis]) -> str:
    spam = found.get(Task.SPAM)
    if spam is None:
        return ""
    marks = ", ".join(name for name in spam.scores if name != Task.SPAM)
    likely = f"{percent(spam.scores.get(Task.SPAM, 0.0))} likely spam"
    return f"{likely}: {marks}" if marks else likely


def _against(relevance: Analysis) -> str:
    if any(name.startswith(LIKE) and not about for name, about in relevance.scores.items()):
        return "like a post that was dismissed"
    unlike = _words(relevance, UNLIKE)
    return f"unlike the description: {unlike}" if unlike else ""


def _reasons(tx: Connection, found: Analysis) -> list[str]:
    lines = []
    for name, about in found.scores.items():
        if name.startswith(LIKE):
            alike = mentions.load(tx, [int(name.removeprefix(LIKE))])
            said = "said to be about us" if about else "dismissed as not about us"
            lines += [f"Like a post {said}: “{_quote(one.post.text)}”" for one in alike.values()]
    if unlike := _words(found, UNLIKE):
        lines.append(f"Unlike the description: {unlike}")
    if shared := _words(found, SHARED):
        lines.append(f"Like the description: {shared}")
    return lines


def _words(found: Analysis, kind: str) -> str:
    return ", ".join(name.removeprefix(kind) for name in found.scores if name.startswith(kind))


def _quote(text: str) -> str:
    return excerpt(text, 120) or "deleted"
