"""Posts and mentions are found again."""

from datetime import timedelta

from store import analyses, mentions
from store.db import Connection
from store.mentions import Counts, NewMention
from tests.posts import MOMENT, a_post
from tests.store.seeds import UNKNOWN, saved


def _minutes(n: int) -> timedelta:
    return timedelta(minutes=n)


def test_mention_is_added_once_for_each_query(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post())
    acme = NewMention(post_id, "acme", ((0, 4), (6, 10)), MOMENT)
    other = NewMention(post_id, "other", (), MOMENT)
    assert mentions.add_mentions(tx, [acme, acme]) == 1
    assert mentions.add_mentions(tx, [acme, other]) == 1
    assert mentions.add_mentions(tx, []) == 0


def test_counts_are_of_posts(tx: Connection) -> None:
    first, second, _ = saved(tx, a_post("p1"), a_post("p2"), a_post("p3"))
    mentions.add_mentions(tx, [NewMention(first, query, (), MOMENT) for query in "ab"])
    analyses.mark_understood(tx, [second], "m1")
    mentions.delete_post(tx, "discourse", "p3", MOMENT, MOMENT)
    assert mentions.counts(tx) == Counts(posts=3, mentions=1, understood=1, waiting=1)


def test_unknown_ids_are_left_out(tx: Connection) -> None:
    assert mentions.load(tx, [UNKNOWN]) == {}
    assert mentions.by_platform_ids(tx, "x", ["nothing"]) == {}


def test_post_is_found_by_the_id_of_its_platform(tx: Connection) -> None:
    long = "p" * 400
    saved(tx, a_post(long), a_post("p2"), a_post("p2", platform="x"))
    found = mentions.by_platform_ids(tx, "discourse", [long, "p2", "p3"])
    assert set(found) == {long, "p2"}
    assert found["p2"].post.platform == "discourse"


def test_thread_holds_its_root_oldest_first(tx: Connection) -> None:
    saved(
        tx,
        a_post("reply2", thread_id="root", at=MOMENT + _minutes(2)),
        a_post("reply1", thread_id="root", at=MOMENT + _minutes(1)),
        a_post("root"),
        a_post("elsewhere", thread_id="another"),
    )
    found = mentions.thread(tx, "discourse", "root")
    assert [one.post.platform_id for one in found] == ["root", "reply1", "reply2"]
    assert len(mentions.thread(tx, "discourse", "root", limit=2)) == 2


def test_root_that_names_its_own_thread_comes_once(tx: Connection) -> None:
    saved(tx, a_post("root", thread_id="root"))
    assert len(mentions.thread(tx, "discourse", "root")) == 1


def test_window_is_what_was_said_just_before(tx: Connection) -> None:
    posts = [a_post(f"p{n}", channel="#help", at=MOMENT + _minutes(n)) for n in range(5)]
    saved(tx, *posts, a_post("other", channel="#random"))
    found = mentions.window(tx, "discourse", "#help", MOMENT + _minutes(4), 2)
    assert [one.post.platform_id for one in found] == ["p2", "p3"]


def test_window_of_posts_without_a_channel(tx: Connection) -> None:
    saved(tx, a_post("p1"), a_post("p2", channel="#help"))
    found = mentions.window(tx, "discourse", None, MOMENT + _minutes(1), 5)
    assert [one.post.platform_id for one in found] == ["p1"]


def test_deletion_is_carried_out_once(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post())
    assert mentions.delete_post(tx, "discourse", "p1", MOMENT, MOMENT)
    assert not mentions.delete_post(tx, "discourse", "p1", MOMENT, MOMENT)
    assert not mentions.delete_post(tx, "discourse", "unknown", MOMENT, MOMENT)
    assert mentions.load(tx, [post_id])[post_id].post.text == ""
