"""What people said of mentions is remembered by query, and goes with the post."""

from datetime import timedelta

from store import examples, mentions
from store.db import Connection
from store.mentions import NewMention
from tests.posts import MOMENT, a_post
from tests.store.seeds import saved


def mentioned(tx: Connection, name: str, *queries: str) -> int:
    (post_id,) = saved(tx, a_post(name, f"text of {name}", title=f"title of {name}"))
    mentions.add_mentions(tx, [NewMention(post_id, query, (), MOMENT) for query in queries])
    return post_id


def say(tx: Connection, post_id: int, *, about: bool, minutes: int = 0) -> None:
    at = MOMENT + timedelta(minutes=minutes)
    examples.save(tx, post_id, about=about, actor="Ann", at=at)


def told(tx: Connection, query: str, limit: int = 10) -> list[tuple[int, bool]]:
    found = examples.of_queries(tx, [query], limit)[query]
    return [(one.post_id, one.about) for one in found]


def test_what_was_said_counts_for_each_query_of_the_post(tx: Connection) -> None:
    post = mentioned(tx, "a", "brand", "product")
    say(tx, post, about=False)
    assert told(tx, "brand") == told(tx, "product") == [(post, False)]
    assert told(tx, "other") == []
    (found,) = examples.of_queries(tx, ["brand"], 10)["brand"]
    assert (found.title, found.text) == ("title of a", "text of a")


def test_newest_word_replaces_the_one_before(tx: Connection) -> None:
    post = mentioned(tx, "a", "brand")
    say(tx, post, about=False)
    say(tx, post, about=True, minutes=1)
    assert told(tx, "brand") == [(post, True)]
    examples.forget(tx, post)
    assert told(tx, "brand") == []


def test_newest_of_each_kind_are_given(tx: Connection) -> None:
    posts = [mentioned(tx, name, "brand") for name in "abcd"]
    for minutes, post in enumerate(posts):
        say(tx, post, about=minutes % 2 == 0, minutes=minutes)
    assert told(tx, "brand", 1) == [(posts[2], True), (posts[3], False)]


def test_deleted_post_teaches_nothing_more(tx: Connection) -> None:
    post = mentioned(tx, "a", "brand")
    say(tx, post, about=False)
    mentions.delete_post(tx, "discourse", "a", MOMENT, MOMENT)
    assert told(tx, "brand") == []


def test_queries_of_posts(tx: Connection) -> None:
    one, two = mentioned(tx, "a", "b", "a"), mentioned(tx, "b")
    assert examples.queries_of(tx, [one, two]) == {one: ["a", "b"]}
