"""Threads whose first post is learned late: everything that was put elsewhere follows."""

from dataclasses import replace
from itertools import permutations

import pytest
from sqlalchemy import update

from store import mentions
from store.db import Connection
from store.records import Post
from store.schema import post as table
from tests.posts import MOMENT, a_post


def said(id_: str, parent: str | None, thread: str | None, channel: str | None = None) -> Post:
    """A post in a chain of replies."""
    return a_post(
        id_, f"text {id_}", platform="mastodon",
        parent_id=parent, thread_id=thread, channel=channel,
    )  # fmt: skip


def save(tx: Connection, *posts: Post) -> None:
    """Heard together."""
    mentions.save_posts(tx, posts, "m", MOMENT)


def threads(tx: Connection, ids: str) -> list[str | None]:
    """Where these posts are."""
    found = mentions.by_platform_ids(tx, "mastodon", list(ids))
    return [found[id_].post.thread_id for id_ in ids if id_ in found]


# a <- b <- c <- d, and e replies to c as well; of a reply only its parent is told.
CHAIN = {
    "a": said("a", None, "a"),
    "b": said("b", "a", "a"),
    "c": said("c", "b", "b"),
    "d": said("d", "c", "c"),
    "e": said("e", "c", "c"),
}


@pytest.mark.parametrize("order", ["".join(each) for each in permutations("abcde")][::7])
def test_chain_is_one_thread_in_whatever_order_it_is_heard(tx: Connection, order: str) -> None:
    for id_ in order:
        save(tx, CHAIN[id_])
    assert threads(tx, "abcde") == ["a"] * 5


def test_chain_is_one_thread_when_heard_at_once(tx: Connection) -> None:
    save(tx, *(CHAIN[id_] for id_ in "edcba"))
    assert threads(tx, "abcde") == ["a"] * 5


def test_better_thread_is_taken_over_with_the_siblings(tx: Connection) -> None:
    save(tx, CHAIN["d"], CHAIN["e"])
    assert threads(tx, "de") == ["c", "c"]
    save(tx, replace(CHAIN["d"], thread_id="a"))
    assert threads(tx, "de") == ["a", "a"]


def test_first_post_learned_from_a_conversation_moves_what_it_does_not_hold(
    tx: Connection,
) -> None:
    save(tx, CHAIN["e"])
    save(tx, CHAIN["a"], replace(CHAIN["c"], thread_id="a"))
    assert threads(tx, "ace") == ["a"] * 3


@pytest.mark.parametrize("later", [CHAIN["d"], said("d", None, "d"), said("d", "c", None)])
def test_known_thread_is_not_given_up_for_less(tx: Connection, later: Post) -> None:
    save(tx, replace(CHAIN["d"], thread_id="a"))
    save(tx, later)
    assert threads(tx, "d") == ["a"]


def test_thread_that_was_not_known_at_all_is_taken_over(tx: Connection) -> None:
    save(tx, replace(CHAIN["d"], thread_id=None))
    save(tx, replace(CHAIN["d"], thread_id="a"))
    assert threads(tx, "d") == ["a"]


def test_post_that_begins_a_thread_keeps_it(tx: Connection) -> None:
    save(tx, CHAIN["a"], CHAIN["b"], said("f", "a", "a"))
    save(tx, replace(CHAIN["b"], thread_id="z"))
    assert threads(tx, "abf") == ["a", "z", "a"]


def test_same_id_in_another_channel_is_another_thread(tx: Connection) -> None:
    save(tx, said("e", "c", "c", channel="here"))
    save(tx, said("c", "b", "a", channel="there"))
    assert threads(tx, "ce") == ["a", "c"]


def test_posts_that_reply_to_each_other_end(tx: Connection) -> None:
    save(tx, said("a", "b", "b"), said("b", "a", "a"))
    save(tx, said("b", "a", "a"), said("a", "b", "b"))
    assert len(threads(tx, "ab")) == 2


def test_what_moved_is_understood_again_and_nothing_else(tx: Connection) -> None:
    save(tx, CHAIN["d"], CHAIN["e"], said("x", None, "x"))
    tx.execute(update(table).values(understood_by="model"))
    save(tx, CHAIN["d"], said("x", None, "x"))
    assert mentions.counts(tx).waiting == 0
    save(tx, replace(CHAIN["d"], thread_id="a"))
    assert mentions.counts(tx).waiting == 2
