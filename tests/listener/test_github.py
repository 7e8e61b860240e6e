"""GitHub: what is read of issues, how they are paged, what a quiet look costs."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from listener.connectors import Bounds, ConnectorError
from listener.connectors.github import GitHub, GitHubOptions
from listener.connectors.github_post import read_comment, read_issue
from store.records import Kind
from tests.listener.github_listening import TOKEN, Connect, connecting
from tests.listener.listening import NOW, drained, ids
from tests.peers.github import COMMENT, ISSUE, NAME, GitHubPeer
from tests.peers.http import HttpServer, Reply, Request
from tests.posts import known


@pytest.fixture
def peer() -> Iterator[GitHubPeer]:
    with closing(GitHubPeer()) as served:
        yield served


@pytest.fixture
def connector(peer: GitHubPeer) -> Iterator[Connect]:
    """Makes connectors that are closed at the end."""
    with connecting(peer) as made:
        yield made


def test_issue_is_read_as_it_is_documented() -> None:
    post = read_issue({**ISSUE, "reactions": {"total_count": 5, "+1": 3, "-1": 1}})
    assert (post.platform_id, post.thread_id) == (f"{NAME}#1347", f"{NAME}#1347")
    assert (post.title, post.text) == ("Found a bug", "I'm having a problem with this.")
    assert (post.author.platform_id, post.author.handle) == ("1", "octocat")
    assert post.author.is_staff
    assert (post.channel, post.tags, post.score) == (NAME, ("bug",), 3)
    assert post.url == f"https://github.com/{NAME}/issues/1347"
    assert post.created_at == datetime(2011, 4, 22, 13, 33, 48, tzinfo=UTC)


def test_comment_is_read_as_it_is_documented() -> None:
    post = read_comment(COMMENT, NAME)
    assert (post.platform_id, post.parent_id) == (f"{NAME}#1347/c/1", f"{NAME}#1347")
    assert (post.kind, post.text, post.edited_at) == (Kind.COMMENT, "Me too", None)
    edited = read_comment({**COMMENT, "updated_at": "2011-04-15T16:00:49Z"}, NAME)
    assert edited.edited_at == datetime(2011, 4, 15, 16, 0, 49, tzinfo=UTC)


@pytest.mark.parametrize(
    ("association", "staff"),
    [("OWNER", True), ("MEMBER", True), ("COLLABORATOR", True), ("CONTRIBUTOR", False)],
)
def test_who_belongs_to_the_repository_is_staff(association: str, staff: bool) -> None:
    assert read_issue({**ISSUE, "author_association": association}).author.is_staff is staff


def test_bot_is_known_and_whoever_left_is_nobody() -> None:
    robot = {"login": "dependabot[bot]", "id": 49699333, "type": "Bot"}
    assert read_issue({**ISSUE, "user": robot}).author.is_bot
    for user in (None, {"login": "ghost", "id": 10137, "type": "User"}):
        assert read_issue({**ISSUE, "user": user}).author.is_nobody


def test_those_who_are_mentioned_are_addressed_but_code_and_mail_are_not() -> None:
    body = "@ann and @ben-c, not me@example.org, `@override` or @org/team"
    assert read_issue({**ISSUE, "body": body}).addressed == ("ann", "ben-c")


def test_body_that_is_missing_is_empty() -> None:
    assert read_issue({**ISSUE, "body": None}).text == ""


def test_pull_requests_are_left_out_unless_wanted(peer: GitHubPeer, connector: Connect) -> None:
    issue, request = peer.say("issue", NOW), peer.say("request", NOW)
    changes = {"pull_request": {"url": "x"}, "html_url": f"https://github.com/{NAME}/pull/2"}
    peer.put(int(request.partition("#")[2]), changes)
    assert ids(drained(connector())[0]) == [issue]
    both = GitHubOptions(repositories=(NAME,), pull_requests=True)
    assert ids(drained(connector(both))[0]) == [issue, request]


def test_many_changes_in_one_second_are_all_read(peer: GitHubPeer, connector: Connect) -> None:
    at = [NOW - timedelta(seconds=n // 250) for n in range(1_000)]
    all_ids = [peer.say(f"{n}", moment) for n, moment in enumerate(at)]
    posts, _ = drained(connector())
    assert set(ids(posts)) == set(all_ids)


def test_page_on_which_nothing_can_be_read_does_not_end_the_listing(connector: Connect) -> None:
    more = {"link": '<https://api.github.com/x?page=2>; rel="next"'}

    def answer(request: Request) -> Reply:
        if not request.path.endswith("/issues"):
            return Reply([])
        is_last = request.query["page"] == "3"
        updated = NOW.isoformat() if is_last else None
        item = {**ISSUE, "updated_at": updated, "number": 1347 if is_last else None}
        return Reply([item], headers={} if is_last else more)

    with closing(HttpServer(answer)) as server:
        made = connector(url=server.url)
        batches = [made.fetch(None)]
        while not batches[-1].exhausted:
            batches.append(made.fetch(batches[-1].cursor))
    assert [len(one.rejects) for one in batches] == [1, 1, 0, 0]
    assert [ids(one.posts) for one in batches] == [[], [], [f"{NAME}#1347"], []]


def test_deletion_during_a_sweep_hides_nothing(peer: GitHubPeer, connector: Connect) -> None:
    all_ids = [peer.say(f"{n}", NOW - timedelta(seconds=900 - 3 * n)) for n in range(150)]
    made = connector()
    first = made.fetch(None)
    for id_ in all_ids[:20]:
        peer.delete(id_)
    posts, _ = drained(made, first.cursor)
    assert set(all_ids) <= {*ids(first.posts), *ids(posts)}


def test_quiet_look_is_answered_with_not_modified(peer: GitHubPeer, connector: Connect) -> None:
    for n in range(50):
        peer.say("issue", NOW - timedelta(hours=1, minutes=n))
    made = connector()
    _, cursor = drained(made)
    _, cursor = drained(made, cursor)
    peer.server.asked.clear()
    for _ in range(10):
        posts, cursor = drained(made, cursor)
        assert posts == []
    assert len(peer.server.asked) == 20
    assert all("if-none-match" in request.headers for request in peer.server.asked)
    new = peer.say("new", NOW)
    assert new in ids(drained(made, cursor)[0])


def test_page_that_was_not_kept_is_sent_again(peer: GitHubPeer, connector: Connect) -> None:
    peer.say("old", NOW - timedelta(hours=1))
    made = connector()
    _, cursor = drained(made)
    _, cursor = drained(made, cursor)
    new = peer.say("new", NOW)
    assert new in ids(drained(made, cursor)[0])
    # The store failed, so the cursor is still the old one.
    assert new in ids(drained(made, cursor)[0])


def test_named_repositories_are_read_also_for_a_search(
    peer: GitHubPeer, connector: Connect
) -> None:
    comment = peer.say("acme!", NOW, parent=peer.say("issue", NOW))
    posts, _ = drained(connector(searches=("acme",)))
    assert comment in ids(posts)


def test_nothing_to_read_says_what_to_do(connector: Connect) -> None:
    with pytest.raises(ConnectorError, match="repositories") as caught:
        connector(GitHubOptions()).fetch(None)
    assert caught.value.permanent


def test_token_is_sent_and_never_shown(peer: GitHubPeer, connector: Connect) -> None:
    peer.fail("401")
    peer.fail("401")
    peer.fail("401")
    with pytest.raises(ConnectorError) as caught:
        drained(connector(secrets=TOKEN))
    assert peer.server.asked[0].headers["authorization"] == "Bearer ghp_secret"
    assert "ghp_secret" not in str(caught.value)
    assert "LAURELS_GITHUB_TOKEN" in str(caught.value)


def test_spent_limit_is_waited_for(peer: GitHubPeer, connector: Connect) -> None:
    reset = int((datetime.now(UTC) + timedelta(seconds=900)).timestamp())
    peer.spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    made = connector()
    first = made.fetch(None)
    asked = len(peer.server.asked)
    with pytest.raises(ConnectorError) as caught:
        drained(made, drained_one(made, first.cursor))
    assert not caught.value.permanent
    assert caught.value.retry_after == pytest.approx(900, abs=5)
    assert len(peer.server.asked) == asked


def drained_one(made: GitHub, cursor: str) -> str:
    """Where the first listing was read, the second is noted as unread."""
    batch = made.fetch(cursor)
    assert [one.what for one in batch.unread] == [f"{NAME} issues/comments"]
    return batch.cursor


def test_thread_is_the_issue_and_its_comments(peer: GitHubPeer, connector: Connect) -> None:
    issue = peer.say("issue", NOW)
    comments = [peer.say(f"{n}", NOW, parent=issue) for n in range(3)]
    posts, _ = drained(connector())
    mention = next(post for post in posts if post.platform_id == comments[1])
    peer.server.asked.clear()
    assert ids(connector().thread(mention, Bounds())) == [issue, *comments]
    assert len(peer.server.asked) == 2
    assert len(connector().thread(mention, Bounds(posts=2))) == 2
    peer.delete(issue)
    assert connector().thread(mention, Bounds()) == ()


def test_long_thread_is_read_as_far_as_the_bounds_allow(
    peer: GitHubPeer, connector: Connect
) -> None:
    issue = peer.say("issue", NOW - timedelta(hours=9))
    all_ids = [
        peer.say(f"{n}", NOW - timedelta(seconds=9_000 - n), parent=issue) for n in range(650)
    ]
    heard = {post.platform_id: post for post in drained(connector())[0]}
    peer.server.asked.clear()
    whole = connector().thread(heard[all_ids[600]], Bounds(posts=900, requests=8))
    assert ids(whole) == [issue, *all_ids]
    assert len(peer.server.asked) == 8
    peer.server.asked.clear()
    some = connector().thread(heard[all_ids[600]], Bounds(posts=900, requests=4))
    assert ids(some) == [issue, *all_ids[:200], *all_ids[600:]]
    assert len(peer.server.asked) == 4
    near = connector().thread(heard[all_ids[600]], Bounds(posts=4, requests=4))
    assert ids(near) == [issue, all_ids[199], all_ids[600], all_ids[601]]
    alone = connector().thread(heard[all_ids[600]], Bounds(requests=1))
    assert ids(alone) == [issue, all_ids[600]]


def test_thread_of_an_issue_that_moved_away_is_none_of_its_new_place(connector: Connect) -> None:
    moved = {**ISSUE, "number": 9}
    with closing(HttpServer(lambda _request: Reply(moved))) as server:
        assert connector(url=server.url).thread(read_issue(ISSUE), Bounds()) == ()


def test_second_look_tells_what_is_gone(peer: GitHubPeer, connector: Connect) -> None:
    issue, gone = peer.say("issue", NOW), peer.say("gone", NOW)
    comment = peer.say("comment", NOW, parent=issue)
    peer.delete(gone)
    found = connector().recheck(known(issue, gone, comment, "nonsense", f"{NAME}#d5"))
    assert ids(found.posts) == [issue, comment]
    assert found.gone == [gone]


def test_not_found_of_some_other_server_deletes_nothing(connector: Connect) -> None:
    with closing(HttpServer(lambda _request: Reply(b"<html>no</html>", 404))) as server:
        made = connector(url=server.url)
        with pytest.raises(ConnectorError):
            made.recheck(known(f"{NAME}#1"))


def test_issue_that_moved_away_is_neither_here_nor_gone(connector: Connect) -> None:
    moved = {**ISSUE, "number": 9}
    with closing(HttpServer(lambda _request: Reply(moved))) as server:
        found = connector(url=server.url).recheck(known(f"{NAME}#1347"))
    assert (list(found.posts), list(found.gone)) == ([], [])


@pytest.mark.parametrize(
    "options", [{"repositories": ("nonsense",)}, {"repositories": ("a/b/c",)}, {"days_back": -1}]
)
def test_option_that_cannot_be_meant_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        GitHubOptions(**options)  # type: ignore[arg-type]
