"""What went from Discord while nobody listened goes here, too: messages, threads, channels."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from listener.connectors import ConnectorError, Held, Standing
from listener.connectors.discord import DiscordOptions
from listener.match import Matcher
from listener.platform_rules import RULES
from listener.poll import poll_once
from listener.purge import recheck_due
from listener.query import EVERYTHING
from store import mentions
from store.db import Engine, reading
from store.records import Post
from tests.peers.discord import DiscordPeer
from tests.peers.discord_ear import Ear, ago
from tests.peers.discord_payloads import BOT, GUILD, user
from tests.peers.discord_world import GENERAL


@pytest.fixture
def peer() -> Iterator[DiscordPeer]:
    with closing(DiscordPeer()) as served:
        yield served


@pytest.fixture
def ear(peer: DiscordPeer, tmp_path: Path) -> Iterator[Ear]:
    made = Ear(peer, tmp_path)
    yield made
    made.connector.close()


class Budget:
    """A meter that allows some requests."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, what: str, *, requests: int = 1, micro_usd: int = 0) -> None:
        if self.left == 0:
            raise ConnectorError(f"nothing left for {what}")
        self.left -= requests

    def settle(self, micro_usd: int) -> None: ...


def link(id_: str, room: int = GENERAL) -> Held:
    return Held(id_, f"https://discord.com/channels/{GUILD}/{room}/{id_}")


def pages(peer: DiscordPeer) -> int:
    """How many requests for messages there were since the last call."""
    asked = [one for one in peer.asked if "/messages" in one]
    peer.asked.clear()
    return len(asked)


def told(standing: Standing) -> tuple[set[str], set[str], set[str]]:
    """Edited, gone, unchanged."""
    return {one.platform_id for one in standing.posts}, set(standing.gone), set(standing.unchanged)


def test_edits_and_deletions_far_back_are_told_by_a_request_for_each_hundred(ear: Ear) -> None:
    ids = [ear.peer.say(f"number {n}", ago(9000 - n)) for n in range(230)]
    ear.hear()
    ear.peer.world.change(ids[3], content="other words", edited_timestamp=ago(5).isoformat())
    for id_ in (ids[7], ids[120], ids[229]):
        ear.peer.delete(id_, heard=False)
    pages(ear.peer)
    asked = [link(ids[n]) for n in (120, 3, 7, 9, 100)]
    found = ear.connector.recheck(asked)
    assert told(found) == ({ids[3]}, {ids[7], ids[120]}, {ids[9], ids[100]})
    assert found.posts[0].text == "other words"
    assert pages(ear.peer) == 2
    assert told(ear.connector.recheck([link(ids[229])])) == (set(), {ids[229]}, set())


def test_edit_that_was_heard_is_not_told_again(ear: Ear, sqlite_engine: Engine) -> None:
    kept = Kept(ear, sqlite_engine)
    id_ = ear.peer.say("teh words", ago(90))
    kept.hear()
    ear.peer.edit(id_, "the words", ago(60))
    kept.hear()
    (held,) = kept.posts(id_).values()
    assert held.text == "the words"
    before = Held(id_, held.url, held.edited_at)
    assert told(ear.connector.recheck([before])) == (set(), set(), {id_})
    later = ago(30).isoformat()
    ear.peer.world.change(id_, content="these words", edited_timestamp=later)
    assert told(ear.connector.recheck([before])) == ({id_}, set(), set())


def test_channel_that_is_gone_takes_its_messages_and_no_others(ear: Ear) -> None:
    thread = ear.peer.open_thread("Short-lived", ago(90), archived=True)
    lost = ear.peer.say("in the thread", ago(80), room=thread)
    kept = ear.peer.say("elsewhere", ago(80))
    ear.hear()
    ear.peer.delete_room(thread, heard=False)
    found = ear.connector.recheck([link(lost, thread), link(kept)])
    assert told(found) == (set(), {lost}, {kept})


def test_history_that_may_not_be_read_tells_nothing(ear: Ear) -> None:
    gone, kept = ear.peer.say("one", ago(80)), ear.peer.say("two", ago(70))
    ear.hear()
    ear.peer.delete(gone, heard=False)
    ear.peer.world.barred.add(GENERAL)
    assert told(ear.connector.recheck([link(gone), link(kept)])) == (set(), set(), set())
    ear.peer.world.barred.clear()
    ear.peer.fail("403-history")
    assert told(ear.connector.recheck([link(gone), link(kept)])) == (set(), set(), set())


def test_channel_that_was_emptied_is_told_apart_from_one_that_is_closed(ear: Ear) -> None:
    ids = [ear.peer.say(text, ago(80)) for text in ("one", "two")]
    ear.hear()
    for id_ in ids:
        ear.peer.delete(id_, heard=False)
    assert told(ear.connector.recheck([link(id_) for id_ in ids])) == (set(), set(ids), set())


def test_command_stands_as_long_as_its_channel(ear: Ear) -> None:
    thread = ear.peer.open_thread("Thanks", ago(90), archived=True)
    thanks = Held("77", f"https://discord.com/channels/{GUILD}/{thread}")
    assert told(ear.connector.recheck([thanks])) == (set(), set(), {"77"})
    ear.peer.delete_room(thread, heard=False)
    assert told(ear.connector.recheck([thanks])) == (set(), {"77"}, set())


def test_what_has_no_link_is_not_told(ear: Ear) -> None:
    known = [Held("7"), Held("8", "https://example.org/8"), Held("x", link("8").url)]
    assert told(ear.connector.recheck(known)) == (set(), set(), set())


def test_spent_budget_keeps_what_was_told(ear: Ear) -> None:
    ids = [ear.peer.say(f"number {n}", ago(9000 - n)) for n in range(150)]
    asked = [link(ids[0]), link(ids[149])]
    ear.hear()
    ear.connector.close()
    ear.connector = ear.made(meter=Budget(1))
    assert told(ear.connector.recheck(asked)) == (set(), set(), {ids[0]})
    with pytest.raises(ConnectorError, match="nothing left for known messages"):
        ear.connector.recheck(asked)


def test_gateway_that_is_away_is_said_so(ear: Ear) -> None:
    ear.peer.is_down = True
    with pytest.raises(ConnectorError) as caught:
        ear.connector.recheck([link("7")])
    assert not caught.value.permanent


def test_without_contents_existence_is_told_and_words_of_others_are_not(
    peer: DiscordPeer, tmp_path: Path
) -> None:
    ear = Ear(peer, tmp_path, DiscordOptions())
    with closing(ear.connector):
        marked, gone = peer.say("marked", ago(80)), peer.say("gone", ago(70))
        for_us = peer.say("<@1> help", ago(60), mentions=[user("laurels", BOT)])
        ear.hear()
        edited = ago(5).isoformat()
        peer.world.change(marked, content="", edited_timestamp=edited)
        peer.world.change(for_us, content="<@1> please", edited_timestamp=edited)
        peer.delete(gone, heard=False)
        found = ear.connector.recheck([link(marked), link(gone), link(for_us)])
    assert told(found) == ({for_us}, {gone}, {marked})


class Kept:
    """What is heard is stored, as the daemon does it."""

    def __init__(self, ear: Ear, engine: Engine) -> None:
        self.ear = ear
        self.engine = engine

    def hear(self) -> None:
        every_post = Matcher({EVERYTHING: EVERYTHING})
        for _ in range(60):
            try:
                done = poll_once(self.engine, "chat", self.ear.connector, every_post, ago(0))
            except ConnectorError:
                continue
            if done.exhausted:
                return
        raise AssertionError("never exhausted")

    def posts(self, *ids: str) -> dict[str, Post]:
        with reading(self.engine) as tx:
            found = mentions.by_platform_ids(tx, "discord", ids)
        return {id_: one.post for id_, one in found.items()}

    def standing(self, *ids: str) -> set[str]:
        return {id_ for id_, one in self.posts(*ids).items() if one.deleted_at is None}


def test_deleted_thread_takes_its_messages_and_not_the_one_that_it_was_about(
    ear: Ear, sqlite_engine: Engine
) -> None:
    kept = Kept(ear, sqlite_engine)
    about = ear.peer.say("see the thread", ago(90))
    reply = ear.peer.say("in the channel", ago(85), parent=about)
    thread = ear.peer.open_thread("Aside", ago(80), parent=GENERAL, id_=int(about))
    inside = ear.peer.say("in the thread", ago(70), room=thread)
    kept.hear()
    ear.restart()  # no message of before is remembered
    kept.hear()
    ear.peer.delete_room(thread)
    kept.hear()
    assert kept.standing(about, reply, inside) == {about, reply}


def test_deleted_forum_post_goes_whole(ear: Ear, sqlite_engine: Engine) -> None:
    kept = Kept(ear, sqlite_engine)
    thread = ear.peer.open_thread("How?", ago(90))
    ids = [ear.peer.say(f"number {n}", ago(80 - n), room=thread) for n in range(3)]
    kept.hear()
    ear.peer.delete_room(thread)
    kept.hear()
    assert kept.standing(*ids) == set()


def test_deleted_channel_goes_whole_with_its_open_threads(ear: Ear, sqlite_engine: Engine) -> None:
    kept = Kept(ear, sqlite_engine)
    thread = ear.peer.open_thread("Aside", ago(80), parent=GENERAL)
    ids = [ear.peer.say("here", ago(90)), ear.peer.say("there", ago(70), room=thread)]
    other = ear.peer.open_thread("Elsewhere", ago(80))
    stays = ear.peer.say("kept", ago(80), room=other)
    kept.hear()
    ear.peer.delete_room(GENERAL)
    kept.hear()
    assert kept.standing(*ids, stays) == {stays}


def test_lost_session_is_made_good_by_the_daily_look(ear: Ear, sqlite_engine: Engine) -> None:
    kept = Kept(ear, sqlite_engine)
    ids = [ear.peer.say(f"number {n}", ago(9000 - n)) for n in range(150)]
    kept.hear()
    ear.peer.fail("op9")
    ear.peer.world.change(ids[0], content="other words", edited_timestamp=ago(5).isoformat())
    ear.peer.delete(ids[1], heard=False)
    kept.hear()
    rule = RULES["discord"]
    assert rule.every is not None
    tomorrow = ago(0) + rule.every
    done = recheck_due(sqlite_engine, "chat", ear.connector, tomorrow)
    assert (done.asked, done.checked, done.gone, done.error) == (150, 150, 1, None)
    found = kept.posts(*ids[:3])
    assert [found[id_].text for id_ in ids[:3]] == ["other words", "", "number 2"]
    assert recheck_due(sqlite_engine, "chat", ear.connector, tomorrow).asked == 0
