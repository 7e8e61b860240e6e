"""What people can tell Laurels in Discord, tried on SimCord: its permissions, intents and rules."""

from pathlib import Path

import discord
import pytest

from listener.connectors import Held
from listener.connectors import discord_commands as words
from listener.connectors.discord_rooms import Rooms
from store.records import Kind
from tests.peers.discord_stage import Stage, play


def test_without_the_intent_only_what_is_meant_for_the_bot_is_heard(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        await stage.ann.send(stage.room, "nobody's business")
        bot = stage.env.bot.user
        assert bot is not None
        told = await stage.ann.send(stage.room, f"{bot.mention} you may know this")
        posts = await stage.heard()
        assert set(posts) == {str(told.id)}
        assert posts[str(told.id)].addressed == (str(bot.id),)
        assert sum(batch.received or 0 for batch in stage.batches) == 2
        await stage.ann.send(stage.room, "nor is this")
        assert await stage.heard() == {}

    play(scenes, tmp_path)


def test_with_the_intent_everything_is_heard(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        asked = await stage.ann.send(stage.room, "how do I foo?")
        answer = await stage.ben.send(stage.room, "bar it", reply_to=asked)
        posts = await stage.heard()
        assert posts[str(asked.id)].kind is Kind.MESSAGE
        assert posts[str(answer.id)].parent_id == str(asked.id)
        assert posts[str(answer.id)].thread_id == str(asked.id)

    play(scenes, tmp_path, content=True)


def test_what_cannot_be_kept_is_not_said_to_be(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        (tmp_path / "discord").write_text("a file where the folder should be")
        assert await stage.slash(stage.ann, "thank", member=stage.ben) == words.SORRY
        assert await stage.slash(stage.chief, "laurels scoring", choice="on") == words.SORRY
        assert await stage.slash(stage.chief, "laurels scoring", choice="status") == words.OFF
        answer = await stage.ben.send(stage.room, "bar it")
        assert await stage.mark(stage.ann, answer) == words.SORRY
        assert await stage.heard() == {}
        (tmp_path / "discord").unlink()
        await stage.mark(stage.ann, answer)
        assert (await stage.heard())[str(answer.id)].score == 1

    play(scenes, tmp_path)


def test_mark_brings_the_whole_message_and_counts_people(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        answer = await stage.ben.send(stage.room, "bar it")
        assert (await stage.mark(stage.ann, answer)).startswith("Noted: you found ben’s message")
        await stage.mark(stage.cat, answer)
        post = (await stage.heard())[str(answer.id)]
        assert (post.text, post.score, post.accepted) == ("bar it", 2, False)
        assert "taken back" in await stage.mark(stage.ann, answer)
        assert (await stage.heard())[str(answer.id)].score == 1

    play(scenes, tmp_path)


def test_mark_of_who_asked_accepts_the_answer(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        asked = await stage.ann.send(stage.room, "how do I foo?")
        answer = await stage.ben.send(stage.room, "bar it", reply_to=asked)
        assert "answered your question" in await stage.mark(stage.ann, answer)
        post = (await stage.heard())[str(answer.id)]
        assert (post.score, post.accepted) == (0, True)
        await stage.mark(stage.ann, answer)
        assert (await stage.heard())[str(answer.id)].accepted is False

    play(scenes, tmp_path)


def test_nobody_marks_their_own_message_or_thanks_themselves(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        answer = await stage.ben.send(stage.room, "bar it")
        assert await stage.mark(stage.ben, answer) == words.OWN_MESSAGE
        assert await stage.slash(stage.ben, "thank", member=stage.ben) == words.OWN_THANKS
        assert await stage.heard() == {}

    play(scenes, tmp_path)


def test_thanks_are_a_post_to_the_one_who_is_thanked(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        told = await stage.slash(stage.ann, "thank", member=stage.ben, reason="the bar trick")
        assert told == "Noted: you thanked ben." + words.UNSCORED
        (post,) = (await stage.heard()).values()
        assert post.text == "Thank you @ben: the bar trick"
        assert post.addressed == (str(stage.ben.id),)
        assert post.author.platform_id == str(stage.ann.id)
        assert post.channel == "Acme #general"
        assert post.unscored

    play(scenes, tmp_path)


def test_server_agrees_to_scoring_by_who_manages_it(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        name = "laurels scoring"
        assert await stage.slash(stage.chief, name, choice="status") == words.OFF
        assert await stage.slash(stage.chief, name, choice="on") == words.ON
        assert UNSCORED_HINT not in await stage.slash(stage.ann, "thank", member=stage.ben)
        assert not any(post.unscored for post in (await stage.heard()).values())
        assert await stage.slash(stage.chief, name, choice="off") == words.OFF
        await stage.slash(stage.ann, "thank", member=stage.ben)
        assert all(post.unscored for post in (await stage.heard()).values())

    play(scenes, tmp_path)


UNSCORED_HINT = words.UNSCORED.strip()


def test_scoring_is_not_for_everybody_to_change(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        assert "thank" in stage.ann.available_commands(stage.room)
        assert "laurels scoring" not in stage.ann.available_commands(stage.room)

    play(scenes, tmp_path)


def test_scoring_asks_for_manage_server_whatever_the_server_allows(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        bot = stage.env.bot
        assert bot.application_id is not None
        commands = await bot.http.get_global_commands(bot.application_id)
        (id_,) = (int(one["id"]) for one in commands if one["name"] == "laurels")
        stage.guild.set_command_permissions(id_, {stage.ann: True})
        told = await stage.slash(stage.ann, "laurels scoring", choice="on")
        assert told == words.NOT_YOURS

    play(scenes, tmp_path)


def test_choice_and_what_was_said_outlive_a_crash(tmp_path: Path) -> None:
    async def before(stage: Stage) -> None:
        await stage.slash(stage.ann, "thank", member=stage.ben)

    async def after(stage: Stage) -> None:
        posts = await stage.heard()
        assert [post.text for post in posts.values()] == ["Thank you @ben!"]
        assert await stage.heard() == {}

    play(before, tmp_path)
    play(after, tmp_path)


def test_file_holds_no_names_of_who_marked_and_no_words_that_were_stored(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        answer = await stage.ben.send(stage.room, "bar it")
        await stage.mark(stage.ann, answer)
        (file,) = (tmp_path / "discord").glob("*.json")
        assert str(stage.ann.id) not in file.read_text()
        await stage.heard()
        await stage.heard()
        assert "bar it" not in file.read_text()

    play(scenes, tmp_path)


def test_deleted_message_takes_its_marks_along(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        answer = await stage.ben.send(stage.room, "bar it")
        await stage.mark(stage.ann, answer)
        await stage.ben.delete(answer)
        assert await stage.heard() == {}
        gone = [one.platform_id for batch in stage.batches for one in batch.deletions]
        assert gone == [str(answer.id)]
        (file,) = (tmp_path / "discord").glob("*.json")
        assert str(answer.id) not in file.read_text()

    play(scenes, tmp_path)


def test_message_found_gone_later_takes_its_marks_along(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        answer = await stage.ben.send(stage.room, "bar it")
        await stage.mark(stage.ann, answer)
        await stage.heard()
        link = f"https://discord.com/channels/{stage.guild.id}/1/{answer.id}"
        found = await stage.hearing.again([Held(str(answer.id), link)])
        assert found.gone == [str(answer.id)]
        (file,) = (tmp_path / "discord").glob("*.json")
        assert str(answer.id) not in file.read_text()

    play(scenes, tmp_path)


def test_deleted_channel_takes_along_what_was_told_there(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        answer = await stage.ben.send(stage.room, "bar it")
        await stage.mark(stage.ann, answer)
        await stage.slash(stage.ann, "thank", member=stage.ben)
        channel = stage.env.bot.get_channel(stage.room.id)
        assert isinstance(channel, discord.TextChannel)
        await stage.hearing.ears.on_guild_channel_delete(channel)
        assert await stage.heard() == {}
        gone = [one.within for batch in stage.batches for one in batch.deletions]
        assert gone == [channel.jump_url]
        (file,) = (tmp_path / "discord").glob("*.json")
        assert str(answer.id) not in file.read_text()
        assert "Thank you" not in file.read_text()

    play(scenes, tmp_path)


def test_room_that_is_not_listened_in_is_said_so(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        assert await stage.slash(stage.ann, "thank", member=stage.ben) == words.ELSEWHERE
        assert await stage.heard() == {}

    play(scenes, tmp_path, rooms=Rooms(channels=("#help",)))


def test_room_that_the_bot_may_not_see_is_named(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        hidden = discord.PermissionOverwrite(view_channel=False)
        everyone = stage.guild.default_role
        stage.guild.create_text_channel("board", overwrites={everyone: hidden})
        stage.hearing.ears.unread.clear()
        guild = stage.env.bot.get_guild(stage.guild.id)
        assert guild is not None
        await stage.hearing.ears.on_guild_available(guild)
        await stage.heard()
        named = {one.what: one.reason for batch in stage.batches for one in batch.unread}
        assert "View Channel" in named["Acme #board"]

    play(scenes, tmp_path)


@pytest.mark.parametrize("text", [words.ON, words.OFF, words.SORRY, words.NOT_YOURS])
def test_what_people_are_told_is_short(text: str) -> None:
    assert len(text) < 500
