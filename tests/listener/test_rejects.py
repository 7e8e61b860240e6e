"""What cannot be read is put aside, once."""

import json
from pathlib import Path

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
