"""Rows that tests start from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from store import cases, mentions, people
from store.db import Connection
from store.records import CaseKind, Draft, NewCase, Post
from tests.posts import MOMENT, a_post

UNKNOWN: Final = 2_000_000_000
"""A row id that nothing has."""


def saved(tx: Connection, *posts: Post, heard_at: datetime = MOMENT) -> list[int]:
    """The row ids of posts, now in the store."""
    return [one.id for one in mentions.save_posts(tx, posts, "test", heard_at)]


def person(tx: Connection, author: str = "u1", platform: str = "discourse") -> int:
    """The person behind an author, who wrote a post if they had not yet."""
    found = people.find(tx, platform, author)
    if found is None:
        saved(tx, a_post(f"first of {author}", author=author, platform=platform))
        found = people.find(tx, platform, author)
    assert found is not None
    return found


def new_case(
    tx: Connection,
    post_id: int,
    kind: CaseKind = CaseKind.HELP,
    *,
    priority: int = 0,
    opened_at: datetime = MOMENT,
    decide_after: datetime = MOMENT,
) -> NewCase:
    """A case about the author of a post."""
    person_id = mentions.load(tx, [post_id])[post_id].person_id
    return NewCase(
        post_id, person_id, kind, "seen in a test", opened_at, decide_after, priority=priority
    )


def an_open_case(tx: Connection, post: Post, kind: CaseKind = CaseKind.HELP) -> int:
    """The id of a case about a post."""
    (post_id,) = saved(tx, post)
    return only(cases.open_cases(tx, [new_case(tx, post_id, kind)]))


def draft_for(tx: Connection, case_id: int, body: str = "Thank you!") -> Draft:
    """A reply to the post of a case."""
    row = cases.load(tx, case_id)
    assert row is not None
    return Draft("discourse", row.post_id, row.person_id, body)


def only(values: Sequence[int]) -> int:
    """The one value there is."""
    (value,) = values
    return value
