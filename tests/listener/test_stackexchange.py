"""Stack Exchange: how questions are listed, what is heard late, what a second look tells."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from listener.connectors import Access, ConnectorError
from listener.connectors.stackexchange import StackExchangeOptions
from tests.listener.listening import NOW, drained, ids
from tests.listener.stackexchange_listening import Connect, connecting
from tests.peers.http import HttpServer, Reply, Request
from tests.peers.stackexchange import StackExchangePeer
from tests.posts import known


@pytest.fixture
def peer() -> Iterator[StackExchangePeer]:
    with closing(StackExchangePeer()) as served:
        yield served


@pytest.fixture
def connector(peer: StackExchangePeer) -> Iterator[Connect]:
    """Makes connectors that are closed at the end."""
    with connecting(peer) as made:
        yield made


@pytest.mark.parametrize("tags", [(), ("acme",)])
def test_comment_without_its_words_is_asked_for_by_its_number(
    peer: StackExchangePeer, connector: Connect, tags: tuple[str, ...]
) -> None:
    question = peer.say("how?", NOW)
    comments = [peer.comment(f"word {n}", NOW, on=question) for n in range(150)]
    peer.silent = True
    posts, _ = drained(connector(StackExchangeOptions(tags=tags)))
    assert {post.platform_id for post in posts} == {question, *comments}
    assert all(post.text for post in posts)
    assert sum("/2.3/comments/" in one.path for one in peer.server.asked) == 2


def test_comment_whose_words_nobody_tells_is_put_aside(connector: Connect) -> None:
    comment = {"comment_id": 2, "post_id": 1, "creation_date": 1656180148, "owner": {}}
    question = {"question_id": 1, "creation_date": 1656180148, "body": "?", "comments": [comment]}
    answers = iter(([{"filter": "!abc"}], [question], [comment]))
    with closing(HttpServer(lambda _request: Reply({"items": next(answers)}))) as server:
        made = connector(access=Access(base_url=server.url))
        batch = made.fetch(None)
    assert ids(batch.posts) == ["stackoverflow/q/1"]
    assert [one.reason for one in batch.rejects] == ["body: missing"]


@pytest.mark.parametrize("tags", [(), ("acme",)])
def test_late_acceptance_and_comment_are_heard_though_they_are_no_activity(
    peer: StackExchangePeer, connector: Connect, tags: tuple[str, ...]
) -> None:
    old = NOW - timedelta(days=3)
    question = peer.say("how?", old)
    answer = peer.say("so", old, parent=question)
    peer.say("another", NOW)
    made = connector(StackExchangeOptions(tags=tags))
    _, cursor = drained(made)
    posts, cursor = drained(made, cursor)
    assert answer not in ids(posts)
    peer.accept(answer)
    comment = peer.comment("it works", NOW, on=answer)
    posts, _ = drained(made, cursor)
    heard = {post.platform_id: post for post in posts}
    assert heard[answer].accepted is True
    assert heard[comment].parent_id == answer


def test_many_questions_are_paged_by_time_without_a_loss(
    peer: StackExchangePeer, connector: Connect
) -> None:
    all_ids = [peer.say("x", NOW - timedelta(seconds=n // 150)) for n in range(900)]
    posts, _ = drained(connector(StackExchangeOptions(tags=("acme",))))
    assert set(ids(posts)) == set(all_ids)
    assert max(int(one.query["page"]) for one in peer.server.asked if "page" in one.query) <= 2


def test_one_question_of_1970_does_not_end_the_listing(connector: Connect) -> None:
    at = int(NOW.timestamp())
    dates = [[at, 0, at - 9], [at - 9, at - 20]]
    pages = [
        [
            {"question_id": date, "creation_date": at, "last_activity_date": date, "body": "?"}
            for date in page
        ]
        for page in dates
    ]
    answers = iter(
        [
            {"items": [{"filter": "!abc"}]},
            {"items": pages[0], "has_more": True},
            {"items": pages[1]},
            {"items": []},
        ]
    )
    with closing(HttpServer(lambda _request: Reply(next(answers)))) as server:
        posts, _ = drained(connector(access=Access(base_url=server.url)))
    assert f"stackoverflow/q/{at - 20}" in ids(posts)


def test_page_on_which_nothing_can_be_read_does_not_end_the_listing(connector: Connect) -> None:
    at = int(NOW.timestamp())
    odd = [{"question_id": n, "body": "no date"} for n in range(3)]
    good = {"question_id": 7, "creation_date": at, "last_activity_date": at, "body": "?"}

    def answer(request: Request) -> Reply:
        if request.path.endswith("create"):
            return Reply({"items": [{"filter": "!abc"}]})
        is_last = request.query["page"] == "3"
        return Reply({"items": [good] if is_last else odd, "has_more": not is_last})

    with closing(HttpServer(answer)) as server:
        made = connector(StackExchangeOptions(tags=("a",)), access=Access(base_url=server.url))
        batches = [made.fetch(None)]
        while not batches[-1].exhausted:
            batches.append(made.fetch(batches[-1].cursor))
    assert [ids(one.posts) for one in batches] == [[], [], ["stackoverflow/q/7"]]
    assert [len(one.rejects) for one in batches] == [3, 3, 0]


def test_listing_on_which_nothing_can_ever_be_read_ends_and_is_told(connector: Connect) -> None:
    def answer(request: Request) -> Reply:
        is_filter = request.path.endswith("create")
        items = [{"filter": "!abc"}] if is_filter else [{"question_id": 1, "body": "no date"}]
        return Reply({"items": items, "has_more": True})

    with closing(HttpServer(answer)) as server:
        made = connector(StackExchangeOptions(tags=("a",)), access=Access(base_url=server.url))
        batch = made.fetch(None)
        while not batch.exhausted:
            batch = made.fetch(batch.cursor)
        assert len(server.asked) == 11
    assert "10 pages in a row" in batch.unread[0].reason


def test_question_that_cannot_be_read_is_put_aside(connector: Connect) -> None:
    items = [{"question_id": 1, "body": "no date"}, "nonsense"]
    answers = iter(([{"filter": "!abc"}], items, []))
    with closing(HttpServer(lambda _request: Reply({"items": next(answers)}))) as server:
        made = connector(access=Access(base_url=server.url))
        batch = made.fetch(None)
    assert [one.reason for one in batch.rejects] == [
        "creation_date: expected a whole number",
        "expected an object",
    ]


def test_second_look_that_has_to_wait_tells_what_it_saw(
    peer: StackExchangePeer, connector: Connect
) -> None:
    question = peer.say("how?", NOW)
    peer.backoff = 10
    made = connector()
    found = made.recheck(known(question, "superuser/q/1", "stackoverflow/q/9"))
    assert (ids(found.posts), found.gone) == ([question], ["stackoverflow/q/9"])
    with pytest.raises(ConnectorError):
        made.recheck(known(question))


def test_second_look_asks_once_for_each_kind(peer: StackExchangePeer, connector: Connect) -> None:
    question, gone = peer.say("how?", NOW), peer.say("regretted", NOW)
    answer = peer.say("so", NOW, parent=question)
    comment = peer.comment("thanks", NOW, on=answer)
    made = connector()
    drained(made)
    peer.delete(gone)
    peer.edit(answer, "so it is", NOW)
    asked = len(peer.server.asked)
    found = made.recheck(known(question, gone, answer, comment, "nonsense"))
    assert len(peer.server.asked) == asked + 3
    assert {post.platform_id: post.text for post in found.posts} == {
        question: "how?", answer: "so it is", comment: "thanks",
    }  # fmt: skip
    assert found.gone == [gone]


def test_quiet_poll_is_cheap(peer: StackExchangePeer, connector: Connect) -> None:
    for n in range(100):
        question = peer.say("how? " * 50, NOW - timedelta(hours=1, minutes=n))
        peer.say("so " * 50, NOW - timedelta(hours=1, minutes=n), parent=question)
    made = connector(StackExchangeOptions(tags=("acme",)))
    _, cursor = drained(made)
    asked = len(peer.server.asked)
    for _ in range(10):
        _, cursor = drained(made, cursor)
    assert len(peer.server.asked) == asked + 10


@pytest.mark.parametrize(
    "options", [{"sites": ()}, {"sites": ("https://superuser.com",)}, {"days_back": -1}]
)
def test_option_that_cannot_be_meant_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        StackExchangeOptions(**options)  # type: ignore[arg-type]
