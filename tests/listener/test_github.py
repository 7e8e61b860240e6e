"""GitHub: what is read of issues and discussions, how it is paged, what a quiet look costs."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest

from listener.connectors import Access, Bounds, ConnectorError
from listener.connectors.github import GitHub, GitHubOptions
from listener.connectors.github_post import read_comment, read_issue
from listener.connectors.github_search import quoted
from store.records import Kind, Post
from tests.peers.github import COMMENT, ISSUE, NAME, GitHubPeer
from tests.peers.http import HttpServer, Reply

NOW = datetime.now(UTC).replace(microsecond=0)
ONE = GitHubOptions(repositories=(NAME,))
TOKEN = {"LAURELS_GITHUB_TOKEN": "ghp_secret"}
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


class Connect(Protocol):
    def __call__(
        self,
        options: GitHubOptions = ONE,
        *,
        searches: tuple[str, ...] = (),
        secrets: Mapping[str, str] | None = None,
        url: str | None = None,
    ) -> GitHub: ...


@pytest.fixture
def peer() -> Iterator[GitHubPeer]:
    with closing(GitHubPeer()) as served:
        yield served


@pytest.fixture
def connector(peer: GitHubPeer) -> Iterator[Connect]:
    """Makes connectors that are closed at the end."""
    with ExitStack() as opened:

        def made(
            options: GitHubOptions = ONE,
            *,
            searches: tuple[str, ...] = (),
            secrets: Mapping[str, str] | None = None,
            url: str | None = None,
        ) -> GitHub:
            access = Access(
                base_url=url or peer.url, searches=searches, secrets=secrets or {}, timeout=1.0
            )
            return opened.enter_context(closing(GitHub(options, access)))

        yield made


def drained(made: GitHub, cursor: str | None = None) -> tuple[list[Post], str]:
    posts: list[Post] = []
    while True:
        batch = made.fetch(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if batch.exhausted:
            return posts, cursor


def ids(posts: Sequence[Post]) -> list[str]:
    return [post.platform_id for post in posts]


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
    before = time.thread_time()
    for _ in range(10):
        posts, cursor = drained(made, cursor)
        assert posts == []
    assert (time.thread_time() - before) / 10 < 0.020
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


def test_search_asks_for_each_word(peer: GitHubPeer, connector: Connect) -> None:
    found = peer.say("we use acme", NOW)
    peer.say("nothing", NOW)
    posts, _ = drained(connector(GitHubOptions(), searches=("acme", '"acme cloud"')))
    assert ids(posts) == [found]
    queries = [request.query["q"] for request in peer.server.asked]
    assert [query.partition(" updated:")[0] for query in queries] == [
        "acme in:title,body,comments", '"acme cloud" in:title,body,comments',
    ]  # fmt: skip
    assert all(query.endswith(" is:issue") for query in queries)


ANYWHERE = GitHubOptions()


def paths(peer: GitHubPeer) -> list[str]:
    found = [request.path.removeprefix(f"/repos/{NAME}") for request in peer.server.asked]
    peer.server.asked.clear()
    return found


def test_search_hears_the_comment_that_holds_the_word(peer: GitHubPeer, connector: Connect) -> None:
    issue = peer.say("nothing", NOW - timedelta(days=300))
    peer.say("old acme", NOW - timedelta(days=200), parent=issue)
    new = peer.say("acme!", NOW - timedelta(hours=1), parent=issue)
    silent = peer.say("acme itself", NOW - timedelta(hours=2))
    posts, _ = drained(connector(ANYWHERE, searches=("acme",)))
    assert ids(posts) == [issue, silent, new]
    number = issue.partition("#")[2]
    assert paths(peer) == ["/search/issues", f"/issues/{number}/comments"]


def test_quiet_search_is_one_request_a_word(peer: GitHubPeer, connector: Connect) -> None:
    for n in range(4):
        issue = peer.say("acme", NOW - timedelta(minutes=n))
        peer.say("acme and globex", NOW - timedelta(minutes=n), parent=issue)
    made = connector(ANYWHERE, searches=("acme", "globex"))
    _, cursor = drained(made)
    assert len(paths(peer)) == 6  # not once more for the second word
    before = time.thread_time()
    for _ in range(10):
        _, cursor = drained(made, cursor)
    assert (time.thread_time() - before) / 10 < 0.020
    assert paths(peer) == ["/search/issues"] * 20
    new = peer.say("globex again", NOW, parent=issue)
    posts, _ = drained(made, cursor)
    assert new in ids(posts)
    assert len(paths(peer)) == 3


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


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ("acme", "acme"),
        ("Überweg-2", "Überweg-2"),
        ('"acme cloud"', '"acme cloud"'),
        ("repo:x/y", '"repo:x/y"'),
        ("-acme", '"-acme"'),
        ("c++", '"c++"'),
        ("NOT", '"NOT"'),
        ('a"is:pr', '"a is:pr"'),
        ("acme\\", "acme"),
    ],
)
def test_word_never_becomes_a_qualifier(words: str, sent: str) -> None:
    assert quoted(words) == sent


def test_word_with_a_colon_is_searched_as_it_stands(peer: GitHubPeer, connector: Connect) -> None:
    found = peer.say("see acme:cloud", NOW)
    posts, _ = drained(connector(GitHubOptions(), searches=("acme:cloud",)))
    assert ids(posts) == [found]


def test_search_reads_past_a_thousand(peer: GitHubPeer, connector: Connect) -> None:
    all_ids = [peer.say("acme", NOW - timedelta(seconds=n // 40)) for n in range(1_500)]
    posts, _ = drained(connector(GitHubOptions(), searches=("acme",)))
    assert set(ids(posts)) == set(all_ids)


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
    found = connector().recheck([issue, gone, comment, "nonsense", f"{NAME}#d5"])
    assert ids(found.posts) == [issue, comment]
    assert found.gone == [gone]


def test_not_found_of_some_other_server_deletes_nothing(connector: Connect) -> None:
    with closing(HttpServer(lambda _request: Reply(b"<html>no</html>", 404))) as server:
        made = connector(url=server.url)
        with pytest.raises(ConnectorError):
            made.recheck([f"{NAME}#1"])


def test_issue_that_moved_away_is_neither_here_nor_gone(connector: Connect) -> None:
    moved = {**ISSUE, "number": 9}
    with closing(HttpServer(lambda _request: Reply(moved))) as server:
        found = connector(url=server.url).recheck([f"{NAME}#1347"])
    assert (list(found.posts), list(found.gone)) == ([], [])


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
    found = made.recheck([f"{NAME}#d5/c/77", f"{NAME}#d5/c/99", f"{NAME}#d6"])
    assert ids(found.posts) == [f"{NAME}#d5/c/77"]
    assert found.gone == [f"{NAME}#d5/c/99", f"{NAME}#d6"]
    cut = {**reply_to(77), "replies": {"pageInfo": MORE, "nodes": []}}
    peer.discussions[0] = talk(cut)
    assert made.recheck([f"{NAME}#d5/c/99"]).gone == []


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
    found = made.recheck([f"{NAME}#d5/c/100", f"{NAME}#d5/c/200", f"{NAME}#d5"])
    assert set(ids(found.posts)) == {f"{NAME}#d5/c/100", f"{NAME}#d5/c/200", f"{NAME}#d5"}
    assert len(paths(peer)) == 3
    assert made.recheck([f"{NAME}#d5/c/999"]).gone == [f"{NAME}#d5/c/999"]
    assert len(paths(peer)) == 5


def test_second_look_does_not_read_on_for_ever(peer: GitHubPeer, connector: Connect) -> None:
    peer.discussions.append(talk(*map(reply_to, range(1, 600))))
    found = connector(secrets=TOKEN).recheck([f"{NAME}#d5/c/1"])
    assert (list(found.posts), list(found.gone)) == ([], [])
    assert len(paths(peer)) == 10


def test_thread_of_a_long_discussion_is_bounded(peer: GitHubPeer, connector: Connect) -> None:
    peer.discussions.append(talk(*map(reply_to, range(1, 231))))
    made = connector(secrets=TOKEN)
    asked = made.recheck([f"{NAME}#d5/c/10"]).posts[0]
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
    found = made.recheck([f"{NAME}#d5/c/{n}" for n in (1, 2, 3)])
    assert found.gone == [f"{NAME}#d5/c/1", f"{NAME}#d5/c/2"]


def test_failure_of_graphql_deletes_nothing(connector: Connect) -> None:
    failed = {"data": {"repository": {"discussion": None}}, "errors": [{"message": "timeout"}]}
    with closing(HttpServer(lambda _request: Reply(failed))) as server:
        made = connector(url=server.url, secrets=TOKEN)
        with pytest.raises(ConnectorError, match="not told"):
            made.recheck([f"{NAME}#d5"])


def test_enterprise_server_is_asked_beside_its_rest_interface(connector: Connect) -> None:
    answer = {"data": {"repository": {"discussion": dict(TALK)}}}
    with closing(HttpServer(lambda _request: Reply(answer))) as server:
        made = connector(url=f"{server.url}/api/v3", secrets=TOKEN)
        assert made.recheck([f"{NAME}#d5"]).posts
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
            made.recheck([f"{NAME}#d5"])
    assert (caught.value.permanent, caught.value.retry_after) == (permanent, wait)


@pytest.mark.parametrize(
    "options", [{"repositories": ("nonsense",)}, {"repositories": ("a/b/c",)}, {"days_back": -1}]
)
def test_option_that_cannot_be_meant_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        GitHubOptions(**options)  # type: ignore[arg-type]
