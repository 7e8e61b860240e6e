"""Discussions of GitHub: how they are read, paged, looked at again and taken away."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.connectors import Bounds, ConnectorError
from listener.connectors.github import GitHubOptions
from store.records import Kind
from tests.listener.github_listening import TOKEN, Connect, connecting, paths
from tests.listener.listening import NOW, drained, ids
from tests.peers.github import NAME, GitHubPeer
from tests.peers.http import HttpServer, Reply
from tests.posts import known

TALK: Mapping[str, Any] = {
    "number": 5, "title": "Which one?", "updatedAt": "2026-05-04T12:00:00Z", "upvoteCount": 3,
    "author": {"__typename": "User", "login": "ann", "databaseId": 11},
    "authorAssociation": "NONE", "body": "How do I?", "createdAt": "2026-05-04T10:00:00Z",
    "url": f"https://github.com/{NAME}/discussions/5", "lastEditedAt": None,
    "category": {"name": "Q&A", "isAnswerable": True}, "labels": {"nodes": [{"name": "help"}]},
    "comments": {"nodes": [{
        "databaseId": 77, "isAnswer": True, "upvoteCount": 2, "authorAssociation": "MEMBER",
        "author": {"__typename": "User", "login": "ben", "databaseId": 12}, "body": "Like so",
        "url": f"https://github.com/{NAME}/discussions/5#discussioncomment-77",
        "createdAt": "2026-05-04T11:00:00Z", "lastEditedAt": "2026-05-04T11:30:00Z",
        "replies": {"nodes": [{
            "databaseId": 78, "upvoteCount": 0, "authorAssociation": "NONE", "author": None,
            "body": "thanks @ben", "createdAt": "2026-05-04T12:00:00Z", "lastEditedAt": None,
            "url": f"https://github.com/{NAME}/discussions/5#discussioncomment-78",
        }]},
    }]},
}  # fmt: skip
"""Fields of Discussion, DiscussionComment and their author as the GraphQL guide names them."""


@pytest.fixture
def peer() -> Iterator[GitHubPeer]:
    with closing(GitHubPeer()) as served:
        yield served


@pytest.fixture
def connector(peer: GitHubPeer) -> Iterator[Connect]:
    """Makes connectors that are closed at the end."""
    with connecting(peer) as made:
        yield made


def test_discussion_is_read_with_its_answer_and_replies(
    peer: GitHubPeer, connector: Connect
) -> None:
    peer.discussions.append(dict(TALK))
    made = connector(GitHubOptions(repositories=(NAME,), days_back=9_000), secrets=TOKEN)
    posts, _ = drained(made)
    root, answer, reply = posts
    assert ids(posts) == [f"{NAME}#d5", f"{NAME}#d5/c/77", f"{NAME}#d5/c/78"]
    assert (root.kind, root.title, root.tags, root.score) == (
        Kind.POST, "Which one?", ("help",), 3,
    )  # fmt: skip
    assert (answer.kind, answer.accepted, answer.author.is_staff) == (Kind.ANSWER, True, True)
    assert answer.edited_at is not None
    assert (reply.kind, reply.parent_id, reply.accepted) == (
        Kind.COMMENT, answer.platform_id, None,
    )  # fmt: skip
    assert {post.thread_id for post in posts} == {root.platform_id}
    assert reply.author.is_nobody
    assert made.thread(reply, Bounds()) == tuple(posts)


def test_discussions_are_not_asked_for_without_a_token(
    peer: GitHubPeer, connector: Connect
) -> None:
    drained(connector())
    assert "/graphql" not in {request.path for request in peer.server.asked}


def test_discussions_are_paged_and_only_the_changed_are_read_again(
    peer: GitHubPeer, connector: Connect
) -> None:
    stamp = [(NOW - timedelta(hours=n)).strftime("%Y-%m-%dT%H:%M:%SZ") for n in range(60)]
    peer.discussions += [{**TALK, "number": n, "updatedAt": at} for n, at in enumerate(stamp, 1)]
    made = connector(secrets=TOKEN)
    posts, cursor = drained(made)
    assert {post.channel for post in posts} == {NAME}
    assert sum(post.kind is Kind.POST for post in posts) == 60
    peer.server.asked.clear()
    drained(made, cursor)
    assert [request.path for request in peer.server.asked].count("/graphql") == 1


def test_second_look_at_a_discussion(peer: GitHubPeer, connector: Connect) -> None:
    peer.discussions.append(dict(TALK))
    made = connector(secrets=TOKEN)
    found = made.recheck(known(f"{NAME}#d5/c/77", f"{NAME}#d5/c/99", f"{NAME}#d6"))
    assert ids(found.posts) == [f"{NAME}#d5/c/77"]
    assert found.gone == [f"{NAME}#d5/c/99", f"{NAME}#d6"]
    cut = {**reply_to(77), "replies": {"pageInfo": MORE, "nodes": []}}
    peer.discussions[0] = talk(cut)
    assert made.recheck(known(f"{NAME}#d5/c/99")).gone == []


MORE = {"hasPreviousPage": True, "startCursor": "x"}


def reply_to(number: int, **fields: object) -> dict[str, Any]:
    return {
        **TALK["comments"]["nodes"][0],
        "databaseId": number,
        "replies": {"nodes": []},
        **fields,
    }


def talk(*comments: Mapping[str, Any]) -> dict[str, Any]:
    return {**TALK, "comments": {"nodes": list(comments)}}


def test_second_look_reads_back_to_an_old_comment(peer: GitHubPeer, connector: Connect) -> None:
    peer.discussions.append(talk(*map(reply_to, range(1, 231))))
    made = connector(secrets=TOKEN)
    found = made.recheck(known(f"{NAME}#d5/c/100", f"{NAME}#d5/c/200", f"{NAME}#d5"))
    assert set(ids(found.posts)) == {f"{NAME}#d5/c/100", f"{NAME}#d5/c/200", f"{NAME}#d5"}
    assert len(paths(peer)) == 3
    assert made.recheck(known(f"{NAME}#d5/c/999")).gone == [f"{NAME}#d5/c/999"]
    assert len(paths(peer)) == 5


def test_second_look_does_not_read_on_for_ever(peer: GitHubPeer, connector: Connect) -> None:
    peer.discussions.append(talk(*map(reply_to, range(1, 600))))
    found = connector(secrets=TOKEN).recheck(known(f"{NAME}#d5/c/1"))
    assert (list(found.posts), list(found.gone)) == ([], [])
    assert len(paths(peer)) == 10


def test_thread_of_a_long_discussion_is_bounded(peer: GitHubPeer, connector: Connect) -> None:
    peer.discussions.append(talk(*map(reply_to, range(1, 231))))
    made = connector(secrets=TOKEN)
    asked = made.recheck(known(f"{NAME}#d5/c/10")).posts[0]
    paths(peer)
    assert len(made.thread(asked, Bounds(posts=900))) == 231
    assert len(paths(peer)) == 5
    some = made.thread(asked, Bounds(posts=900, requests=2))
    numbers = (10, *range(131, 231))
    assert set(ids(some)) == {f"{NAME}#d5", *(f"{NAME}#d5/c/{n}" for n in numbers)}
    assert len(paths(peer)) == 2


def test_comment_that_was_taken_away_in_a_discussion_is_a_deletion(
    peer: GitHubPeer, connector: Connect
) -> None:
    peer.discussions.append({
        **talk(
            reply_to(1, deletedAt="2026-05-04T12:30:00Z", author=None, body=""),
            reply_to(2, isMinimized=True, minimizedReason="spam", deletedAt=None),
            reply_to(3, isMinimized=True, minimizedReason="outdated", deletedAt=None),
        ),
        "updatedAt": NOW.isoformat(),
    })  # fmt: skip
    made = connector(secrets=TOKEN)
    cursor = made.fetch(made.fetch(None).cursor).cursor
    batch = made.fetch(cursor)
    assert ids(batch.posts) == [f"{NAME}#d5", f"{NAME}#d5/c/3"]
    assert [(one.platform_id, one.rule) for one in batch.deletions] == [
        (f"{NAME}#d5/c/1", "github: deleted"), (f"{NAME}#d5/c/2", "github: hidden as spam"),
    ]  # fmt: skip
    assert batch.deletions[0].at == datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
    found = made.recheck(known(*[f"{NAME}#d5/c/{n}" for n in (1, 2, 3)]))
    assert found.gone == [f"{NAME}#d5/c/1", f"{NAME}#d5/c/2"]


def test_failure_of_graphql_deletes_nothing(connector: Connect) -> None:
    failed = {"data": {"repository": {"discussion": None}}, "errors": [{"message": "timeout"}]}
    with closing(HttpServer(lambda _request: Reply(failed))) as server:
        made = connector(url=server.url, secrets=TOKEN)
        with pytest.raises(ConnectorError, match="not told"):
            made.recheck(known(f"{NAME}#d5"))


def test_enterprise_server_is_asked_beside_its_rest_interface(connector: Connect) -> None:
    answer = {"data": {"repository": {"discussion": dict(TALK)}}}
    with closing(HttpServer(lambda _request: Reply(answer))) as server:
        made = connector(url=f"{server.url}/api/v3", secrets=TOKEN)
        assert made.recheck(known(f"{NAME}#d5")).posts
        assert [request.path for request in server.asked] == ["/api/graphql"]


@pytest.mark.parametrize(
    ("kind", "permanent", "wait"), [("RATE_LIMITED", False, 3600), ("NOT_FOUND", True, None)]
)
def test_error_of_graphql_is_an_error(
    connector: Connect, kind: str, permanent: bool, wait: float | None
) -> None:
    answer = {"data": {"repository": None}, "errors": [{"type": kind, "message": "no"}]}
    with closing(HttpServer(lambda _request: Reply(answer))) as server:
        made = connector(url=server.url, secrets=TOKEN)
        with pytest.raises(ConnectorError) as caught:
            made.recheck(known(f"{NAME}#d5"))
    assert (caught.value.permanent, caught.value.retry_after) == (permanent, wait)
