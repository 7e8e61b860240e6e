"""Find a query's mentions in what was already heard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from listener.match import Matcher
from store import burial, finds, mentions
from store.db import Connection, Engine, fact, reading, set_fact
from store.mentions import NewMention
from store.records import StoredPost

_BATCH: Final = 2_000


@dataclass(slots=True)
class Filled:
    """What a backfill came to so far: posts read, found, mentions that were not there, and those
    of them that wait to be understood again; `done` is the last post's id, of `total`."""

    resumed_after: int = 0
    posts: int = 0
    found: int = 0
    new: int = 0
    again: int = 0
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """What to look for: mentions of one name, in posts written since a moment.

    A new mention in a post written since `fresh` may open a case; None opens none. `place` is what
    the way so far is kept under; without one nothing is kept at all.
    """

    name: str
    since: datetime | None
    fresh: datetime | None
    place: str | None


def backfill(
    engine: Engine,
    matcher: Matcher,
    wish: Wish,
    now: datetime,
    filled: Filled,
    progress: Callable[[], None] = lambda: None,
    *,
    batch: int = _BATCH,
) -> None:
    """Read the stored posts once and add what the matcher finds, counting into `filled`.

    Interrupted, the next call with the same place goes on. It may be repeated, and two may run at
    once: a post has one mention of a name. Deleted posts are left alone.
    """
    with reading(engine) as tx:
        filled.total = finds.last_id(tx)
        filled.done = filled.resumed_after = _begun(tx, wish)
    while True:
        with reading(engine) as tx:
            posts = finds.posts_after(tx, filled.done, filled.total, wish.since, batch)
            found = _matching(matcher, posts)
            if wish.place is None:
                there = finds.mentioned_by(tx, wish.name, found)
                filled.new += len(found - there)
                filled.found += len(found)
        done = posts[-1].id if len(posts) == batch else filled.total
        if wish.place is not None:
            with engine.begin() as tx:
                _keep(tx, matcher, wish, sorted(found), now, filled)
                set_fact(tx, wish.place, str(done if done < filled.total else 0))
        filled.posts, filled.done = filled.posts + len(posts), done
        progress()
        if done >= filled.total:
            return


def _begun(tx: Connection, wish: Wish) -> int:
    return 0 if wish.place is None else int(fact(tx, wish.place) or 0)


def _matching(matcher: Matcher, posts: Sequence[StoredPost]) -> set[int]:
    return {posts[number].id for number in matcher.match_many([one.post for one in posts])}


def _keep(
    tx: Connection,
    matcher: Matcher,
    wish: Wish,
    ids: Sequence[int],
    now: datetime,
    filled: Filled,
) -> None:
    """Add what still holds: a post may have been deleted or edited since it was read."""
    if not ids:
        return
    burial.hold_off(tx)
    loaded = mentions.load(tx, ids)
    posts = [loaded[id_] for id_ in ids if loaded[id_].post.deleted_at is None]
    found = matcher.match_many([one.post for one in posts])
    rows = [
        NewMention(posts[number].id, wish.name, match.spans, now)
        for number, matches in sorted(found.items())
        for match in matches
    ]
    there = finds.mentioned_by(tx, wish.name, ids)
    fresh = [row.post_id for row in rows if row.post_id not in there]
    filled.found += len(rows)
    filled.new += mentions.add_mentions(tx, rows)
    if wish.fresh is not None:
        filled.again += finds.understand_again(tx, fresh, wish.fresh)
