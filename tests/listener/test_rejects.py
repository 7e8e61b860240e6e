"""What cannot be read is put aside, once."""

import json
from pathlib import Path

import pytest

from listener.connectors import Reject
from listener.rejects import put_aside


def test_item_is_put_aside_once_however_often_it_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "rejects" / "forum.jsonl"
    first, second = Reject(1, "no author", '{"id": 1}'), Reject(2, "no time", "\ud800 ü")
    for rejects in ([], [first], [first, second], [second]):
        put_aside(path, rejects)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["number"] for line in lines] == [1, 2]
    assert lines[1]["raw"] == "\ud800 ü"


def test_nothing_to_put_aside_leaves_no_file(tmp_path: Path) -> None:
    put_aside(tmp_path / "none.jsonl", [])
    assert not (tmp_path / "none.jsonl").exists()


def test_large_items_are_put_aside_once_too(tmp_path: Path) -> None:
    path = tmp_path / "forum.jsonl"
    rejects = [Reject(number, "no text", "x" * 20_000) for number in range(60)]
    put_aside(path, rejects)
    size = path.stat().st_size
    assert size > 2**20
    put_aside(path, rejects)
    assert path.stat().st_size == size


def test_file_keeps_the_newest_when_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.rejects._LARGEST", 5_000)
    path = tmp_path / "forum.jsonl"
    for number in range(100):
        put_aside(path, [Reject(number, "no text", "x" * 200)])
        assert path.stat().st_size <= 5_000
    numbers = [json.loads(line)["number"] for line in path.read_text().splitlines()]
    assert numbers == list(range(numbers[0], 100))
    assert [one.name for one in tmp_path.iterdir()] == ["forum.jsonl"]
