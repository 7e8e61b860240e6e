"""Archives: what is read, what is put aside, and where reading goes on."""

import gzip
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import zstandard

from listener.connectors import Access, ConnectorError
from listener.connectors.archive import Archive, ArchiveOptions
from store.records import Post


def line(number: int, **changes: Any) -> str:
    """One line of an archive."""
    fields: dict[str, Any] = {
        "platform": "x",
        "id": str(number),
        "kind": "post",
        "author": {"id": "u", "handle": "@u"},
        "created_at": "2026-05-04T10:00:00Z",
        "text": f"post {number}",
    }
    return json.dumps(fields | changes)


def written(path: Path, *lines: str) -> Path:
    """The file with those lines."""
    path.write_text("".join(one + "\n" for one in lines), encoding="utf-8")
    return path


def ids(posts: Any) -> list[str]:
    """Platform ids in order."""
    return [post.platform_id for post in posts]


def test_batches_continue_where_the_cursor_says(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", *(line(n) for n in range(5)))
    with closing(Archive(ArchiveOptions(path), batch=2)) as archive:
        first = archive.fetch(None)
        second = archive.fetch(first.cursor)
    assert (ids(first.posts), ids(second.posts)) == (["0", "1"], ["2", "3"])
    assert not first.exhausted
    fresh = Archive(ArchiveOptions(path), batch=10).fetch(first.cursor)
    assert ids(fresh.posts) == ["2", "3", "4"]
    assert fresh.exhausted


def test_appended_lines_are_read_next_time(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", line(0))
    archive = Archive(ArchiveOptions(path))
    cursor = archive.fetch(None).cursor
    with path.open("a") as file:
        file.write(line(1) + "\n")
    assert ids(Archive(ArchiveOptions(path)).fetch(cursor).posts) == ["1"]


def test_replaced_file_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", line(0), line(1))
    cursor = Archive(ArchiveOptions(path)).fetch(None).cursor
    written(path, line(7), line(8), line(9))
    assert ids(Archive(ArchiveOptions(path)).fetch(cursor).posts) == ["7", "8", "9"]


def test_gzip_and_zstd_are_known_by_their_bytes(tmp_path: Path) -> None:
    text = (line(0) + "\n").encode()
    for name, data in (("a", gzip.compress(text)), ("b", zstandard.compress(text))):
        path = tmp_path / name
        path.write_bytes(data)
        assert ids(Archive(ArchiveOptions(path)).fetch(None).posts) == ["0"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "expected an object"),
        ("[" * 100_000, "not JSON"),
        (line(1, id=None), "id: missing"),
        (line(1, platform="x" * 33), "platform: expected a word of up to 32"),
        (line(1, platform="x\x00"), "platform: expected a word of up to 32"),
        (line(1, platform="\x1b[31mx"), "platform: expected a word of up to 32"),
        (line(1, platform="\ud800"), "platform: expected a word of up to 32"),
        (line(1, kind="tweet"), "kind: expected post, answer, comment or message"),
        (line(1, author=None), "author: missing"),
        (line(1, author={"id": "u"}), "author.handle: missing"),
        (line(1, created_at="yesterday"), "created_at: expected ISO 8601"),
        (line(1, created_at="9999-12-31T23:00:00Z"), "created_at: 9999-12-31T23:00:00Z is not"),
        (line(1, text=None), "text: expected text"),
    ],
)
def test_bad_line_is_put_aside_with_its_number(tmp_path: Path, bad: str, reason: str) -> None:
    path = written(tmp_path / "a.jsonl", line(0), bad, line(2))
    batch = Archive(ArchiveOptions(path)).fetch(None)
    assert ids(batch.posts) == ["0", "2"]
    (reject,) = batch.rejects
    assert reject.number == 2
    assert reject.reason.startswith(reason)
    assert reject.raw == bad[:20_000]


def test_bytes_that_are_not_utf8_are_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xff\xfe\n" + line(1).encode())
    batch = Archive(ArchiveOptions(path)).fetch(None)
    assert ids(batch.posts) == ["1"]
    assert batch.rejects[0].reason == "not UTF-8 at byte 0"


def test_wrong_optional_field_is_taken_as_absent(tmp_path: Path) -> None:
    changes = {"score": "many", "tags": 3, "edited_at": "?", "mentions": [7, {}], "lang": 5.5}
    (post,) = (
        Archive(ArchiveOptions(written(tmp_path / "a.jsonl", line(0, **changes)))).fetch(None).posts
    )
    assert (post.score, post.tags, post.edited_at, post.lang) == (None, (), None, None)
    assert post.addressed == ("7",)
    assert post.author.handle == "u"


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        (["image", "https://a.example/1.png"], ("image", "https://a.example/1.png")),
        (
            [{"type": "image", "url": "https://a.example/1.png"}, "video"],
            ("https://a.example/1.png", "video"),
        ),
        ([{"type": "image"}, {"type": "image", "url": None}], ("image", "image")),
        ([{"type": "image", "url": ""}, {"url": ["x"], "type": "video"}], ("image", "video")),
        ([{"alt": "a cat"}, {}, None, 1.5], ()),
        ({"type": "image"}, ()),
        ("image", ()),
    ],
)
def test_what_is_attached_is_named_or_described(
    tmp_path: Path, media: object, expected: tuple[str, ...]
) -> None:
    path = written(tmp_path / "a.jsonl", line(0, media=media))
    (post,) = Archive(ArchiveOptions(path)).fetch(None).posts
    assert post.media == expected


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + line(0).encode() + b"\r\n\r\n" + line(1).encode())
    batch = Archive(ArchiveOptions(path)).fetch(None)
    assert ids(batch.posts) == ["0", "1"]
    assert not batch.rejects


def test_missing_and_damaged_files_say_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match="No such file") as caught:
        Archive(ArchiveOptions(tmp_path / "none")).fetch(None)
    assert caught.value.permanent
    whole = gzip.compress("".join(line(n) + "\n" for n in range(500)).encode())
    path = tmp_path / "cut.gz"
    path.write_bytes(whole[: len(whole) // 2])
    archive = Archive(ArchiveOptions(path))
    batch = archive.fetch(None)
    assert batch.posts, "what came before the damage is kept"
    with pytest.raises(ConnectorError, match=f"damaged after line {len(batch.posts)} "):
        archive.fetch(batch.cursor)


def test_search_keeps_the_whole_conversation_of_a_match(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.jsonl",
        line(1, text="how do I?"),
        line(2, text="with leaf", thread_id="1", parent_id="1"),
        line(3, text="other"),
        line(4, text="thanks", thread_id="1"),
    )

    def wanted(post: Post) -> bool:
        return "leaf" in post.text

    assert ids(Archive(ArchiveOptions(path), Access(wanted=wanted)).fetch(None).posts) == [
        "1",
        "2",
        "4",
    ]


def test_cursor_of_the_first_version_goes_on(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", *(line(n) for n in range(5)))
    with closing(Archive(ArchiveOptions(path), batch=2)) as archive:
        head = json.loads(archive.fetch(None).cursor)[3]
    assert ids(Archive(ArchiveOptions(path)).fetch(f"3:{head}").posts) == ["3", "4"]
    assert len(Archive(ArchiveOptions(path)).fetch("3:else").posts) == 5


def test_progress_is_bytes_of_the_file_on_disk(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", *(line(n) for n in range(4)))
    archive = Archive(ArchiveOptions(path), batch=2)
    first = archive.fetch(None)
    assert archive.progress == (path.stat().st_size // 2, path.stat().st_size)
    archive.fetch(archive.fetch(first.cursor).cursor)
    assert archive.progress == (path.stat().st_size, path.stat().st_size)
