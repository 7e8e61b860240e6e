"""Reddit dumps, their lines as in the schemas of https://github.com/ArthurHeitmann/arctic_shift."""

import io
import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from listener.connectors import ConnectorError
from listener.connectors.archive import Archive, ArchiveOptions
from store.records import Kind
from tests.listener.history.records import broken_off, ids, posts, read

NOON = 1_704_110_400


def comment(id_: str = "kfoo1", **changes: Any) -> dict[str, Any]:
    """A line of RC_2024-01."""
    return {
        "all_awardings": [],
        "author": "ann",
        "author_fullname": "t2_a1",
        "author_flair_text": None,
        "body": "Try &gt; `--force` &amp; see u/bob",
        "created_utc": NOON,
        "distinguished": None,
        "edited": False,
        "id": id_,
        "link_id": "t3_18vabc",
        "parent_id": "t1_kfoo0",
        "permalink": f"/r/python/comments/18vabc/title/{id_}/",
        "retrieved_on": NOON + 60,
        "score": 3,
        "score_hidden": False,
        "stickied": False,
        "subreddit": "python",
        "_meta": {"retrieved_2nd_on": NOON + 130_000},
    } | changes


def submission(id_: str = "18vabc", **changes: Any) -> dict[str, Any]:
    """A line of RS_2024-01."""
    return {
        "author": "bob",
        "author_fullname": "t2_b2",
        "created_utc": NOON,
        "edited": NOON + 5,
        "id": id_,
        "is_self": True,
        "link_flair_text": "Help &amp; questions",
        "name": f"t3_{id_}",
        "num_comments": 1,
        "over_18": False,
        "permalink": f"/r/python/comments/{id_}/title/",
        "score": 7,
        "selftext": "It &lt;fails&gt;.",
        "subreddit": "python",
        "title": "Why does it fail?",
        "url": f"https://www.reddit.com/r/python/comments/{id_}/title/",
    } | changes


def written(path: Path, *things: dict[str, Any]) -> Path:
    """A dump of those lines."""
    path.write_text("".join(json.dumps(one) + "\n" for one in things), encoding="utf-8")
    return path


def test_comment_and_submission_have_the_ids_of_the_live_connector(tmp_path: Path) -> None:
    asked, answered = posts(written(tmp_path / "dump", submission(), comment()))
    assert (asked.platform, asked.platform_id, asked.kind) == ("reddit", "t3_18vabc", Kind.POST)
    assert (asked.thread_id, asked.parent_id, asked.score) == ("t3_18vabc", None, 7)
    assert (asked.title, asked.text) == ("Why does it fail?", "It <fails>.")
    assert asked.tags == ("Help & questions",)
    assert asked.edited_at == datetime(2024, 1, 1, 12, 0, 5, tzinfo=UTC)
    assert (answered.platform_id, answered.kind) == ("t1_kfoo1", Kind.COMMENT)
    assert (answered.thread_id, answered.parent_id) == ("t3_18vabc", "t1_kfoo0")
    assert answered.text == "Try > `--force` & see u/bob"
    assert (answered.author.platform_id, answered.author.handle) == ("t2_a1", "ann")
    assert answered.addressed == ("bob",)
    assert answered.channel == "python"
    assert answered.created_at == datetime(2024, 1, 1, 12, 0, tzinfo=UTC)
    assert answered.url == "https://www.reddit.com/r/python/comments/18vabc/title/kfoo1/"


def test_old_dumps_lack_fields_and_write_seconds_as_text(tmp_path: Path) -> None:
    old = {
        "author": "ann",
        "body": "hi",
        "created_utc": "1134365188",
        "id": "c13",
        "link_id": "t3_17",
        "parent_id": "t3_17",
        "score": 2,
        "subreddit": "reddit.com",
        "edited": True,
    }
    (post,) = posts(written(tmp_path / "RC_2005-12", old))
    assert post.created_at == datetime(2005, 12, 12, 5, 26, 28, tzinfo=UTC)
    assert (post.author.platform_id, post.edited_at) == ("ann", None)
    assert post.url == "https://www.reddit.com/comments/17/_/c13/"


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "[deleted]"},
        {"body": "[removed]"},
        {"author": "[deleted]"},
        {"_meta": {"was_deleted_later": True, "retrieved_2nd_on": NOON + 130_000}},
    ],
)
def test_what_was_deleted_has_no_words_and_no_author(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    (post,) = posts(written(tmp_path / "dump", comment(**changes)))
    assert (post.text, post.author.handle, post.addressed) == ("", "[deleted]", ())
    assert post.deleted_at is not None


def test_deletion_is_dated_by_when_the_dump_saw_it(tmp_path: Path) -> None:
    (post,) = posts(written(tmp_path / "dump", comment(_meta={"was_deleted_later": True})))
    assert post.deleted_at == datetime.fromtimestamp(NOON + 60, UTC)


def test_bad_lines_are_put_aside_and_half_of_a_surrogate_pair_is_none(tmp_path: Path) -> None:
    path = written(tmp_path / "dump", comment(), comment("x", created_utc=None))
    with path.open("a") as file:
        file.write('{"id": 7, "body": "x", "created_utc": 1, "link_id": "t3_1"}\n')
        file.write(json.dumps(comment("k2")).replace("Try", "\\ud83d Try") + "\n")
    (batch,) = read(path)
    assert ids(batch.posts) == ["t1_kfoo1", "t1_k2"]
    assert [one.number for one in batch.rejects] == [2, 3]
    assert batch.rejects[0].reason.startswith("created_utc: expected seconds")
    assert batch.rejects[1].reason.startswith("not as in a Reddit dump: Expected `str`, got `int`")


def packed(text: bytes) -> bytes:
    """Zstd in two frames with a long window, as dumps are written."""
    long = zstandard.ZstdCompressionParameters(
        window_log=27, enable_ldm=True, write_content_size=False
    )
    maker = zstandard.ZstdCompressor(compression_params=long)
    half = text.index(b"\n", len(text) // 2) + 1
    return maker.compress(text[:half]) + maker.compress(text[half:])


def test_import_goes_on_in_plain_and_in_packed_dumps(tmp_path: Path) -> None:
    plain = written(tmp_path / "plain", *(comment(f"k{n}") for n in range(25)))
    dump = tmp_path / "RC_2024-01.zst"
    dump.write_bytes(packed(plain.read_bytes()))
    wanted = [f"t1_k{n}" for n in range(25)]
    assert ids(posts(dump)) == broken_off(plain, 4) == broken_off(dump, 4) == wanted


def test_plain_dump_is_entered_where_it_was_left(tmp_path: Path) -> None:
    path = written(tmp_path / "dump", *(comment(f"k{n}") for n in range(6)))
    with closing(Archive(ArchiveOptions(path), batch=3)) as archive:
        first = archive.fetch(None)
    data = path.read_bytes()
    begin = data.index(b"\n") + 1
    end = data.index(b'{"all_awardings": [], "author": "ann"', len(data) // 2)
    path.write_bytes(data[:begin] + b"x" * (end - 1 - begin) + b"\n" + data[end:])
    (rest,) = read(path, cursor=first.cursor)
    assert ids(rest.posts) == ["t1_k3", "t1_k4", "t1_k5"]
    assert not rest.rejects


def test_cut_zstd_keeps_what_came_before_and_says_where_it_breaks_off(tmp_path: Path) -> None:
    plain = "".join(json.dumps(comment(f"k{n}", body="x" * n)) + "\n" for n in range(3000))
    path = tmp_path / "cut.zst"
    path.write_bytes(packed(plain.encode())[:-2000])
    archive = Archive(ArchiveOptions(path), batch=10_000)
    batch = archive.fetch(None)
    assert 1500 < len(batch.posts) < 3000
    where = f"damaged after line {len(batch.posts)} .the file breaks off.; what was read"
    with pytest.raises(ConnectorError, match=where):
        archive.fetch(batch.cursor)


def test_folder_of_dumps_is_read_month_by_month(tmp_path: Path) -> None:
    for name, thing in (
        ("RC_2024-02", comment("k2")),
        ("RS_2024-01", submission()),
        ("RC_2024-01", comment()),
    ):
        (tmp_path / f"{name}.zst").write_bytes(packed((json.dumps(thing) + "\n\n").encode()))
    found = ids(posts(tmp_path))
    assert found == ["t1_kfoo1", "t1_k2", "t3_18vabc"] == broken_off(tmp_path, 1)


def test_broken_file_of_a_folder_does_not_stop_the_others(tmp_path: Path) -> None:
    whole = packed("".join(json.dumps(comment(f"k{n}")) + "\n" for n in range(300)).encode())
    (tmp_path / "a.zst").write_bytes(whole[:-30])
    written(tmp_path / "b", comment("later"))
    (batch,) = read(tmp_path)
    assert ids(batch.posts)[-1] == "t1_later"
    (reject,) = batch.rejects
    assert "a.zst: damaged after line" in reject.reason
    assert "the other files are read" in reject.reason


def test_file_of_a_folder_that_is_damaged_from_its_first_byte_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "a.zst").write_bytes(packed((json.dumps(comment()) + "\n\n").encode())[:20])
    written(tmp_path / "b", comment("later"))
    (tmp_path / "readme.png").write_bytes(b"\x89PNG\0")
    (batch,) = read(tmp_path)
    assert ids(batch.posts) == ["t1_later"]
    (reject,) = batch.rejects
    assert "a.zst: damaged after line 0" in reject.reason


def test_bomb_of_one_endless_line_is_put_aside(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zstandard.ZstdCompressor().stream_writer(made, closefd=False) as writer:
        writer.write((json.dumps(comment()) + "\n").encode())
        for _ in range(200):
            writer.write(b"a" * 2**20)
        writer.write(("\n" + json.dumps(comment("k2")) + "\n").encode())
    path = tmp_path / "bomb"
    path.write_bytes(made.getvalue())
    (batch,) = read(path)
    assert ids(batch.posts) == ["t1_kfoo1", "t1_k2"]
    assert batch.rejects[0].reason == "longer than 4 MB"
