"""How the X connector learns what was deleted."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from listener.connectors import ConnectorError
from listener.connectors.x_compliance import to_delete
from tests.listener.x_listening import LOOKUP, Failing, Purse, ago, listening
from tests.peers.x import XPeer
from tests.posts import known


@pytest.fixture
def peer() -> Iterator[XPeer]:
    with closing(XPeer()) as served:
        yield served


def test_job_answers_in_a_later_call_and_after_a_restart(peer: XPeer, tmp_path: Path) -> None:
    gone, kept, other = (peer.say(text, ago(60)) for text in ("gone", "kept", "other"))
    peer.delete(gone)
    peer.compliance.is_slow = True
    with listening(peer, tmp_path) as connector:
        assert connector.recheck(known(gone, kept)).gone == ()
        assert connector.recheck(known(other)).gone == ()
    assert len(peer.compliance.jobs) == 1
    peer.compliance.is_slow = False
    with listening(peer, tmp_path) as connector:
        assert connector.recheck(known(gone, kept)).gone == (gone,)
        assert connector.recheck(known(gone, kept)).gone == (gone,)
    assert len(peer.compliance.jobs) == 1
    body, headers = peer.compliance.uploads[0]
    assert body.split() == [gone, kept]
    assert headers["content-type"] == "text/plain"
    with listening(peer, tmp_path) as connector:
        assert connector.recheck(known(other, kept)).gone == ()
    assert [upload[0].split() for upload in peer.compliance.uploads[1:]] == [[other]]


def test_jobs_cost_no_money(peer: XPeer, tmp_path: Path) -> None:
    id_ = peer.say("hello", ago(60))
    purse = Purse()
    with listening(peer, tmp_path, meter=purse) as connector:
        connector.recheck(known(id_))
    assert purse.spent == peer.billed == 0
    assert len(purse.asked) == len(peer.asked) == 4


@pytest.mark.parametrize(("is_legacy", "is_shown"), [(False, True), (True, False)])
def test_only_x_sees_the_token(
    peer: XPeer, tmp_path: Path, is_legacy: bool, is_shown: bool
) -> None:
    peer.compliance.is_legacy = is_legacy
    id_ = peer.say("hello", ago(60))
    peer.delete(id_)
    with listening(peer, tmp_path) as connector:
        assert connector.recheck(known(id_)).gone == (id_,)
    files = [one for one in peer.asked if "token" in one.query]
    assert ["authorization" in one.headers for one in files] == [is_shown, is_shown]


def test_job_of_somebody_else_is_waited_for(peer: XPeer, tmp_path: Path) -> None:
    id_ = peer.say("hello", ago(60))
    peer.delete(id_)
    peer.compliance.is_slow = True
    with listening(peer, tmp_path) as connector:
        connector.recheck(known("1578516068309794817"))
    with listening(peer, tmp_path / "other") as connector:
        assert connector.recheck(known(id_)).gone == ()
        next(iter(peer.compliance.jobs.values()))["status"] = "complete"
        peer.compliance.is_slow = False
        assert connector.recheck(known(id_)).gone == (id_,)


def test_job_that_does_not_end_is_told_of(peer: XPeer, tmp_path: Path) -> None:
    id_ = peer.say("hello", ago(60))
    peer.compliance.is_slow = True
    with listening(peer, tmp_path) as connector:
        connector.recheck(known(id_))
        state = tmp_path / "x-compliance.json"
        job = json.loads(state.read_text())
        job["job"]["begun_at"] = ago(90_000).isoformat()
        state.write_text(json.dumps(job))
        with pytest.raises(ConnectorError, match="recheck: lookup") as caught:
            connector.recheck(known(id_))
    assert not caught.value.permanent
    assert state.stat().st_mode & 0o077 == 0


def test_app_without_jobs_is_told_of_lookups(peer: XPeer, tmp_path: Path) -> None:
    peer.fail("403")
    with (
        listening(peer, tmp_path) as connector,
        pytest.raises(ConnectorError, match="to lookup") as caught,
    ):
        connector.recheck(known("1578516068309794817"))
    assert caught.value.permanent


@pytest.mark.parametrize("status", ["failed", "expired", None])
def test_job_that_came_to_nothing_is_begun_again(
    peer: XPeer, tmp_path: Path, status: str | None
) -> None:
    id_ = peer.say("hello", ago(60))
    peer.delete(id_)
    peer.compliance.is_slow = True
    with listening(peer, tmp_path) as connector:
        connector.recheck(known(id_))
        peer.compliance.is_slow = False
        if status is None:
            peer.compliance.jobs.clear()
        else:
            next(iter(peer.compliance.jobs.values()))["status"] = status
        assert connector.recheck(known(id_)).gone == (id_,)


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_no_fault_loses_a_job(peer: XPeer, tmp_path: Path, nth: int) -> None:
    id_ = peer.say("hello", ago(60))
    peer.delete(id_)
    with (
        listening(peer, tmp_path, meter=Failing(peer, nth)) as connector,
        pytest.raises(ConnectorError),
    ):
        connector.recheck(known(id_))
    with listening(peer, tmp_path) as connector:
        assert connector.recheck(known(id_)).gone == (id_,)
    assert len(peer.compliance.jobs) == 1


def test_results_that_cannot_be_read_delete_nothing() -> None:
    lines = [
        '{"id": "1", "action": "delete", "reason": "deleted"}',
        '{"id": "2", "action": "rehydrate", "reason": "tweet_edited"}',
        '{"id": "3", "action": "scrub_geo", "reason": "geo_scrubbed"}',
        '{"id": "4", "action": "delete", "reason": "scrub_geo"}',
        '{"id": "not_a_valid_id", "error": "invalid_id"}',
        "<html>", "[1]", "", '{"id": "5", "action": "delete", "reason": "suspended"}',
    ]  # fmt: skip
    assert list(to_delete(lines)) == ["1", "5"]


def test_lookup_tells_what_stands_and_what_is_gone(peer: XPeer, tmp_path: Path) -> None:
    ids = [peer.say(f"number {n}", ago(900 - n)) for n in range(130)]
    peer.delete(ids[7])
    peer.edit(ids[8], "edited", ago(1))
    with listening(peer, tmp_path, LOOKUP) as connector:
        found = connector.recheck(known(*ids))
    assert found.gone == [ids[7]]
    told = {post.platform_id: post.text for post in found.posts}
    assert set(told) == set(ids) - {ids[7]}
    assert told[ids[8]] == "edited"


def test_lookup_keeps_what_it_paid_for_when_the_next_one_fails(peer: XPeer, tmp_path: Path) -> None:
    ids = [peer.say(f"number {n}", ago(900 - n)) for n in range(130)]
    with listening(peer, tmp_path, LOOKUP, meter=Failing(peer, 2)) as connector:
        assert len(connector.recheck(known(*ids)).posts) == 100
    with (
        listening(peer, tmp_path, LOOKUP, meter=Failing(peer, 1)) as connector,
        pytest.raises(ConnectorError),
    ):
        connector.recheck(known(*ids))
