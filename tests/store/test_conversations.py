"""Conversations wait until they are due, and are noted once."""

from datetime import timedelta

from store import conversations
from store.db import Connection
from tests.posts import MOMENT, a_post
from tests.store.seeds import only, saved

_LATER = MOMENT + timedelta(hours=1)


def _due(tx: Connection, source: str = "forum", limit: int = 10) -> list[tuple[str, int]]:
    found = conversations.due(tx, source, MOMENT, limit)
    return [(one.thread_id, one.post_id) for one in found]


def test_conversation_is_noted_once_by_the_first_mention(tx: Connection) -> None:
    first, second = saved(tx, a_post("p1"), a_post("p2"))
    thread = "t" * 400
    assert conversations.open_new(tx, [("discourse", thread, first)], "forum", MOMENT) == 1
    assert conversations.open_new(tx, [("discourse", thread, second)], "other", MOMENT) == 0
    assert conversations.open_new(tx, [("x", thread, second)], "other", MOMENT) == 1
    assert [post_id for _, post_id in _due(tx)] == [first]
    assert [post_id for _, post_id in _due(tx, "other")] == [second]


def test_longest_due_comes_first_and_later_ones_wait(tx: Connection) -> None:
    ids = saved(tx, *(a_post(f"p{n}") for n in range(3)))
    for n, at in enumerate((MOMENT, MOMENT - timedelta(hours=1), _LATER)):
        conversations.open_new(tx, [("discourse", f"t{n}", ids[n])], "forum", at)
    assert _due(tx) == [("t1", ids[1]), ("t0", ids[0])]
    assert _due(tx, limit=1) == [("t1", ids[1])]


def test_failures_are_counted_until_it_is_read(tx: Connection) -> None:
    conversations.open_new(tx, [("discourse", "t", only(saved(tx, a_post())))], "forum", MOMENT)
    (one,) = conversations.due(tx, "forum", MOMENT, 1)
    for _ in range(2):
        conversations.fail(tx, one.id, "refused", MOMENT)
    conversations.postpone(tx, one.id, "no money left", MOMENT)
    (one,) = conversations.due(tx, "forum", MOMENT, 1)
    assert (one.failures, one.reads) == (2, 0)
    conversations.mark_read(tx, one.id, MOMENT, _LATER)
    assert _due(tx) == []
    (one,) = conversations.due(tx, "forum", _LATER, 1)
    assert (one.failures, one.reads) == (0, 1)
    conversations.mark_read(tx, one.id, _LATER, None)
    assert conversations.due(tx, "forum", _LATER + timedelta(days=900), 1) == []
