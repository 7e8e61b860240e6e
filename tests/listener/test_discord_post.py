"""What a post of Discord says, in channels, threads and forums."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from listener.connectors import Bounds
from listener.connectors.discord import DiscordOptions
from store.records import Kind, Post
from tests.peers.discord import DiscordPeer
from tests.peers.discord_ear import Ear, ago
from tests.peers.discord_payloads import BOT, GUILD, TEAM, user
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


def test_forum_thread_is_a_question_with_answers(ear: Ear) -> None:
    thread = ear.peer.open_thread("How do I foo?", ago(90))
    starter = ear.peer.say("It does not foo.", ago(90), room=thread)
    answer = ear.peer.say("bar it", ago(80), author="ben", room=thread)
    reply = ear.peer.say("thanks!", ago(70), room=thread, parent=answer)
    posts = ear.hear()
    first = posts[starter]
    assert (first.kind, first.title, first.parent_id) == (Kind.POST, "How do I foo?", None)
    assert (posts[answer].kind, posts[answer].parent_id) == (Kind.ANSWER, starter)
    assert (posts[reply].kind, posts[reply].parent_id) == (Kind.COMMENT, answer)
    assert {post.thread_id for post in posts.values()} == {starter}
    assert first.channel == "Acme #help"
    assert first.url == f"https://discord.com/channels/{GUILD}/{thread}/{starter}"


def test_thread_that_opens_while_connected_is_heard(ear: Ear) -> None:
    ear.hear()
    thread = ear.peer.open_thread("New", ago(9))
    id_ = ear.peer.say("first", ago(9), room=thread)
    assert ear.hear()[id_].title == "New"


def test_thread_archived_while_nobody_listened_is_found(ear: Ear) -> None:
    ear.peer.say("known", ago(600))
    ear.hear()
    ear.connector.close()
    thread = ear.peer.open_thread("Short-lived", ago(300), archived=True)
    id_ = ear.peer.say("opened and closed", ago(300), room=thread)
    ear.connector = ear.made()
    assert ear.hear()[id_].title == "Short-lived"


def test_archived_threads_of_before_are_not_read_again(ear: Ear) -> None:
    thread = ear.peer.open_thread("Old", ago(500), archived=True)
    ear.peer.say("heard", ago(500), room=thread)
    ear.peer.say("newer", ago(50))
    ear.hear()
    ear.restart()
    ear.peer.asked.clear()
    assert ear.hear() == {}
    assert not any(f"/{thread}/" in asked for asked in ear.peer.asked)


def test_words_are_told_with_names(ear: Ear) -> None:
    ben = user("ben")
    id_ = ear.peer.say(
        f"<@{ben['id']}> see <#{GENERAL}> <:wave:5> <@&{TEAM}>", ago(9), mentions=[ben]
    )
    post = ear.hear()[id_]
    assert post.text == f"@Ben see #general :wave: <@&{TEAM}>"
    assert post.addressed == (ben["id"],)


def test_what_the_platform_says_itself_is_no_post(ear: Ear) -> None:
    ear.peer.say("", ago(9), type=7)
    ear.peer.say("pinned", ago(8), type=6)
    assert ear.hear() == {}


def test_picture_without_words_is_a_post(ear: Ear) -> None:
    attached = {
        "id": "1", "filename": "a.png", "size": 1, "url": "http://x/a", "proxy_url": "http://x/a",
        "content_type": "image/png",
    }  # fmt: skip
    id_ = ear.peer.say("", ago(9), attachments=[attached, attached | {"content_type": None}])
    assert ear.hear()[id_].media == ("image", "file")


def test_webhook_is_a_bot_and_our_own_account_is_ours(ear: Ear) -> None:
    hook = ear.peer.say("deployed", ago(9), webhook_id="77")
    own = ear.peer.say("I said", ago(8), author_is=user("laurels", BOT))
    posts = ear.hear()
    assert posts[hook].author.is_bot
    assert posts[own].author.is_own


def test_team_is_known_by_its_role_also_in_history(peer: DiscordPeer, tmp_path: Path) -> None:
    options = DiscordOptions(message_content=True, staff_roles=("Team",))
    peer.world.roles[user("ben")["id"]] = TEAM
    ann, ben = peer.say("one", ago(9)), peer.say("two", ago(8), author="ben")
    ear = Ear(peer, tmp_path, options)
    with closing(ear.connector):
        posts = ear.hear()
        ear.peer.say("three", ago(7), author="ben")
        ear.hear()
    assert posts[ben].author.is_staff
    assert not posts[ann].author.is_staff


def test_preview_added_to_a_message_is_no_edit(ear: Ear) -> None:
    id_ = ear.peer.say("see http://x", ago(9))
    ear.hear()
    ear.peer.dispatch("MESSAGE_UPDATE", ear.peer.world.change(id_, embeds=[]))
    assert ear.hear() == {}


def test_message_that_cannot_be_read_is_put_aside(ear: Ear) -> None:
    bad = ear.peer.say("spoiled", ago(20), author_is={"id": "x"})
    good = ear.peer.say("fine", ago(10))
    assert set(ear.hear()) == {good}
    (reject,) = [one for batch in ear.batches for one in batch.rejects]
    assert reject.number == int(bad)
    assert "spoiled" in reject.raw


def test_live_message_that_cannot_be_read_stops_nothing(ear: Ear) -> None:
    ear.hear()
    ear.peer.say("spoiled", ago(20), author_is={"id": "x"})
    good = ear.peer.say("fine", ago(10))
    posts: dict[str, Post] = {}
    for _ in range(3):
        posts |= ear.hear()
        if good in posts:
            break
    assert good in posts


def test_moderator_deletes_many_at_once(ear: Ear) -> None:
    ids = [ear.peer.say(f"spam {n}", ago(60 - n)) for n in range(3)]
    ear.hear()
    ear.peer.dispatch(
        "MESSAGE_DELETE_BULK", {"ids": ids, "channel_id": str(GENERAL), "guild_id": str(GUILD)}
    )
    ear.hear()
    assert sorted(map(str, ear.gone())) == sorted(ids)


def test_conversation_around_a_message(ear: Ear) -> None:
    ids = [ear.peer.say(f"number {n}", ago(60 - n)) for n in range(9)]
    posts = ear.hear()
    found = ear.connector.thread(posts[ids[4]], Bounds(posts=3))
    assert [post.platform_id for post in found] == ids[3:6]


def test_whole_thread_is_read_from_its_first_message(ear: Ear) -> None:
    begun = ear.peer.say("let us talk about foo", ago(90))
    thread = ear.peer.open_thread("Foo", ago(80), parent=GENERAL, id_=int(begun))
    ear.peer.say("", ago(80), room=thread, type=21)
    ids = [ear.peer.say(f"number {n}", ago(60 - n), room=thread) for n in range(150)]
    posts = ear.hear()
    assert posts[ids[0]].thread_id == begun
    found = ear.connector.thread(posts[ids[9]], Bounds(posts=200))
    assert [post.platform_id for post in found] == [begun, *ids]
    assert ear.connector.thread(posts[ids[9]], Bounds(posts=20))[-1].platform_id == ids[18]


def test_only_the_named_channels_are_heard(peer: DiscordPeer, tmp_path: Path) -> None:
    ear = Ear(peer, tmp_path, DiscordOptions(message_content=True, channels=("#Help",)))
    with closing(ear.connector):
        ear.peer.say("elsewhere", ago(60))
        thread = ear.peer.open_thread("Here", ago(50))
        id_ = ear.peer.say("here", ago(50), room=thread)
        assert set(ear.hear()) == {id_}
        ear.peer.say("elsewhere, live", ago(40))
        assert ear.hear() == {}
