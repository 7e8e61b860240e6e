"""A message is claimed once, and every way it can end is kept."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from store import outbox
from store.db import Connection, Engine, reading
from store.records import MessageState
from tests.posts import MOMENT, a_post
from tests.store.seeds import an_open_case, draft_for, only, person

_HOUR = timedelta(hours=1)


def _enqueue(
    tx: Connection, case_id: int, dedupe_key: str, *, hours: int = 0, body: str = "Thank you!"
) -> bool:
    at = MOMENT + hours * _HOUR
    draft = draft_for(tx, case_id, body)
    return outbox.enqueue(tx, dedupe_key, case_id, "rehearsal", draft, at, at)


def _pending(tx: Connection) -> int:
    assert _enqueue(tx, an_open_case(tx, a_post()), "m1")
    return only([one.id for one in outbox.due(tx, MOMENT, 9)])


def test_message_is_put_in_line_once(tx: Connection) -> None:
    case_id = an_open_case(tx, a_post())
    assert _enqueue(tx, case_id, "m1", body="Thank\x00 you!")
    assert not _enqueue(tx, case_id, "m1", body="Thanks again!")
    (message,) = outbox.of_case(tx, case_id)
    assert message.draft == draft_for(tx, case_id, "Thank\ufffd you!")
    assert (message.state, message.attempts) == (MessageState.PENDING, 0)


def test_longest_due_comes_first(tx: Connection) -> None:
    case_id = an_open_case(tx, a_post())
    for hours in (3, 1, 2):
        _enqueue(tx, case_id, f"m{hours}", hours=hours)
    due = outbox.due(tx, MOMENT + 2 * _HOUR, 9)
    assert [one.dedupe_key for one in due] == ["m1", "m2"]
    assert len(outbox.due(tx, MOMENT + 9 * _HOUR, 1)) == 1


def test_two_threads_claim_each_message_exactly_once(engine: Engine) -> None:
    with engine.begin() as tx:
        case_id = an_open_case(tx, a_post())
        for n in range(200):
            _enqueue(tx, case_id, f"m{n}")
        ids = [one.id for one in outbox.due(tx, MOMENT, 200)]
    start = Barrier(2)

    def claim_all() -> list[int]:
        start.wait(timeout=10)
        claimed = []
        for id_ in ids:
            with engine.begin() as tx:
                if outbox.claim(tx, id_, MOMENT):
                    claimed.append(id_)
        return claimed

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(claim_all) for _ in range(2)]
        claims = Counter(id_ for one in both for id_ in one.result())
    assert claims == Counter(ids)
    with reading(engine) as tx:
        assert {one.attempts for one in outbox.listing(tx, MessageState.SENDING, 500)} == {1}


def test_sent_message_is_done(tx: Connection) -> None:
    id_ = _pending(tx)
    assert not outbox.mark_sent(tx, id_, "r1", MOMENT)
    assert outbox.claim(tx, id_, MOMENT)
    assert not outbox.claim(tx, id_, MOMENT)
    assert outbox.mark_sent(tx, id_, "r1", MOMENT + _HOUR)
    assert not outbox.mark_failed(tx, id_, "too late", MOMENT)
    (message,) = outbox.listing(tx, MessageState.SENT, 9)
    assert (message.remote_id, message.sent_at) == ("r1", MOMENT + _HOUR)
    assert outbox.due(tx, MOMENT + 9 * _HOUR, 9) == []


def test_message_of_a_lost_sender_is_stale(tx: Connection) -> None:
    id_ = _pending(tx)
    outbox.claim(tx, id_, MOMENT)
    assert outbox.stale(tx, MOMENT) == []
    assert [one.id for one in outbox.stale(tx, MOMENT + _HOUR)] == [id_]


def test_message_is_tried_again_later_and_given_up_at_last(tx: Connection) -> None:
    id_ = _pending(tx)
    outbox.claim(tx, id_, MOMENT)
    assert outbox.retry_at(tx, id_, MOMENT + _HOUR, "busy")
    assert not outbox.retry_at(tx, id_, MOMENT + _HOUR, "busy")
    assert outbox.due(tx, MOMENT, 9) == []
    (message,) = outbox.due(tx, MOMENT + _HOUR, 9)
    assert (message.error, message.claimed_at, message.attempts) == ("busy", None, 1)
    outbox.claim(tx, id_, MOMENT + _HOUR)
    assert outbox.mark_failed(tx, id_, "forbidden", MOMENT + _HOUR)
    (message,) = outbox.listing(tx, MessageState.FAILED, 9)
    assert (message.error, message.attempts) == ("forbidden", 2)


@pytest.mark.parametrize("is_failed", [False, True])
def test_last_thanks_counts_unless_it_failed(tx: Connection, is_failed: bool) -> None:
    id_ = _pending(tx)
    if is_failed:
        outbox.claim(tx, id_, MOMENT)
        outbox.mark_failed(tx, id_, "forbidden", MOMENT)
    ann, other = person(tx), person(tx, "other")
    assert outbox.last_thanked(tx, [ann, other]) == ({} if is_failed else {ann: MOMENT})
    assert outbox.bodies_since(tx, MOMENT) == ([] if is_failed else ["Thank you!"])


def test_newest_message_counts(tx: Connection) -> None:
    case_id = an_open_case(tx, a_post())
    for hours in (1, 3, 2):
        _enqueue(tx, case_id, f"m{hours}", hours=hours, body=f"body {hours}")
    assert outbox.last_thanked(tx, [person(tx)]) == {person(tx): MOMENT + 3 * _HOUR}
    assert outbox.bodies_since(tx, MOMENT + 2 * _HOUR) == ["body 2", "body 3"]
    keys = [one.dedupe_key for one in outbox.listing(tx, None, 2, 1)]
    assert keys == ["m3", "m1"]
