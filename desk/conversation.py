"""What was said around the post of a case: its thread, or the talk of a flat chat near it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from store import mentions, pages
from store.db import Connection
from store.pages import Span
from store.records import ActOfHelp, StoredPost

BEFORE: Final = 14
AFTER: Final = 6
"""Posts of a flat chat shown before and after the one in question."""
THREAD: Final = 40
"""Posts of a thread shown; of a longer one, those around the one in question."""
LULL: Final = timedelta(hours=6)
"""A silence after which a flat chat is another conversation."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One post of the conversation; `role` says why it matters here."""

    stored: StoredPost
    asked: bool
    role: str
    spans: Sequence[Span]
    edits: int


def read(tx: Connection, post: StoredPost, act: ActOfHelp | None) -> tuple[list[Turn], bool]:
    """Read what was said around a post, and whether more of it was left out."""
    posts, cut = _thread(tx, post) if is_threaded(post) else (_chat(tx, post), False)
    roles = _roles(act)
    known = {one.id: one for one in [*posts, post]}
    known |= mentions.load(tx, [id_ for id_ in roles if id_ not in known])
    ordered = sorted(known.values(), key=lambda one: (one.post.created_at, one.id))
    spans, edits = pages.matched(tx, list(known)), pages.edit_counts(tx, list(known))
    turns = [
        Turn(
            one,
            one.id == post.id,
            roles.get(one.id, ""),
            _in_text(one, spans.get(one.id, ())),
            edits.get(one.id, 0),
        )
        for one in ordered
    ]
    return turns, cut


def is_threaded(post: StoredPost) -> bool:
    """Whether the platform says what answers what."""
    return post.post.thread_id is not None or post.post.channel is None


def _thread(tx: Connection, post: StoredPost) -> tuple[list[StoredPost], bool]:
    root = post.post.thread_id or post.post.platform_id
    posts = mentions.thread(tx, post.post.platform, root)
    if len(posts) <= THREAD:
        return posts, False
    at = next((n for n, one in enumerate(posts) if one.id == post.id), len(posts))
    start = max(1, min(at - THREAD // 2, len(posts) - THREAD + 1))
    return posts[:1] + posts[start : start + THREAD - 1], True


def _chat(tx: Connection, post: StoredPost) -> list[StoredPost]:
    """The talk around a post where nothing says what answers what."""
    said = post.post
    before = mentions.window(tx, said.platform, said.channel, said.created_at, BEFORE)
    after = pages.following(tx, said.platform, said.channel or "", said.created_at, AFTER + 1)
    near = [one for one in before if said.created_at - one.post.created_at < LULL]
    return near + [one for one in after if one.post.created_at - said.created_at < LULL]


def _roles(act: ActOfHelp | None) -> dict[int, str]:
    if act is None:
        return {}
    named = ((act.asked_post_id, "asked"), (act.evidence_post_id, "thanks"), (act.post_id, "help"))
    return {id_: role for id_, role in named if id_ is not None}


def _in_text(stored: StoredPost, spans: Sequence[Span]) -> list[Span]:
    """Spans count from the start of the title; the page shows the text alone."""
    title = stored.post.title
    shift = len(title) + 1 if title else 0
    return [(start - shift, end - shift) for start, end in spans if start >= shift]
