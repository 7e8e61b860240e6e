"""Stack Exchange: its backoff, its daily quota, its errors and our key."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from listener.connectors import Access, ConnectorError, Unread
from listener.connectors.stackexchange import StackExchangeOptions
from tests.listener.listening import NOW, drained, ids
from tests.listener.stackexchange_listening import Connect, connecting
from tests.peers.http import HttpServer, Reply, Request
from tests.peers.stackexchange import INVALID_FILTER, PAGE_26, THROTTLED, StackExchangePeer


@pytest.fixture
def peer() -> Iterator[StackExchangePeer]:
    with closing(StackExchangePeer()) as served:
        yield served


@pytest.fixture
def connector(peer: StackExchangePeer) -> Iterator[Connect]:
    """Makes connectors that are closed at the end."""
    with connecting(peer) as made:
        yield made


def answering(body: object, status: int = 200) -> HttpServer:
    return HttpServer(lambda _request: Reply(body, status))


@pytest.mark.parametrize(("key", "pages"), [(None, 20), ("k", 25)])
def test_first_look_leaves_enough_of_the_day(
    peer: StackExchangePeer, connector: Connect, key: str | None, pages: int
) -> None:
    for n in range(2_500):
        peer.say("x", NOW - timedelta(seconds=10 * n))
    secrets = {"LAURELS_STACKEXCHANGE_KEY": key} if key else {}
    access = Access(base_url=peer.url, secrets=secrets, timeout=1.0)
    made = connector(StackExchangeOptions(tags=("acme",)), access=access)
    cursor, fetched = None, 0
    unread: list[Unread] = []
    while True:
        batch = made.fetch(cursor)
        cursor, fetched = batch.cursor, fetched + 1
        unread += batch.unread
        if batch.exhausted:
            break
    assert abs(fetched - pages) <= (1 if key else 0)
    assert [one.what for one in unread] == ([] if key else ["stackoverflow: questions"])
    assert all("20 pages" in one.reason for one in unread)
    new = [peer.say("x", NOW) for _ in range(2)]
    assert set(new) <= set(ids(drained(made, cursor)[0]))


def test_first_look_is_bounded_for_all_listings_together(
    peer: StackExchangePeer, connector: Connect
) -> None:
    for n in range(1_500):
        peer.say("acme beta", NOW - timedelta(seconds=10 * n))
    made = connector(searches=("acme", "beta"))
    drained(made)
    assert sum(one.path.endswith("excerpts") for one in peer.server.asked) == 20


def test_backoff_is_kept_and_a_little_longer(peer: StackExchangePeer, connector: Connect) -> None:
    clock = [NOW]
    access = Access(base_url=peer.url, now=lambda: clock[0], timeout=1.0)
    made = connector(StackExchangeOptions(tags=("acme",)), access=access)
    _, cursor = drained(made)
    peer.backoff = 12
    _, cursor = drained(made, cursor)
    peer.backoff = None
    asked = len(peer.server.asked)
    for waited in (0, 12):
        clock[0] = NOW + timedelta(seconds=waited)
        with pytest.raises(ConnectorError) as caught:
            made.fetch(cursor)
        assert not caught.value.permanent
        assert caught.value.retry_after == 15 - waited
    assert len(peer.server.asked) == asked
    clock[0] = NOW + timedelta(seconds=15)
    drained(made, cursor)


def test_backoff_in_the_middle_of_a_sweep_is_told_and_loses_nothing(
    peer: StackExchangePeer, connector: Connect
) -> None:
    clock = [NOW]
    all_ids = {peer.say("x", NOW - timedelta(minutes=n)) for n in range(150)}
    access = Access(base_url=peer.url, now=lambda: clock[0], timeout=1.0)
    made = connector(access=access)
    peer.backoff = 10
    first = made.fetch(None)
    with pytest.raises(ConnectorError) as caught:
        made.fetch(first.cursor)
    assert (caught.value.permanent, caught.value.retry_after) == (False, 13)
    peer.backoff = None
    clock[0] = NOW + timedelta(seconds=13)
    rest, _ = drained(made, first.cursor)
    assert set(ids(first.posts)) | set(ids(rest)) == all_ids


def test_backoff_is_of_one_method_alone(peer: StackExchangePeer, connector: Connect) -> None:
    peer.backoff = 10
    drained(connector())
    assert {one.path for one in peer.server.asked} >= {"/2.3/questions", "/2.3/comments"}


def test_throttle_of_one_listing_is_that_of_all(connector: Connect) -> None:
    answers = iter(([{"filter": "!abc"}], [], None))

    def answer(_request: Request) -> Reply:
        items = next(answers)
        return Reply(THROTTLED, 400) if items is None else Reply({"items": items})

    with closing(HttpServer(answer)) as server:
        made = connector(access=Access(base_url=server.url))
        batch = made.fetch(None)
        with pytest.raises(ConnectorError) as caught:
            made.fetch(batch.cursor)
    assert (caught.value.permanent, caught.value.retry_after) == (False, 84_600)


def test_selection_of_fields_that_is_unknown_is_made_anew_once(
    peer: StackExchangePeer, connector: Connect
) -> None:
    made = connector(StackExchangeOptions(tags=("acme",)))
    _, cursor = drained(made)
    peer.filter = "!another"
    new = peer.say("how?", NOW)
    asked = len(peer.server.asked)
    assert ids(drained(made, cursor)[0]) == [new]
    assert [one.path for one in peer.server.asked[asked:]] == [
        "/2.3/search/advanced", "/2.3/filters/create", "/2.3/search/advanced",
    ]  # fmt: skip


def test_selection_of_fields_that_stays_unknown_is_for_a_person(connector: Connect) -> None:
    def answer(request: Request) -> Reply:
        created = request.path.endswith("create")
        return Reply({"items": [{"filter": "!a"}]}) if created else Reply(INVALID_FILTER, 400)

    with closing(HttpServer(answer)) as server:
        made = connector(StackExchangeOptions(tags=("a",)), access=Access(base_url=server.url))
        with pytest.raises(ConnectorError, match="Invalid filter specified") as caught:
            made.fetch(None)
        assert len(server.asked) == 4
    assert caught.value.permanent


def test_refusal_is_told_in_the_words_of_the_site(connector: Connect) -> None:
    with closing(answering(PAGE_26, 400)) as server:
        made = connector(access=Access(base_url=server.url))
        with pytest.raises(ConnectorError, match="page above 25 requires") as caught:
            drained(made)
    assert caught.value.permanent
    assert "LAURELS_STACKEXCHANGE_KEY" in str(caught.value)


def test_spent_quota_waits_for_the_next_day(peer: StackExchangePeer, connector: Connect) -> None:
    peer.quota = 2
    noon = NOW.replace(hour=12, minute=0, second=0)
    access = Access(base_url=peer.url, now=lambda: noon, timeout=1.0)
    made = connector(StackExchangeOptions(tags=("acme",)), access=access)
    batch = made.fetch(None)
    with pytest.raises(ConnectorError, match="LAURELS_STACKEXCHANGE_KEY") as caught:
        made.fetch(batch.cursor)
    assert caught.value.retry_after == 12 * 3600 + 60


def test_looking_all_the_time_leaves_requests_for_the_whole_day(
    peer: StackExchangePeer, connector: Connect
) -> None:
    day = NOW.replace(hour=0, minute=0, second=0)
    clock, looks, waits = day, list[datetime](), list[ConnectorError]()
    peer.quota = 300
    access = Access(base_url=peer.url, now=lambda: clock, timeout=1.0)
    made, cursor = connector(StackExchangeOptions(tags=("acme",)), access=access), None
    for _ in range(1_000):
        if clock >= day + timedelta(days=1):
            break
        try:
            _, cursor = drained(made, cursor)
        except ConnectorError as error:
            waits.append(error)
            clock += timedelta(seconds=error.retry_after or 0)
        else:
            looks.append(clock)
            clock += timedelta(seconds=1)
    assert peer.quota >= 0
    assert looks[100] < day + timedelta(hours=1)
    pauses = [(b - a).total_seconds() for a, b in pairwise(looks)]
    assert max(pauses) < 1_000
    assert looks[-1] > day + timedelta(hours=23, minutes=30)
    for hint in ("every_seconds", "LAURELS_STACKEXCHANGE_KEY", "of 300 requests"):
        assert hint in str(waits[0])
    assert not waits[0].permanent


@pytest.mark.parametrize(
    ("body", "permanent", "wait"),
    [
        (THROTTLED, False, 84_600),
        ({"error_id": 502, "error_name": "throttle_violation", "error_message": "no"}, False, 3600),
        ({"error_id": 500, "error_name": "internal_error", "error_message": "?"}, False, None),
        ({"error_id": 503, "error_name": "temporarily_unavailable"}, False, None),
        ({"error_id": 400, "error_name": "bad_parameter", "error_message": "site"}, True, None),
        ({"error_id": "x"}, True, None),
        ([], True, None),
    ],
)
def test_error_is_what_the_body_says_and_not_the_status(
    connector: Connect, body: object, permanent: bool, wait: float | None
) -> None:
    with closing(answering(body, 400)) as server:
        made = connector(access=Access(base_url=server.url))
        with pytest.raises(ConnectorError) as caught:
            drained(made)
    assert (caught.value.permanent, caught.value.retry_after) == (permanent, wait)


def test_key_is_sent_and_never_shown(connector: Connect) -> None:
    with closing(answering({"error_id": 400, "error_message": "`key`"}, 400)) as server:
        access = Access(base_url=server.url, secrets={"LAURELS_STACKEXCHANGE_KEY": "s3cret"})
        made = connector(access=access)
        with pytest.raises(ConnectorError) as caught:
            drained(made)
        assert {one.query["key"] for one in server.asked} == {"s3cret"}
    assert "s3cret" not in str(caught.value)
