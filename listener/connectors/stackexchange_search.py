"""Search Stack Exchange: its excerpts name the questions and answers that hold the words.

https://api.stackexchange.com/docs/excerpt-search. Excerpts lack authors and comments, so what was
found is read by its question; not again while the same is found. What was found is remembered in
the cursor, which is stored only with the posts.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from listener.connectors import Reject
from listener.connectors.json_item import BadItem, Item, as_item, maybe_whole, read_all, whole
from listener.connectors.stackexchange_api import Api, Reply

_TELLING: Final = (
    "question_id", "answer_id", "last_activity_date", "is_accepted", "has_accepted_answer",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hits:
    """What one page of a search found; `mark` is the same while it finds the same."""

    reply: Reply
    questions: tuple[int, ...]
    mark: str
    rejects: Sequence[Reject]


def search(api: Api, params: Mapping[str, str | int], *, what: str) -> Hits:
    """One page of questions and answers that hold the words. Raises ConnectorError."""
    reply = api.ask("search/excerpts", params, what=what)
    rejects = read_all(reply.items, _has_question).rejects
    items = [one for one in reply.items if isinstance(one, dict)]
    found = (maybe_whole(one, "question_id") for one in items)
    questions = tuple(dict.fromkeys(one for one in found if one is not None))
    return Hits(reply, questions, _mark(items), rejects)


def seen_in(cursor: str | None) -> dict[str, str]:
    """The marks in a cursor, by listing."""
    try:
        seen = as_item(as_item(json.loads(cursor or "{}")).get("seen", {}))
    except (ValueError, BadItem):
        return {}
    return {key: mark for key, mark in seen.items() if isinstance(mark, str)}


def with_seen(cursor: str, seen: Mapping[str, str]) -> str:
    """The cursor with these marks."""
    if not seen:
        return cursor
    found = {**json.loads(cursor), "seen": seen}
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False)


def _has_question(item: Item) -> None:
    whole(item, "question_id")


def _mark(items: Sequence[Mapping[str, Any]]) -> str:
    told = sorted(str([one.get(name) for name in _TELLING]) for one in items)
    return sha256("".join(told).encode()).hexdigest()[:16]
