"""A record is told by what is in it, whatever it is called."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from listener.connectors import ConnectorError
from listener.connectors.archive import Archive, ArchiveOptions
from listener.history import FORMATS, LOOKS, Format, kind
from listener.history.detect import format_of
from listener.history.files import Files
from tests.listener.history import test_discord_export as discord
from tests.listener.history import test_reddit_dump as reddit
from tests.listener.history import test_slack_export as slack
from tests.listener.history import test_stackexchange_dump as stackexchange
from tests.listener.history import test_x_archive as x
from tests.listener.history.records import zipped

OWN = {"platform": "x", "id": "1", "kind": "post", "author": {}, "created_at": "", "text": "t"}


def text(value: Any) -> str:
    """One JSON document on a line."""
    return json.dumps(value) + "\n"


SINGLE = [
    (text(OWN), Format.ARCHIVE),
    ("{broken\n\n" + text(OWN), Format.ARCHIVE),
    ("", Format.ARCHIVE),
    (text(reddit.comment()), Format.REDDIT),
    (text(reddit.submission()), Format.REDDIT),
    (text(discord.export(discord.message("1"))), Format.DISCORD),
    (json.dumps(discord.export(discord.message("1")), indent=2), Format.DISCORD),
    (stackexchange.listed("posts", stackexchange.question()), Format.STACKEXCHANGE),
    (x.archive([x.tweet("1", "a")])["data/tweets.js"], Format.X),
]


@pytest.mark.parametrize(("content", "found"), SINGLE)
def test_file_is_told_by_its_content_plain_and_packed(
    tmp_path: Path, content: str, found: Format
) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_text(content, encoding="utf-8")
    assert format_of(path) is found
    if content:
        path.write_bytes(gzip.compress(content.encode()))
        assert format_of(path) is found


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (slack.export({"help/1": []}), Format.SLACK),
        (x.archive([]), Format.X),
        ({"Posts.xml": stackexchange.listed("posts")}, Format.STACKEXCHANGE),
        ({"a.json": text(discord.export())}, Format.DISCORD),
        ({"notes.txt": "hello", "RC_2024-01": text(reddit.comment())}, Format.REDDIT),
        ({"a.jsonl": text(OWN), "b.jsonl": text(OWN)}, Format.ARCHIVE),
    ],
)
def test_zip_and_folder_are_told_by_what_they_hold(
    tmp_path: Path, files: dict[str, str], found: Format
) -> None:
    zip_ = zipped(tmp_path / "thing", files)
    assert format_of(zip_) is found
    folder = tmp_path / "folder"
    for name, content in files.items():
        (folder / "deep" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "deep" / name).write_text(content, encoding="utf-8")
    assert format_of(folder) is found


@pytest.mark.parametrize(
    "content", [b"hello\n", b"\x89PNG\r\n", b"[1, 2]", b'{"a": 1}', b"\xff" * 99]
)
def test_unknown_file_lists_what_is_recognised(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(ConnectorError, match="not in a format that is recognised") as caught:
        Archive(ArchiveOptions(path)).fetch(None)
    assert caught.value.permanent
    assert all(words in str(caught.value) for words in LOOKS.values())


def test_every_format_has_a_class_and_words() -> None:
    assert set(FORMATS) == set(LOOKS) == set(Format) - {Format.AUTO}
    assert all(kind(word) for word in FORMATS)


def test_parts_are_in_the_order_that_people_count_in(tmp_path: Path) -> None:
    for name in ("part10.json", "part2.json", ".hidden", "a.rejects.jsonl"):
        (tmp_path / name).touch()
    assert list(Files(tmp_path).sizes) == ["part2.json", "part10.json"]
