"""A query's mentions in what was already heard."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest

from listener.backfill import Filled, Wish, backfill
from listener.match import Matcher
from store import analyses, finds, mentions, pages
from store.db import Engine, fact, reading
from store.records import Post
from tests.posts import MOMENT, a_post

MATCHER = Matcher({"brand": "leaf"})
WISH = Wish("brand", None, None, "backfill test")


def stored(engine: Engine, *posts: Post) -> list[int]:
    """Row ids of posts that were understood without a query."""
    with engine.begin() as tx:
        ids = [one.id for one in mentions.save_posts(tx, posts, "s", MOMENT)]
        analyses.mark_understood(tx, ids, "m")
    return ids


def filled(
    engine: Engine, wish: Wish = WISH, *, matcher: Matcher = MATCHER, batch: int = 2
) -> tuple[int, int, int]:
    """Posts read, found and new."""
    done = Filled()
    backfill(engine, matcher, wish, MOMENT, done, batch=batch)
    return done.posts, done.found, done.new


def some(count: int, *, since: datetime = MOMENT) -> list[Post]:
    """Posts, every other of which is about leaf, an hour apart."""
    texts = ("a leaf", "hello")
    return [a_post(str(at), texts[at % 2], at=since + timedelta(hours=at)) for at in range(count)]


@pytest.mark.parametrize("batch", [1, 2, 4, 5, 100])
def test_each_mention_is_added_once(engine: Engine, batch: int) -> None:
    stored(engine, *some(5))
    assert filled(engine, batch=batch) == (5, 3, 3)
    assert filled(engine, batch=batch) == (5, 3, 0)
    with reading(engine) as tx:
        assert finds.mentioned_by(tx, "brand", range(1, 6)) == {1, 3, 5}
        assert mentions.counts(tx).mentions == 3


def test_dry_run_counts_and_changes_nothing(engine: Engine) -> None:
    stored(engine, *some(5))
    dry = replace(WISH, place=None)
    assert filled(engine, dry) == (5, 3, 3)
    with reading(engine) as tx:
        assert mentions.counts(tx).mentions == 0
    assert filled(engine) == (5, 3, 3)
    assert filled(engine, dry) == (5, 3, 0)


def test_posts_before_a_day_are_left_alone(engine: Engine) -> None:
    stored(engine, *some(5))
    assert filled(engine, replace(WISH, since=MOMENT + timedelta(hours=2))) == (3, 2, 2)


def test_deleted_post_is_never_a_mention(engine: Engine) -> None:
    stored(engine, *some(3))
    with engine.begin() as tx:
        mentions.delete_post(tx, "discourse", "0", MOMENT, MOMENT)
    assert filled(engine, matcher=Matcher({"brand": "*"})) == (2, 2, 2)


class _Deleting(Matcher):
    """Deletes a post once it was found."""

    engine: Engine
    is_done = False

    def match_many(self, posts: Sequence[object]) -> dict[int, list[object]]:  # type: ignore[override]
        found = super().match_many(posts)  # type: ignore[arg-type]
        if not self.is_done:
            self.is_done = True
            with self.engine.begin() as tx:
                mentions.delete_post(tx, "discourse", "0", MOMENT, MOMENT)
        return found  # type: ignore[return-value]


def test_post_deleted_meanwhile_is_no_mention(engine: Engine) -> None:
    stored(engine, *some(3))
    matcher = _Deleting({"brand": "leaf"})
    matcher.engine = engine
    assert filled(engine, matcher=matcher, batch=10) == (3, 1, 1)


def test_interrupted_it_goes_on_where_it_was(engine: Engine) -> None:
    stored(engine, *some(6))
    calls = iter((None, KeyboardInterrupt))

    def stop() -> None:
        if error := next(calls):
            raise error

    done = Filled()
    with pytest.raises(KeyboardInterrupt):
        backfill(engine, MATCHER, WISH, MOMENT, done, stop, batch=2)
    assert (done.posts, done.new) == (4, 2)
    again = Filled()
    backfill(engine, MATCHER, WISH, MOMENT, again, batch=2)
    assert (again.resumed_after, again.posts, again.new) == (4, 2, 1)
    assert filled(engine) == (6, 3, 0)
    with reading(engine) as tx:
        assert fact(tx, "backfill test") == "0"


def test_two_at_once_add_each_mention_once(engine: Engine) -> None:
    stored(engine, *some(40))
    both, done = Barrier(2), [Filled(), Filled()]

    def run(one: Filled) -> None:
        both.wait()
        backfill(engine, Matcher({"brand": "leaf"}), WISH, MOMENT, one, batch=3)

    threads = [Thread(target=run, args=(one,)) for one in done]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done[0].new + done[1].new == 20
    with reading(engine) as tx:
        assert mentions.counts(tx).mentions == 20


def test_new_mention_of_a_young_post_is_understood_again(engine: Engine) -> None:
    ids = stored(engine, *some(5))
    fresh = replace(WISH, fresh=MOMENT + timedelta(hours=1))
    for expected in (2, 0):
        done = Filled()
        backfill(engine, MATCHER, fresh, MOMENT, done)
        assert done.again == expected
    with reading(engine) as tx:
        assert [one.id for one in analyses.pending(tx, 10)] == [ids[2], ids[4]]


def test_spans_are_those_of_the_text(engine: Engine) -> None:
    stored(engine, a_post("1", "a leaf", title="Leaf"))
    filled(engine)
    with reading(engine) as tx:
        assert pages.matched(tx, [1]) == {1: [(0, 4), (7, 11)]}
