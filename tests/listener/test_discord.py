"""Discord over real sockets: it loses nothing when something fails, and says what to do."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from listener.connectors import ConnectorError
from listener.connectors.discord import DiscordOptions
from listener.connectors.discord_gateway import Gateway
from tests.peers.discord import DiscordPeer
from tests.peers.discord_ear import Ear, ago, refusal, until_true


@pytest.fixture
def peer() -> Iterator[DiscordPeer]:
    with closing(DiscordPeer()) as served:
        yield served


@pytest.fixture
def ear(peer: DiscordPeer, tmp_path: Path) -> Iterator[Ear]:
    made = Ear(peer, tmp_path)
    yield made
    made.connector.close()


def test_process_killed_at_any_batch_goes_on_from_its_cursor(ear: Ear) -> None:
    ids = [ear.peer.say(f"number {n}", ago(900 - n)) for n in range(250)]
    for n in range(6):
        ear.fetch()
        ids.append(ear.peer.say(f"live {n}", ago(100 - n)))
        ear.connector.close()  # what it had heard and not given is lost with it
        ear.connector = ear.made()
    ear.hear()
    assert {post.platform_id for post in ear.seen} == set(ids)


def test_live_message_passes_no_cursor_over_history(ear: Ear) -> None:
    ids = [ear.peer.say(f"number {n}", ago(900 - n)) for n in range(150)]
    ear.fetch()
    live = ear.peer.say("now", ago(1))
    cursor = ear.cursor
    ear.restart()
    ear.cursor = cursor
    ear.hear()
    assert {post.platform_id for post in ear.seen} == {*ids, live}
    assert len(ear.seen) == len(ids) + 1


def test_batch_that_was_not_stored_is_given_again(ear: Ear) -> None:
    ear.hear()
    before = ear.cursor
    id_ = ear.peer.say("once", ago(9))
    ear.fetch()
    ear.cursor = before
    assert [post.platform_id for post in ear.fetch().posts] == [id_]
    assert ear.hear() == {}


def test_cursor_of_another_time_is_gone_on_from(ear: Ear) -> None:
    ear.hear()
    before = ear.cursor
    ids = [ear.peer.say(f"number {n}", ago(9 - n)) for n in range(2)]
    ear.hear()
    ear.peer.say("after", ago(1))
    ear.hear()
    ear.cursor = before
    assert set(ear.hear()) > set(ids)


@pytest.mark.parametrize("fault", ["op7", "op9-resumable", "reset", "close-4000", "garbage"])
def test_what_is_said_during_a_break_is_heard_after_it(ear: Ear, fault: str) -> None:
    ear.peer.say("before", ago(60))
    ear.hear()
    ear.peer.fail(fault)
    id_ = ear.peer.say("meanwhile", ago(30))
    assert id_ in ear.hear()


def test_session_that_is_over_leaves_its_gap_to_history(ear: Ear) -> None:
    first = ear.peer.say("before", ago(60))
    ear.hear()
    ear.peer.fail("op9")
    missed = [ear.peer.say(f"unheard {n}", ago(50 - n), heard=False) for n in range(3)]
    assert set(ear.hear()) == set(missed)
    assert first not in missed


def test_edit_and_deletion_during_a_gap_are_found(ear: Ear) -> None:
    changed, gone, kept = (ear.peer.say(text, ago(60)) for text in ("teh", "regretted", "kept"))
    ear.hear()
    ear.connector.close()
    ear.peer.world.change(changed, content="the", edited_timestamp=ago(5).isoformat())
    ear.peer.delete(gone, heard=False)
    ear.connector = ear.made()
    posts = ear.hear()
    assert posts[changed].text == "the"
    assert kept not in posts
    assert ear.gone() == [gone]


def test_history_that_is_suddenly_empty_is_no_deletion(ear: Ear) -> None:
    id_ = ear.peer.say("there", ago(60))
    ear.hear()
    ear.connector.close()
    ear.peer.delete(id_, heard=False)
    ear.connector = ear.made()
    ear.hear()
    assert ear.gone() == []


def test_silent_gateway_is_left_for_another_connection(
    peer: DiscordPeer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gateway, "silence", 0.3)
    peer.heartbeat_ms = 100
    ear = Ear(peer, tmp_path)
    with closing(ear.connector):
        ear.hear()
        peer.acknowledges = False
        until_true(lambda: peer.connections > 1)
        peer.acknowledges = True
        id_ = peer.say("after", ago(9))
        assert id_ in ear.hear()


def test_server_that_refuses_connections_is_said_so_at_once(tmp_path: Path) -> None:
    with closing(DiscordPeer()) as peer:
        ear = Ear(peer, tmp_path)
    with closing(ear.connector), pytest.raises(ConnectorError, match="connecting") as caught:
        ear.fetch()
    assert not caught.value.permanent


def test_gateway_that_was_down_for_long_is_tried_anew(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gateway, "looks_every", 0.4)
    ear.hear()
    ear.peer.is_down = True
    ear.peer.asked.clear()
    ear.peer.fail("reset")
    id_ = ear.peer.say("meanwhile", ago(9))
    until_true(lambda: "GET /users/@me" in ear.peer.asked)
    ear.peer.is_down = False
    assert id_ in ear.hear()


def test_bad_token_names_the_variable_and_not_the_token(ear: Ear) -> None:
    ear.peer.secrets = {"LAURELS_DISCORD_TOKEN": "not-the-token"}
    ear.restart()
    told = str(refusal(ear))
    assert "LAURELS_DISCORD_TOKEN" in told
    assert "not-the-token" not in told


@pytest.mark.parametrize(
    ("code", "hint"), [(4014, "Message Content Intent"), (4004, "LAURELS_DISCORD_TOKEN")]
)
def test_gateway_that_refuses_says_what_to_do(ear: Ear, code: int, hint: str) -> None:
    ear.peer.intents_closed = code
    assert hint in str(refusal(ear))
    ear.peer.intents_closed = None
    id_ = ear.peer.say("mended", ago(9))
    assert id_ in ear.hear()


def test_gateway_that_is_not_there_is_tried_again(ear: Ear) -> None:
    ear.peer.gateway_port = 1
    with pytest.raises(ConnectorError) as caught:
        ear.fetch()
    assert not caught.value.permanent
    ear.peer.gateway_port = 0
    id_ = ear.peer.say("back", ago(9))
    assert id_ in ear.hear()


@pytest.mark.parametrize("fault", ["429", "500", "503", "reset-rest", "cut"])
def test_history_that_fails_is_asked_again(ear: Ear, fault: str) -> None:
    id_ = ear.peer.say("there", ago(60))
    ear.peer.fail(fault)
    assert set(ear.hear()) == {id_}
    assert not ear.peer.rest_faults


def test_channel_that_refuses_its_history_is_left_out(ear: Ear) -> None:
    thread = ear.peer.open_thread("Open", ago(60))
    id_ = ear.peer.say("readable", ago(60), room=thread)
    ear.peer.say("hidden", ago(60))
    ear.peer.fail("403-history")
    assert set(ear.hear()) == {id_}
    assert "refuses its history" in ear.unread()["Acme #general"]


def test_budget_that_is_spent_leaves_live_messages(ear: Ear) -> None:
    ear.peer.say("history", ago(60))

    class Spent:
        def spend(self, what: str, *, requests: int = 1, micro_usd: int = 0) -> None:
            raise ConnectorError(f"nothing left for {what}")

        def settle(self, micro_usd: int) -> None: ...

    ear.connector.close()
    ear.connector = ear.made(meter=Spent())
    with pytest.raises(ConnectorError, match="nothing left for"):
        ear.fetch()
    assert not [one for one in ear.peer.asked if "/messages" in one]


def test_two_addresses_at_once_are_refused(ear: Ear, tmp_path: Path) -> None:
    ear.hear()
    with closing(DiscordPeer()) as other:
        second = Ear(other, tmp_path / "other")
        with pytest.raises(ConnectorError, match="base_url"):
            second.fetch()


def test_closing_is_quick_and_leaves_nothing_behind(ear: Ear) -> None:
    from discord.http import Route

    ear.hear()
    ear.connector.close()
    assert Route.BASE == "https://discord.com/api/v10"
    assert not [one for one in threading.enumerate() if one.name == "discord"]


def test_closing_while_it_waits_to_identify_anew_ends_it(ear: Ear) -> None:
    ear.hear()
    before = ear.peer.connections
    ear.peer.fail("op9")
    until_true(lambda: ear.peer.connections > before)
    ear.connector.close()
    assert ear.peer.connections == before + 1


def test_quiet_restart_asks_for_little(ear: Ear) -> None:
    ear.hear()
    ear.restart()
    ear.peer.asked.clear()
    ear.hear()
    asked = [one for one in ear.peer.asked if "/messages" in one]
    assert len(asked) <= 1


@pytest.mark.parametrize("hours", [-1, 100_000])
def test_look_back_has_bounds(hours: int) -> None:
    with pytest.raises(ValueError, match="lookback_hours"):
        DiscordOptions(lookback_hours=hours)
