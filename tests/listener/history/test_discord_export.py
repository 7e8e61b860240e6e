"""DiscordChatExporter exports, with the fields that its JsonMessageWriter.cs writes."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from listener.connectors import ConnectorError
from listener.connectors.archive import Archive, ArchiveOptions
from store.records import Kind
from tests.listener.history.records import as_json, broken_off, ids, posts, read


def user(id_: str = "61", name: str = "ann", **changes: Any) -> dict[str, Any]:
    """Somebody as the exporter writes them."""
    found = {
        "id": id_,
        "name": name,
        "discriminator": "0000",
        "nickname": name.title(),
        "color": "#1ABC9C",
        "isBot": False,
        "roles": [{"id": "900", "name": "Regular", "color": None, "position": 1}],
        "avatarUrl": "https://cdn.discordapp.com/embed/avatars/0.png",
    }
    return found | changes


def message(id_: str, content: str = "hello", **changes: Any) -> dict[str, Any]:
    """A message as the exporter writes it."""
    return {
        "id": id_,
        "type": "Default",
        "timestamp": "2024-01-01T13:00:00.123+01:00",
        "timestampEdited": None,
        "callEndedTimestamp": None,
        "isPinned": False,
        "content": content,
        "author": user(),
        "attachments": [],
        "embeds": [],
        "stickers": [],
        "reactions": [],
        "mentions": [],
        "inlineEmojis": [],
    } | changes


def reply(id_: str, to: str, **changes: Any) -> dict[str, Any]:
    """A reply as the exporter writes it."""
    reference = {"type": "Default", "messageId": to, "channelId": "20", "guildId": "10"}
    return message(id_, "a reply", type="Reply", reference=reference, **changes)


def export(*messages: dict[str, Any], **channel: Any) -> dict[str, Any]:
    """A channel's file."""
    return {
        "guild": {"id": "10", "name": "Acme", "iconUrl": "https://cdn.discordapp.com/icon.png"},
        "channel": {
            "id": "20",
            "type": "GuildTextChat",
            "categoryId": "15",
            "category": "Support",
            "name": "help",
            "topic": None,
        }
        | channel,
        "dateRange": {"after": None, "before": None},
        "exportedAt": "2024-02-01T00:00:00+01:00",
        "messages": list(messages),
        "messageCount": len(messages),
    }


def test_messages_have_the_ids_of_the_live_connector(tmp_path: Path) -> None:
    path = as_json(
        tmp_path / "anything",
        export(
            message("101", timestampEdited="2024-01-01T13:05:00+01:00"),
            reply("102", "101", author=user("62", "ben", isBot=True), mentions=[user()]),
            reply("103", "102"),
        ),
    )
    first, second, third = posts(path)
    assert (first.platform, first.platform_id, first.kind) == ("discord", "101", Kind.MESSAGE)
    assert (first.thread_id, first.parent_id, first.channel) == (None, None, "Acme #help")
    assert first.created_at == datetime(2024, 1, 1, 12, 0, 0, 123_000, tzinfo=UTC)
    assert first.edited_at == datetime(2024, 1, 1, 12, 5, tzinfo=UTC)
    assert first.url == "https://discord.com/channels/10/20/101"
    assert (first.author.platform_id, first.author.handle, first.author.name) == (
        "61",
        "ann",
        "Ann",
    )
    assert (second.parent_id, second.thread_id, second.addressed) == ("101", "101", ("61",))
    assert second.author.is_bot
    assert (third.parent_id, third.thread_id) == ("102", "101")


def test_nobody_is_scored_who_was_not_asked(tmp_path: Path) -> None:
    (post,) = posts(as_json(tmp_path / "a", export(message("1"))))
    assert post.unscored


def test_forum_posts_are_questions_with_answers(tmp_path: Path) -> None:
    said = export(
        message("50"),
        message("51"),
        reply("52", "51"),
        id="50",
        type="GuildPublicThread",
        name="It fails",
    )
    asked, answer, remark = posts(as_json(tmp_path / "a", said))
    assert (asked.kind, asked.title, asked.thread_id) == (Kind.POST, "It fails", "50")
    assert (answer.kind, answer.thread_id, answer.parent_id) == (Kind.ANSWER, "50", "50")
    assert (remark.kind, remark.parent_id, remark.channel) == (Kind.COMMENT, "51", "Acme #Support")


def test_thread_under_a_message_is_a_chat_of_its_own(tmp_path: Path) -> None:
    said = export(message("71"), reply("72", "71"), id="70", type="GuildPublicThread", name="aside")
    first, second = posts(as_json(tmp_path / "a", said))
    assert (first.kind, first.thread_id, first.parent_id) == (Kind.MESSAGE, "70", None)
    assert (second.thread_id, second.parent_id) == ("70", "71")


def test_what_the_platform_says_and_empty_messages_are_left_out(tmp_path: Path) -> None:
    said = export(
        message("1", "ann pinned a message.", type="ChannelPinnedMessage"),
        message("2", ""),
        message("3", "", attachments=[{"id": "9", "url": "https://x/y.PNG", "fileName": "y.PNG"}]),
    )
    (post,) = posts(as_json(tmp_path / "a", said))
    assert (post.platform_id, post.media) == ("3", ("image",))


def test_mentions_left_as_ids_become_names(tmp_path: Path) -> None:
    said = message("1", "<@62> and <@!62> and <@63>", mentions=[user("62", "ben")])
    (post,) = posts(as_json(tmp_path / "a", export(said)))
    assert post.text == "@Ben and @Ben and <@63>"


def test_direct_chats_are_nobodys_business(tmp_path: Path) -> None:
    assert not posts(as_json(tmp_path / "a", export(message("1"), type="DirectTextChat")))


def test_bad_message_is_put_aside(tmp_path: Path) -> None:
    bad = message("2", timestamp="soon")
    path = as_json(
        tmp_path / "a", export(message("1"), bad, message("3", author=None), message("4"))
    )
    (batch,) = read(path)
    assert ids(batch.posts) == ["1", "4"]
    assert [(one.number, one.reason) for one in batch.rejects] == [
        (2, "timestamp: expected ISO 8601, got 'soon'"),
        (3, "author: missing"),
    ]
    assert json.loads(batch.rejects[0].raw) == bad


def test_folder_of_channels_goes_on_after_any_stop(tmp_path: Path) -> None:
    (tmp_path / "x_Files").mkdir()
    (tmp_path / "x_Files" / "avatar.png").write_bytes(b"\x89PNG")
    as_json(tmp_path / "notes.json", {"not": "an export"})
    chain = [message("100"), *(reply(str(101 + n), str(100 + n)) for n in range(9))]
    as_json(tmp_path / "a.json", export(*chain))
    as_json(
        tmp_path / "b.json", export(*(message(str(200 + n)) for n in range(5)), id="21", name="b")
    )
    whole = posts(tmp_path)
    assert ids(whole) == [str(100 + n) for n in range(10)] + [str(200 + n) for n in range(5)]
    assert broken_off(tmp_path, 4) == ids(whole)
    assert {post.thread_id for post in whole[1:10]} == {"100"}


def test_cut_export_keeps_what_came_before(tmp_path: Path) -> None:
    path = as_json(tmp_path / "a", export(*(message(str(n)) for n in range(200))))
    path.write_bytes(path.read_bytes()[:-60_000])
    archive = Archive(ArchiveOptions(path))
    batch = archive.fetch(None)
    assert ids(batch.posts) == [str(n) for n in range(len(batch.posts))]
    assert 50 < len(batch.posts) < 200
    with pytest.raises(
        ConnectorError, match=f"after item {len(batch.posts)} .parse error: premature"
    ):
        archive.fetch(batch.cursor)


def test_one_endless_message_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = as_json(tmp_path / "a", export(message("1"), message("2", "x" * (18 * 2**20))))
    archive = Archive(ArchiveOptions(path))
    batch = archive.fetch(None)
    assert ids(batch.posts) == ["1"]
    with pytest.raises(ConnectorError, match="one item is longer than 16 MB"):
        archive.fetch(batch.cursor)
