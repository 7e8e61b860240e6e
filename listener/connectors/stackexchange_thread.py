"""Whole conversations of Stack Exchange: every comment with its words, and what fits into bounds.

A comment within a question can come without its body; its words are then asked for by its number.
"""

from collections.abc import Sequence
from typing import Any, Final

from listener.connectors import Bounds, ConnectorError
from listener.connectors.json_item import Found, Item, maybe_text, maybe_whole, read_all
from listener.connectors.stackexchange_api import Api, Reply
from listener.connectors.stackexchange_post import (
    ANSWER,
    COMMENT,
    QUESTION,
    conversation,
    parts_of,
    post_id,
    read,
)
from store.records import Post

LARGEST: Final = 100
"""Items of a page, and ids of a request."""
METHODS: Final = {QUESTION: "questions", ANSWER: "answers", COMMENT: "comments"}


def by_id(api: Api, site: str, letter: str, numbers: Sequence[int]) -> Reply:
    """At most 100 questions, answers or comments by their numbers."""
    method = METHODS[letter]
    what = f"{len(numbers)} {method} of {site}"
    params: dict[str, str | int] = {"site": site, "pagesize": LARGEST}
    return api.ask(method + "/{ids}", params, what=what, ids=numbers)


def whole(
    api: Api, questions: Sequence[Any], site: str, *, requests: int = 5, first: str | None = None
) -> Found:
    """Questions with all that is under them; at most so many requests for words that lack.

    A comment whose words are not told is a Reject. `first` is the id of one not to be left out.
    """
    items = _flat(questions, site)
    silent = [number for one in items if (number := _silent(one)) is not None]
    silent.sort(key=lambda number: post_id(site, COMMENT, number) != first)
    told: dict[int, Item] = {}
    for at in range(0, min(len(silent), requests * LARGEST), LARGEST):
        for one in by_id(api, site, COMMENT, silent[at : at + LARGEST]).items:
            if isinstance(one, dict) and (number := maybe_whole(one, "comment_id")) is not None:
                told[number] = one
    return read_all((_with_words(one, told) for one in items), read)


def around(api: Api, post: Post, bounds: Bounds) -> Sequence[Post]:
    """The question, its answers and all comments, within bounds; empty where it is gone."""
    known = parts_of(post.thread_id or post.platform_id)
    if known is None or known[1] != QUESTION or bounds.requests < api.least:
        return (post,)
    site, _, number = known
    before = api.asked
    questions = by_id(api, site, QUESTION, [number]).items
    left = bounds.requests - (api.asked - before)
    try:
        found = whole(api, questions, site, requests=left, first=post.platform_id)
    except ConnectorError:
        found = whole(api, questions, site, requests=0)  # Read again with the next look.
    told = {one.platform_id for one in found.posts}
    untold = {post_id(site, COMMENT, _silent(one) or 0) for one in _flat(questions, site)} - told
    # It stands there, and its words are known from the post itself.
    known_here = (post,) if post.platform_id in untold else ()
    return _nearest((*found.posts, *known_here), post, bounds)


def _flat(questions: Sequence[Any], site: str) -> list[Any]:
    items: list[Any] = []
    for one in questions:
        items += conversation(one, site) if isinstance(one, dict) else (one,)
    return items


def _nearest(posts: Sequence[Post], post: Post, bounds: Bounds) -> Sequence[Post]:
    """What fits: the post and its question, what it replies to, its replies, then the others."""
    needed = (post.platform_id, post.thread_id or post.platform_id)

    def rank(one: Post) -> int:
        if one.platform_id in needed:
            return needed.index(one.platform_id)
        if one.platform_id == post.parent_id:
            return 2
        return 3 if one.parent_id == post.platform_id else 4

    parents = {one.platform_id: one.parent_id for one in posts}
    shallow = [
        one for one in posts if rank(one) < 2 or _depth(one.platform_id, parents) <= bounds.depth
    ]
    kept = sorted(shallow, key=rank)[: max(bounds.posts, len({*needed}))]
    chosen = {one.platform_id for one in kept}
    return tuple(one for one in shallow if one.platform_id in chosen)


def _depth(platform_id: str, parents: dict[str, str | None]) -> int:
    above = parents.get(platform_id)
    return 0 if above is None else 1 + _depth(above, parents)


def _silent(item: object) -> int | None:
    """The number of a comment that came without its words."""
    if not isinstance(item, dict) or maybe_text(item, "body") is not None:
        return None
    return maybe_whole(item, "comment_id")


def _with_words(item: object, told: dict[int, Item]) -> object:
    number = _silent(item)
    if number is None or number not in told or not isinstance(item, dict):
        return item
    return {**item, **told[number]}
