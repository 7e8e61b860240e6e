"""Stack Exchange: what a search finds, and what it costs."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from listener.connectors import Access
from listener.connectors.stackexchange import StackExchange, StackExchangeOptions
from tests.listener.listening import NOW, drained, ids
from tests.listener.stackexchange_listening import Connect, connecting, one_of
from tests.peers.http import HttpServer, Reply, Request
from tests.peers.stackexchange import StackExchangePeer


@pytest.fixture
def peer() -> Iterator[StackExchangePeer]:
    with closing(StackExchangePeer()) as served:
        yield served


@pytest.fixture
def connector(peer: StackExchangePeer) -> Iterator[Connect]:
    """Makes connectors that are closed at the end."""
    with connecting(peer) as made:
        yield made


def test_search_asks_for_each_word_on_each_site() -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Reply:
        asked.append(request)
        items = [{"filter": "!abc"}] if request.path.endswith("create") else []
        return Reply({"items": items, "has_more": False, "quota_remaining": 9})

    with closing(HttpServer(answer)) as server:
        options = StackExchangeOptions(sites=("stackoverflow", "superuser"))
        access = Access(base_url=server.url, searches=("acme", '"acme cloud"'))
        with closing(StackExchange(options, access)) as made:
            drained(made)
    assert [(one.path, one.query.get("site"), one.query.get("q")) for one in asked] == [
        ("/filters/create", None, None),
        ("/search/excerpts", "stackoverflow", "acme"),
        ("/search/excerpts", "stackoverflow", '"acme cloud"'),
        ("/search/excerpts", "stackoverflow", '"acme\'s cloud"'),
        ("/search/excerpts", "superuser", "acme"),
        ("/search/excerpts", "superuser", '"acme cloud"'),
        ("/search/excerpts", "superuser", '"acme\'s cloud"'),
    ]


def test_search_finds_a_question_by_its_answer(peer: StackExchangePeer, connector: Connect) -> None:
    question = peer.say("how?", NOW)
    answer = peer.say("use acme", NOW, parent=question)
    comment = peer.comment("thanks", NOW, on=answer)
    peer.say("other", NOW)
    posts, _ = drained(connector(searches=("acme",)))
    assert ids(posts) == [question, answer, comment]
    assert one_of(posts, answer).author.handle == "ann"
    assert one_of(posts, answer).parent_id == question


def test_quiet_search_is_one_request_and_hears_what_changes(
    peer: StackExchangePeer, connector: Connect
) -> None:
    question = peer.say("how?", NOW - timedelta(days=1))
    answer = peer.say("use acme", NOW - timedelta(hours=1), parent=question)
    _, cursor = drained(connector(searches=("acme",)))
    made = connector(searches=("acme",))
    asked = len(peer.server.asked)
    posts, cursor = drained(made, cursor)
    posts, cursor = drained(made, cursor)
    assert posts == []
    assert [one.path.rpartition("/")[2] for one in peer.server.asked[asked:]] == [
        "create", "excerpts", "excerpts",
    ]  # fmt: skip
    peer.accept(answer)
    posts, cursor = drained(made, cursor)
    assert one_of(posts, answer).accepted is True
    new = peer.say("acme again", NOW - timedelta(hours=2))
    posts, cursor = drained(made, cursor)
    assert new in ids(posts)


def test_search_that_was_not_kept_is_told_again(
    peer: StackExchangePeer, connector: Connect
) -> None:
    question = peer.say("acme", NOW)
    made = connector(searches=("acme",))
    for _ in range(2):
        assert ids(made.fetch(None).posts) == [question]


def test_search_is_paged_by_time_without_a_loss(
    peer: StackExchangePeer, connector: Connect
) -> None:
    question = peer.say("how?", NOW - timedelta(days=2))
    found = [
        peer.say("acme", NOW - timedelta(seconds=n // 3), parent=question if n % 2 else None)
        for n in range(450)
    ]
    posts, _ = drained(connector(searches=("acme",)))
    assert set(ids(posts)) == {question, *found}


def test_excerpt_of_no_question_is_put_aside(connector: Connect) -> None:
    answers = iter(([{"filter": "!abc"}], [{"item_type": "answer", "answer_id": 1}, "x"]))
    with closing(HttpServer(lambda _request: Reply({"items": next(answers)}))) as server:
        made = connector(access=Access(base_url=server.url, searches=("acme",)))
        batch = made.fetch(None)
    assert [one.reason for one in batch.rejects] == [
        "question_id: expected a whole number",
        "expected an object",
    ]
