"""GitHub searched for words: what is asked for, what is found, and the comments of it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from listener.connectors.github import GitHubOptions
from store.records import Kind
from tests.listener.github_listening import TOKEN, Connect, connecting, paths
from tests.listener.listening import NOW, drained, ids
from tests.peers.github import GitHubPeer

ANYWHERE = GitHubOptions()


@pytest.fixture
def peer() -> Iterator[GitHubPeer]:
    with closing(GitHubPeer()) as served:
        yield served


@pytest.fixture
def connector(peer: GitHubPeer) -> Iterator[Connect]:
    """Makes connectors that are closed at the end."""
    with connecting(peer) as made:
        yield made


def test_search_asks_for_what_the_queries_mean_at_once(
    peer: GitHubPeer, connector: Connect
) -> None:
    found = [peer.say("we use acme cloud", NOW), peer.say("an anvil that broke", NOW)]
    peer.say("the cloud of acme", NOW)
    peer.say("an anvil", NOW)
    made = connector(GitHubOptions(), searches=('"acme cloud" -jobs', "anvil (broke OR crack)"))
    posts, _ = drained(made)
    assert set(ids(posts)) == set(found)
    queries = [request.query["q"] for request in peer.server.asked]
    assert [query.partition(" updated:")[0] for query in queries] == [
        '("acme cloud" OR "acme\'s cloud" OR (anvil (broke OR crack))) in:title,body,comments'
    ]
    assert all(query.endswith(" is:issue") for query in queries)


def test_search_holds_no_more_operators_than_github_takes(
    peer: GitHubPeer, connector: Connect
) -> None:
    words = [f"word{n}" for n in range(14)]
    found = [peer.say(f"about {word}", NOW) for word in words]
    posts, _ = drained(connector(GitHubOptions(), searches=tuple(words)))
    assert set(ids(posts)) == set(found)
    assert len(peer.server.asked) == 3


def test_search_hears_the_comment_that_holds_the_word(peer: GitHubPeer, connector: Connect) -> None:
    issue = peer.say("nothing", NOW - timedelta(days=300))
    peer.say("old acme", NOW - timedelta(days=200), parent=issue)
    new = peer.say("acme!", NOW - timedelta(hours=1), parent=issue)
    silent = peer.say("acme itself", NOW - timedelta(hours=2))
    posts, _ = drained(connector(ANYWHERE, searches=("acme",)))
    assert ids(posts) == [issue, silent, new]
    number = issue.partition("#")[2]
    assert paths(peer) == ["/search/issues", f"/issues/{number}/comments"]


def test_quiet_search_is_one_request(peer: GitHubPeer, connector: Connect) -> None:
    for n in range(4):
        issue = peer.say("acme", NOW - timedelta(minutes=n))
        peer.say("acme and globex", NOW - timedelta(minutes=n), parent=issue)
    made = connector(ANYWHERE, searches=("acme", "globex"))
    _, cursor = drained(made)
    assert len(paths(peer)) == 5
    for _ in range(10):
        _, cursor = drained(made, cursor)
    assert paths(peer) == ["/search/issues"] * 10
    new = peer.say("globex again", NOW, parent=issue)
    posts, _ = drained(made, cursor)
    assert new in ids(posts)
    assert len(paths(peer)) == 2


def test_search_goes_on_in_the_middle_of_comments(peer: GitHubPeer, connector: Connect) -> None:
    all_ids = []
    for n in range(3):
        issue = peer.say("acme", NOW - timedelta(minutes=n))
        all_ids += [peer.say(f"{m}", NOW, parent=issue) for m in range(150)]
    heard: list[str] = []
    cursor: str | None = None
    for _ in range(7):
        batch = connector(ANYWHERE, searches=("acme",)).fetch(cursor)
        cursor = batch.cursor
        heard += ids(batch.posts)
    assert batch.exhausted
    assert sorted(heard[3:]) == sorted(all_ids)


def test_search_reads_few_comments_without_a_token_and_says_so(
    peer: GitHubPeer, connector: Connect
) -> None:
    for n in range(8):
        peer.say("more", NOW, parent=peer.say("acme", NOW - timedelta(minutes=n)))
    first = connector(ANYWHERE, searches=("acme",)).fetch(None)
    assert [one.what for one in first.unread] == ["acme"]
    assert "LAURELS_GITHUB_TOKEN" in first.unread[0].reason
    posts, _ = drained(connector(ANYWHERE, searches=("acme",)))
    assert sum(post.kind is Kind.COMMENT for post in posts) == 5
    posts, _ = drained(connector(ANYWHERE, searches=("acme",), secrets=TOKEN))
    assert sum(post.kind is Kind.COMMENT for post in posts) == 8


def test_search_passes_over_an_issue_that_is_gone(peer: GitHubPeer, connector: Connect) -> None:
    issues = [peer.say("acme", NOW - timedelta(minutes=n)) for n in range(2)]
    comments = [peer.say("more", NOW, parent=issue) for issue in issues]
    made = connector(ANYWHERE, searches=("acme",))
    first = made.fetch(None)
    peer.delete(issues[0])
    posts, _ = drained(made, first.cursor)
    assert comments[1] in ids(posts)


def test_search_asks_for_pull_requests_apart(peer: GitHubPeer, connector: Connect) -> None:
    issue, request = peer.say("acme", NOW), peer.say("acme", NOW)
    peer.put(int(request.partition("#")[2]), {"pull_request": {"url": "x"}})
    posts, cursor = drained(connector(GitHubOptions(pull_requests=True), searches=("acme",)))
    assert ids(posts) == [issue, request]
    kinds = [request.query["q"].rpartition(" ")[2] for request in peer.server.asked]
    assert kinds == ["is:issue", "is:pr"]
    posts, _ = drained(connector(GitHubOptions(), searches=("acme",)), cursor)
    assert ids(posts) == [issue]


def test_word_with_a_colon_is_searched_as_it_stands(peer: GitHubPeer, connector: Connect) -> None:
    found = peer.say("see acme:cloud", NOW)
    posts, _ = drained(connector(GitHubOptions(), searches=('"acme:cloud"',)))
    assert ids(posts) == [found]


def test_search_reads_past_a_thousand(peer: GitHubPeer, connector: Connect) -> None:
    all_ids = [peer.say("acme", NOW - timedelta(seconds=n // 40)) for n in range(1_500)]
    posts, _ = drained(connector(GitHubOptions(), searches=("acme",)))
    assert set(ids(posts)) == set(all_ids)
