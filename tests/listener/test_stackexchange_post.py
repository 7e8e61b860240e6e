"""Stack Exchange: what is read of a question, an answer, a comment and who wrote them."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from listener.connectors.stackexchange_post import read
from store.records import Kind
from tests.listener.listening import NOW, drained
from tests.listener.stackexchange_listening import Connect, connecting
from tests.peers.stackexchange import ANSWERS, StackExchangePeer


@pytest.fixture
def peer() -> Iterator[StackExchangePeer]:
    with closing(StackExchangePeer()) as served:
        yield served


@pytest.fixture
def connector(peer: StackExchangePeer) -> Iterator[Connect]:
    """Makes connectors that are closed at the end."""
    with connecting(peer) as made:
        yield made


def test_answer_is_read_as_the_live_site_gives_it() -> None:
    post = read({**ANSWERS[0], "body": "<p>so</p>", "_site": "stackoverflow"})
    assert (post.platform_id, post.kind) == ("stackoverflow/a/72756207", Kind.ANSWER)
    assert post.parent_id == post.thread_id == "stackoverflow/q/72755863"
    assert (post.accepted, post.score) == (True, 1)
    assert (post.author.platform_id, post.author.handle) == (
        "stackoverflow/u/19168512", "BhusalC_Bipin",
    )  # fmt: skip
    assert post.edited_at == datetime(2022, 6, 25, 18, 47, 53, tzinfo=UTC)


def test_question_brings_its_answers_and_comments_with_their_places(
    peer: StackExchangePeer, connector: Connect
) -> None:
    question = peer.say("how?", NOW)
    answer = peer.say("so", NOW, author="ben", parent=question)
    on_question = peer.comment("which version?", NOW, on=question)
    on_answer = peer.comment("thanks", NOW, on=answer)
    posts = {post.platform_id: post for post in drained(connector())[0]}
    assert set(posts) == {question, answer, on_question, on_answer}
    assert {post.thread_id for post in posts.values()} == {question}
    assert [posts[one].parent_id for one in (question, answer, on_question, on_answer)] == [
        None, question, question, answer,
    ]  # fmt: skip
    assert posts[question].title == "How to <b> & survive"
    assert posts[question].tags == ("python", "acme")
    assert posts[question].channel == "stackoverflow"
    assert {posts[on_answer].kind, posts[on_question].kind} == {Kind.COMMENT}


def test_comment_listed_by_itself_knows_its_question_from_its_link() -> None:
    comment = {
        "comment_id": 7, "post_id": 5, "post_type": "answer", "creation_date": 1656180148,
        "owner": {}, "body": "ok", "_site": "superuser",
        "reply_to_user": {"user_id": 3, "user_type": "registered"},
        "link": "https://superuser.com/questions/4/how#comment7_5",
    }  # fmt: skip
    post = read(comment)
    assert (post.parent_id, post.thread_id) == ("superuser/a/5", "superuser/q/4")
    assert post.addressed == ("superuser/u/3",)
    assert read({**comment, "link": None}).thread_id is None


def test_authors_who_left_are_never_taken_for_one(
    peer: StackExchangePeer, connector: Connect
) -> None:
    for _ in range(2):
        peer.without_author(peer.say("orphan", NOW))
    posts, _ = drained(connector())
    assert len({post.author.platform_id for post in posts}) == 2
    assert {post.author.handle for post in posts} == {"Old Display Name"}


def test_moderator_is_no_staff_of_ours_and_the_community_user_is_a_bot() -> None:
    item = {"question_id": 1, "creation_date": 1656180148, "body": "?", "_site": "stackoverflow"}
    owner = {"user_id": 3, "user_type": "moderator", "display_name": "m"}
    moderator = read({**item, "owner": owner})
    robot = read({**item, "owner": {"user_id": -1, "user_type": "moderator"}})
    assert (moderator.author.is_staff, moderator.author.is_bot) == (False, False)
    assert robot.author.is_bot
