"""Stack Exchange dumps, rows as in https://meta.stackexchange.com/questions/2677."""

from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from listener.connectors import ConnectorError
from listener.connectors.archive import Archive, ArchiveOptions
from listener.history import Format
from store.records import Kind
from tests.listener.history.records import broken_off, ids, posts, read, zipped


def row(**values: object) -> str:
    """A row as the dump writes it."""
    named = (f"{name}={quoteattr(str(value))}" for name, value in values.items())
    return f"  <row {' '.join(named)} />"


def listed(name: str, *rows: str) -> str:
    """A file of the dump, with its byte order mark."""
    body = "\n".join(rows)
    return f'\ufeff<?xml version="1.0" encoding="utf-8"?>\n<{name}>\n{body}\n</{name}>'


def question(id_: int = 1, **changes: object) -> str:
    """A question."""
    values: dict[str, object] = {
        "Id": id_,
        "PostTypeId": 1,
        "AcceptedAnswerId": 3,
        "CreationDate": "2016-08-02T15:39:14.947",
        "Score": 5,
        "ViewCount": 154,
        "Body": "<p>What does &quot;backprop&quot; mean? I&#39;ve <em>Googled</em> it.</p>\n",
        "OwnerUserId": 8,
        "LastEditorUserId": 42,
        "LastEditDate": "2016-08-18T13:20:02.773",
        "Title": 'What is "backprop"?',
        "Tags": "<neural-networks><definitions>",
        "AnswerCount": 3,
        "ContentLicense": "CC BY-SA 3.0",
    }
    return row(**values | changes)


def answer(id_: int, to: int = 1, **changes: object) -> str:
    """An answer."""
    values: dict[str, object] = {
        "Id": id_,
        "PostTypeId": 2,
        "ParentId": to,
        "CreationDate": "2016-08-02T16:00:00.000",
        "Score": 9,
        "Body": "<p>The same.</p>",
        "OwnerUserId": 9,
    }
    return row(**values | changes)


def comment(id_: int, on: int, **changes: object) -> str:
    """A comment."""
    values: dict[str, object] = {
        "Id": id_,
        "PostId": on,
        "Score": 0,
        "Text": "@ann a < b & `c`",
        "CreationDate": "2016-08-03T00:00:00.000",
        "UserId": 8,
    }
    return row(**values | changes)


def dump(folder: Path, *rows: str, comments: tuple[str, ...] = ()) -> Path:
    """A folder as the dump unpacks to."""
    folder.mkdir()
    people = (row(Id=-1, DisplayName="Community"), row(Id=8, DisplayName="Ann"))
    (folder / "Users.xml").write_text(listed("users", *people), encoding="utf-8")
    (folder / "Posts.xml").write_text(listed("posts", *rows), encoding="utf-8")
    (folder / "Comments.xml").write_text(listed("comments", *comments), encoding="utf-8")
    (folder / "Votes.xml").write_text(listed("votes"), encoding="utf-8")
    return folder


def test_question_answers_and_comments_have_the_ids_of_the_live_connector(tmp_path: Path) -> None:
    asked, right, other, on_asked, on_right = posts(
        dump(
            tmp_path / "ai.stackexchange.com",
            question(),
            answer(3),
            answer(4, OwnerUserId=77),
            comments=(comment(10, 1), comment(11, 3), comment(12, 999)),
        )
    )
    assert (asked.platform, asked.platform_id, asked.kind) == ("stackexchange", "ai/q/1", Kind.POST)
    assert (asked.thread_id, asked.parent_id, asked.accepted) == ("ai/q/1", None, None)
    assert asked.title == 'What is "backprop"?'
    assert asked.text == 'What does "backprop" mean? I\'ve Googled it.'
    assert (asked.tags, asked.score) == (("neural-networks", "definitions"), 5)
    assert asked.created_at == datetime(2016, 8, 2, 15, 39, 14, 947_000, tzinfo=UTC)
    assert asked.edited_at == datetime(2016, 8, 18, 13, 20, 2, 773_000, tzinfo=UTC)
    assert (asked.author.handle, asked.channel) == ("Ann", "ai")
    assert (right.platform_id, right.kind, right.accepted) == ("ai/a/3", Kind.ANSWER, True)
    assert (right.thread_id, right.parent_id) == ("ai/q/1", "ai/q/1")
    assert (other.accepted, other.author.handle) == (False, "user77")
    assert (on_asked.platform_id, on_asked.kind) == ("ai/c/10", Kind.COMMENT)
    assert (on_asked.parent_id, on_asked.thread_id) == ("ai/q/1", "ai/q/1")
    assert on_asked.text == "@ann a < b & `c`"
    assert (on_right.parent_id, on_right.thread_id) == ("ai/a/3", "ai/q/1")


def test_answer_that_stands_before_its_question_is_known_as_accepted(tmp_path: Path) -> None:
    path = dump(tmp_path / "ai.stackexchange.com", answer(3, 5), question(5))
    assert posts(path)[0].accepted


def test_import_goes_on_after_any_stop(tmp_path: Path) -> None:
    rows = [question(1), *(answer(n) for n in range(2, 12)), row(Id=50, PostTypeId=4)]
    remarks = tuple(comment(100 + n, 3) for n in range(5))
    path = dump(tmp_path / "ai.stackexchange.com", *rows, comments=remarks)
    whole = ids(posts(path))
    assert len(whole) == 16
    assert broken_off(path, 3) == broken_off(path, 1) == whole


def test_zip_of_a_dump_goes_on_too(tmp_path: Path) -> None:
    rows = [question(1), *(answer(n) for n in range(2, 9))]
    files = {"Posts.xml": listed("posts", *rows), "Users.xml": listed("users")}
    path = zipped(tmp_path / "dba.stackexchange.com.zip", files)
    assert broken_off(path, 3) == ids(posts(path))
    assert posts(path)[0].platform_id == "dba/q/1"


@pytest.mark.parametrize(
    ("folder", "site", "id_", "url"),
    [
        ("android.stackexchange.com", None, "android/q/1", "https://android.stackexchange.com/q/1"),
        ("stackoverflow.com", None, "stackoverflow/q/1", "https://stackoverflow.com/q/1"),
        ("pt.stackoverflow.com", None, "pt.stackoverflow/q/1", "https://pt.stackoverflow.com/q/1"),
        ("mathoverflow.net", None, "mathoverflow.net/q/1", "https://mathoverflow.net/q/1"),
        ("ai.meta.stackexchange.com", None, "ai.meta/q/1", "https://ai.meta.stackexchange.com/q/1"),
        ("dump", "askubuntu", "askubuntu/q/1", "https://askubuntu.com/q/1"),
        ("dump", "dba.stackexchange.com", "dba/q/1", "https://dba.stackexchange.com/q/1"),
    ],
)
def test_site_is_told_by_the_folder_or_by_a_person(
    tmp_path: Path, folder: str, site: str | None, id_: str, url: str
) -> None:
    (post,) = posts(dump(tmp_path / folder, question()), site=site)
    assert (post.platform_id, post.url) == (id_, url)


def test_unknown_site_asks_for_its_name(tmp_path: Path) -> None:
    archive = Archive(ArchiveOptions(dump(tmp_path / "dump", question())))
    with pytest.raises(ConnectorError, match="--site stackoverflow or --site android"):
        archive.fetch(None)


def test_tags_of_newer_dumps_and_authors_that_are_gone(tmp_path: Path) -> None:
    gone = question(2, Tags="|a|b-c|", OwnerUserId="", OwnerDisplayName="user12")
    (post,) = posts(dump(tmp_path / "ai.stackexchange.com", gone))
    assert (post.tags, post.author.handle) == (("a", "b-c"), "user12")
    assert post.author.platform_id == "ai/q/2/author"


def test_authors_have_the_ids_of_the_live_connector(tmp_path: Path) -> None:
    rows = (question(), answer(3, OwnerUserId=-1), answer(4, OwnerUserId=77))
    found = [post.author for post in posts(dump(tmp_path / "ai.stackexchange.com", *rows))]
    assert [one.platform_id for one in found] == ["ai/u/8", "ai/u/-1", "ai/u/77"]
    assert [(one.handle, one.is_bot) for one in found][1:] == [
        ("Community", True),
        ("user77", False),
    ]


def test_bad_row_is_put_aside(tmp_path: Path) -> None:
    bad = question(2, CreationDate="then")
    (batch,) = read(dump(tmp_path / "ai.stackexchange.com", question(), bad, answer(0), answer(3)))
    assert ids(batch.posts) == ["ai/q/1", "ai/a/3"]
    assert [(one.number, one.reason) for one in batch.rejects] == [
        (2, "Posts.xml: CreationDate: expected ISO 8601, got 'then'"),
        (3, "Posts.xml: Id: missing"),
    ]


BOMB = """<?xml version="1.0"?>
<!DOCTYPE posts [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<posts><row Id="1" PostTypeId="1" Body="&b;"/></posts>"""


def test_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "Posts.xml"
    path.write_text(BOMB)
    archive = Archive(ArchiveOptions(path, Format.STACKEXCHANGE, "ai"))
    with pytest.raises(ConnectorError, match="it declares a document type, which no dump does"):
        archive.fetch(None)


def test_cut_file_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "Posts.xml"
    text = listed("posts", question(1), *(answer(n) for n in range(2, 500)))
    path.write_text(text[: len(text) // 2], encoding="utf-8")
    archive = Archive(ArchiveOptions(path, site="ai"))
    batch = archive.fetch(None)
    assert 100 < len(batch.posts) < 400
    with pytest.raises(
        ConnectorError, match=f"damaged after item {len(batch.posts)} .unclosed token"
    ):
        archive.fetch(batch.cursor)


def test_one_endless_row_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "Posts.xml"
    path.write_text(listed("posts", question(1), answer(2, Body="x" * (6 * 2**20))))
    archive = Archive(ArchiveOptions(path, site="ai"))
    batch = archive.fetch(None)
    assert ids(batch.posts) == ["ai/q/1"]
    with pytest.raises(ConnectorError, match="one row is longer than 4 MB"):
        archive.fetch(batch.cursor)
