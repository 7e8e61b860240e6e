"""Files of labelled texts: what is read, and what a bad one is told."""

import gzip
import json
import os
import threading
from pathlib import Path

import pytest

from models.labelled import LONGEST, LabelledError, Row, read
from models.tasks import TASKS


def _file(folder: Path, *lines: object) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    return path


def test_rows_are_read_packed_or_not(tmp_path: Path) -> None:
    path = _file(tmp_path, {"text": "fine", "label": "Positive"}, {"text": "", "label": "neu"})
    wanted = [Row("fine", ("positive",)), Row("", ("neutral",))]
    assert list(read(path, TASKS["sentiment"])) == wanted
    packed = tmp_path / "rows"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert list(read(packed, TASKS["sentiment"])) == wanted


def test_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    rows = "".join(json.dumps({"text": str(n), "label": "neutral"}) + "\n" for n in range(3_000))
    writer = threading.Thread(target=path.write_text, args=(rows,))
    writer.start()
    found = [one.text for one in read(path, TASKS["sentiment"])]
    writer.join(10)
    assert found == [str(n) for n in range(3_000)]


def test_several_labels_and_targets_are_read(tmp_path: Path) -> None:
    path = _file(
        tmp_path, {"text": "ta", "labels": ["gratitude", "joy"]}, {"text": "", "labels": []}
    )
    assert [one.labels for one in read(path, TASKS["emotion"])] == [("gratitude", "joy"), ()]
    path = _file(tmp_path, {"text": "acme is bad", "target": "acme", "label": "negative"})
    assert list(read(path, TASKS["target"])) == [Row("acme is bad", ("negative",), "acme")]


def test_a_mark_of_byte_order_and_empty_lines_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_bytes(b'\xef\xbb\xbf{"text": "a", "label": "positive"}\r\n\r\n')
    assert len(list(read(path, TASKS["sentiment"]))) == 1


@pytest.mark.parametrize(
    ("task", "spelled", "label"),
    [
        ("offensive", "inoffensive", "not-offensive"),
        ("offensive", "not_offensive", "not-offensive"),
        ("irony", "non-irony", "non_irony"),
        ("intent", "Feature request", "request"),
        ("complaint", "not complaint", "not_complaint"),
        ("language", "English", "en"),
        ("language", "pt", "pt"),
        ("sentiment", "angry", None),
    ],
)
def test_labels_may_be_spelled_as_published_sets_do(
    task: str, spelled: str, label: str | None
) -> None:
    assert TASKS[task].label(spelled) == label


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"\xff\xfe\n", "line 1: is no UTF-8 text"),
        (b"hello\n", "line 1: is no JSON; a row looks as {"),
        (b"[" * 100_000 + b"\n", "line 1: is no JSON"),
        (b"[1]\n", "line 1: is no object"),
        (b'{"label": "positive"}\n', 'needs a "text"'),
        (b'{"text": 3, "label": "positive"}\n', 'needs a "text"'),
        (b'{"text": "a"}\n', 'needs a "label"'),
        (b'{"text": "a", "label": 1}\n', 'needs a "label"'),
        (
            b'{"text": "a", "labels": ["positive", "negative"]}\n',
            "has 2 labels; sentiment takes one",
        ),
        (b'{"text": "a", "label": "angry"}\n', "knows negative, neutral, positive"),
        (b"x" * (LONGEST + 2), "is longer than"),
        (b"", "empty; it needs a row as"),
        (b" \n\n", "empty; it needs a row as"),
        (gzip.compress(b'{"text": "a", "label": "positive"}\n' * 99)[:-9], "damaged after row"),
    ],
)
def test_bad_file_is_told_by_its_line(tmp_path: Path, line: bytes, told: str) -> None:
    path = tmp_path / "rows"
    path.write_bytes(line)
    with pytest.raises(LabelledError) as refused:
        list(read(path, TASKS["sentiment"]))
    assert told in str(refused.value)
    assert str(path) in str(refused.value)


def test_name_that_ends_in_gz_promises_gzip_or_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.gz"
    for content, told in (
        (b"<html>not found</html>", "not gzip, though its name ends in .gz"),
        (b"\x1f\x8b\x08", "begins as gzip and is none"),
    ):
        path.write_bytes(content)
        with pytest.raises(LabelledError, match=told):
            list(read(path, TASKS["sentiment"]))
    path.write_bytes(b'\n{"text": "a", "label": "positive"}\n')
    assert len(list(read(path, TASKS["sentiment"]))) == 1


def test_target_is_needed_where_it_is_asked_about(tmp_path: Path) -> None:
    path = _file(tmp_path, {"text": "a", "label": "positive"})
    with pytest.raises(LabelledError, match='line 1: needs a "target"'):
        list(read(path, TASKS["target"]))


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(LabelledError, match=str(path)):
            list(read(path, TASKS["sentiment"]))


def test_mood_is_no_language(tmp_path: Path) -> None:
    path = _file(tmp_path, {"text": "fine", "label": "positive"})
    with pytest.raises(LabelledError, match="codes of languages"):
        list(read(path, TASKS["language"]))


def test_region_of_a_language_does_not_matter(tmp_path: Path) -> None:
    rows = [{"text": "fine", "label": label} for label in ("pt-BR", "pt", "Zh_Hant_TW", "English")]
    path = _file(tmp_path, *rows)
    found = [one.labels for one in read(path, TASKS["language"])]
    assert found == [("pt",), ("pt",), ("zh",), ("en",)]


def test_text_in_place_of_a_label_is_quoted_in_part(tmp_path: Path) -> None:
    path = _file(tmp_path, {"text": "positive", "label": "word " * 9_000})
    with pytest.raises(LabelledError, match="word …'; sentiment knows negative") as told:
        list(read(path, TASKS["sentiment"]))
    assert len(str(told.value)) < 300
