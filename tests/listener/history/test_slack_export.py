"""Slack exports: https://slack.com/help/articles/220556107 and docs.slack.dev/reference/events."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from listener.connectors import ConnectorError
from listener.connectors.archive import Archive, ArchiveOptions
from store.records import Kind
from tests.listener.history.records import as_json, broken_off, ids, posts, read, zipped

USERS = [
    {
        "id": "U1",
        "name": "ann",
        "deleted": False,
        "real_name": "Ann Example",
        "profile": {"real_name": "Ann Example", "display_name": "Ann"},
        "is_bot": False,
    },
    {"id": "U2", "name": "helper", "profile": {"display_name": ""}, "is_bot": True},
]
CHANNELS = [
    {"id": "C1", "name": "general", "created": 1673460000, "creator": "U1", "members": ["U1"]},
    {"id": "C2", "name": "help", "created": 1673460000, "creator": "U1", "members": ["U1"]},
]


def message(ts: str, text: str, **changes: Any) -> dict[str, Any]:
    """A message as in the reference of message events."""
    return {
        "client_msg_id": "123abc456",
        "type": "message",
        "text": text,
        "user": "U1",
        "ts": ts,
        "team": "T123ABC456",
    } | changes


def export(days: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """The files of an export: days by ``channel/date``."""
    files = {f"{day}.json": json.dumps(messages) for day, messages in days.items()}
    private = {
        "dms.json": "[]",
        "D9/2023-01-11.json": json.dumps([message("1673464730.1", "hush")]),
    }
    people = {"users.json": json.dumps(USERS), "channels.json": json.dumps(CHANNELS)}
    return {**files, **private, **people, "integration_logs.json": "[]"}


def one(tmp_path: Path, *messages: dict[str, Any]) -> Path:
    """An export of one day."""
    return zipped(tmp_path / "export.zip", export({"help/2023-01-11": list(messages)}))


def test_thread_is_told_by_its_first_message(tmp_path: Path) -> None:
    root = "1673464730.703009"
    asked, answered, alone = posts(
        one(
            tmp_path,
            message(root, "This is the original message", thread_ts=root, reply_count=1),
            message(
                "1673464745.620769",
                "broadcasting this reply",
                user="U2",
                subtype="thread_broadcast",
                thread_ts=root,
                edited={"user": "U2", "ts": "1673464750.000000"},
            ),
            message("1673464799.000100", "by myself"),
        )
    )
    assert (asked.platform, asked.platform_id, asked.kind) == ("slack", f"C2/{root}", Kind.MESSAGE)
    assert (asked.thread_id, asked.parent_id, asked.channel) == (f"C2/{root}", None, "help")
    assert asked.created_at == datetime.fromtimestamp(1673464730.703009, UTC)
    assert (asked.author.platform_id, asked.author.handle, asked.author.name) == (
        "U1",
        "ann",
        "Ann",
    )
    assert (answered.thread_id, answered.parent_id) == (f"C2/{root}", f"C2/{root}")
    assert answered.author.is_bot
    assert answered.edited_at == datetime.fromtimestamp(1673464750, UTC)
    assert (alone.thread_id, alone.parent_id) == (None, None)


@pytest.mark.parametrize(
    ("sent", "plain"),
    [
        ("<@U1> &amp; <@U9|eve>", "@Ann & @eve"),
        ("<@U2>: see <#C1|general> and <#C7>", "@helper: see #general and #C7"),
        (
            "<http://acme.example|the docs> or <https://acme.example>",
            "the docs or https://acme.example",
        ),
        (
            "<!here> <!subteam^S1|@oncall> <!date^1392734382^{date}|2014-02-18>",
            "@here @oncall 2014-02-18",
        ),
        ("if a &lt; b &amp;&amp; b &gt; c: &amp;lt;", "if a < b && b > c: &lt;"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
    ],
)
def test_markup_becomes_words(tmp_path: Path, sent: str, plain: str) -> None:
    (post,) = posts(one(tmp_path, message("1673464730.1", sent)))
    assert post.text == plain


def test_who_is_mentioned_is_addressed(tmp_path: Path) -> None:
    (post,) = posts(one(tmp_path, message("1673464730.1", "<@U1> <@U9> <@U1> <#C1>")))
    assert post.addressed == ("U1", "U9")


def test_what_the_workspace_says_is_left_out_and_bots_are_bots(tmp_path: Path) -> None:
    (post,) = posts(
        one(
            tmp_path,
            message("1673464730.1", "<@U1> has joined the channel", subtype="channel_join"),
            message("1673464730.2", "This message was deleted.", subtype="tombstone", hidden=True),
            {
                "type": "message",
                "subtype": "bot_message",
                "text": "Build passed",
                "ts": "1673464730.3",
                "username": "ci",
                "bot_id": "B7",
            },
            message("1673464730.4", "", files=[]),
        )
    )
    assert (post.author.platform_id, post.author.handle, post.author.is_bot) == ("B7", "ci", True)


def test_private_talk_is_left_alone(tmp_path: Path) -> None:
    assert not posts(one(tmp_path))


def test_zip_and_folder_go_on_after_any_stop(tmp_path: Path) -> None:
    days = {
        f"{channel}/2023-01-{day}": [message(f"16734{day}000.{n}", str(n)) for n in range(1, 4)]
        for channel in ("general", "help")
        for day in (11, 12)
    }
    files = export(days)
    inside = {f"Acme export/{name}": text for name, text in files.items()}
    zip_ = zipped(tmp_path / "export.zip", inside)
    folder = tmp_path / "unpacked"
    for name, text in files.items():
        as_json(folder / name, json.loads(text))
    found = ids(posts(zip_))
    assert len(found) == len(set(found)) == 12
    assert found == ids(posts(folder)) == broken_off(zip_, 2) == broken_off(folder, 5)


def test_bad_message_names_the_day(tmp_path: Path) -> None:
    files = export({"help/1": [message("soon", "x")], "help/2": [message("1673464730.1", "y")]})
    (batch,) = read(zipped(tmp_path / "a.zip", files))
    (reject,) = batch.rejects
    assert reject.reason == "help/1.json: ts: expected seconds, got 'soon'"
    assert len(batch.posts) == 1


def test_zip_that_is_a_trap_is_refused(tmp_path: Path) -> None:
    path = one(tmp_path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("help/2023-01-12.json", b"[" + b" " * (100 * 2**20) + b"]")
    with pytest.raises(ConnectorError, match="would unpack to 1,028 times its size"):
        Archive(ArchiveOptions(path)).fetch(None)


def test_broken_day_of_a_zip_does_not_stop_the_others(tmp_path: Path) -> None:
    days = {f"help/{n}": [message(f"167346473{n}.1", "said " * 50)] for n in range(3)}
    path = zipped(tmp_path / "a.zip", export(days))
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("help/1.json")
    place = info.header_offset + 30 + len(info.filename) + 10
    data[place : place + 8] = b"\xff" * 8
    path.write_bytes(data)
    (batch,) = read(path)
    assert ids(batch.posts) == ["C2/1673464730.1", "C2/1673464732.1"]
    assert "a.zip/help/1.json: Error -3 while decompressing" in batch.rejects[0].reason
