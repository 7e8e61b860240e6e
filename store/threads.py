"""Which thread posts are in, where a platform names only the post that is replied to.

Such a post is stored in the thread of what it replies to, as far as that is known then. A thread's
id must name the post that begins it: once more is known, all that was put elsewhere follows.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, case, null, select, update

from store.rows import chunks, one_of
from store.schema import post

Columns = Mapping[str, Any]


class Place(NamedTuple):
    """A thread by its id, in one channel."""

    platform: str
    channel: str | None
    thread_id: str


def follow(tx: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Put rows that are to be saved into the thread that theirs is known to be part of."""
    replies = [row for row in rows if _is_inside(row)]
    above = {_place(row, row["platform_id"]): row["thread_id"] for row in replies}
    above |= _threads(tx, {(row["platform"], row["thread_id"]) for row in replies})
    for row in replies:
        # A server may claim that posts reply to each other in a circle.
        seen = {row["platform_id"]}
        while row["thread_id"] not in seen:
            seen.add(row["thread_id"])
            found = above.get(_place(row, row["thread_id"]), row["thread_id"])
            row["thread_id"] = row["thread_id"] if found in seen else found


def better(new: Columns, old: Row[Any]) -> str | None:
    """The thread of a post that is heard again: what says more than what is known."""
    told: str | None = new["thread_id"]
    known: str | None = old.thread_id
    if known is None or told is None:
        return told or known
    # What it replied to may be gone by now: that makes it no first post.
    return told if _is_guess(old) and told != new["platform_id"] else known


def settle(
    tx: Connection, added: Sequence[Columns], moved: Sequence[tuple[Columns, Row[Any]]]
) -> None:
    """Let what was put under the wrong thread follow posts that were added or moved.

    `moved` are pairs of what is known now and what was before. What follows is to be understood
    again: there may be help in it that could not be seen.
    """
    rows = [row for row in added if _is_inside(row)] + [new for new, _ in moved if _is_inside(new)]
    inside = {_place(row, row["platform_id"]): row["thread_id"] for row in rows}
    waiting = {place: inside[place] for place in _filled(tx, inside)}
    for new, old in moved:
        guess = old.thread_id
        if guess is not None and guess == old.parent_id == new["parent_id"]:
            waiting[_place(new, guess)] = new["thread_id"]
    seen = set[Place]()
    while waiting:
        place, thread_id = waiting.popitem()
        if place in seen or place.thread_id == thread_id:
            continue
        seen.add(place)
        head = _head(tx, place)
        if head is not None and head.parent_id is None and _is_guess(head):
            continue  # it replies to nothing: it does begin a thread
        _move(tx, _in(place), thread_id)
        if head is not None and _is_guess(head):
            _move(tx, post.c.id == head.id, thread_id)
            if head.thread_id is not None:
                waiting[place._replace(thread_id=head.thread_id)] = thread_id


def _is_inside(row: Columns) -> bool:
    return row["thread_id"] not in (None, row["platform_id"])


def _is_guess(row: Row[Any]) -> bool:
    """Whether a stored post's thread may be no more than what it replies to, or itself."""
    return row.thread_id in (None, row.parent_id, row.platform_id)


def _place(row: Columns, thread_id: str) -> Place:
    return Place(row["platform"], row["channel"], thread_id)


def _in(place: Place) -> ColumnElement[bool]:
    return (
        (post.c.platform == place.platform)
        & (post.c.thread_id == place.thread_id)
        & post.c.channel.is_not_distinct_from(place.channel)
    )


def _head(tx: Connection, place: Place) -> Row[Any] | None:
    """The post by which a thread is called."""
    columns = post.c.id, post.c.platform_id, post.c.parent_id, post.c.thread_id
    query: Select[Any] = select(*columns).where(
        post.c.platform == place.platform,
        post.c.platform_id == place.thread_id,
        post.c.channel.is_not_distinct_from(place.channel),
    )
    return tx.execute(query).one_or_none()


def _move(tx: Connection, which: ColumnElement[bool], thread_id: str) -> None:
    again = case((post.c.deleted_at.is_(None), null()), else_=post.c.understood_by)
    values = {"thread_id": thread_id, "understood_by": again}
    tx.execute(
        update(post).where(which, post.c.thread_id.is_distinct_from(thread_id)).values(values)
    )


def _threads(tx: Connection, names: set[tuple[str, str]]) -> dict[Place, str]:
    """The threads that posts are stored in, by the place that their id would be."""
    found: dict[Place, str] = {}
    for platform, ids in _by_platform(names).items():
        for some in chunks(ids):
            query = select(post.c.channel, post.c.platform_id, post.c.thread_id)
            query = query.where(post.c.platform == platform, post.c.thread_id.is_not(None))
            rows = tx.execute(one_of(tx, query, post.c.platform_id, some))
            found |= {Place(platform, row.channel, row.platform_id): row.thread_id for row in rows}
    return found


def _filled(tx: Connection, places: Mapping[Place, str]) -> set[Place]:
    """Those of the places that posts were put in."""
    found: set[Place] = set()
    for platform, ids in _by_platform({(one.platform, one.thread_id) for one in places}).items():
        for some in chunks(ids):
            query = select(post.c.channel, post.c.thread_id).where(post.c.platform == platform)
            rows = tx.execute(one_of(tx, query, post.c.thread_id, some))
            found |= {Place(platform, row.channel, row.thread_id) for row in rows}
    return found & places.keys()


def _by_platform(names: set[tuple[str, str]]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for platform, id_ in sorted(names):
        found[platform].append(id_)
    return found
