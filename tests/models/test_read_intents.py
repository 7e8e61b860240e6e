"""Posts whose intent was read one by one are found again by set and id."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from models import intent, read_intents
from models.read_intents import LABELS, Post, posts


def write(data: Path, name: str, part: str, rows: Sequence[Mapping[str, object]]) -> None:
    (data / name).mkdir()
    with gzip.open(data / name / f"{part}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def test_posts_and_turns_are_found_by_their_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"tweets": {"praise": ["2"], "other": ["9"]}, "ibm_customer_care": {"issue": ["d#1"]}}
    (tmp_path / "labels.json").write_text(json.dumps(known))
    monkeypatch.setattr(read_intents, "LABELS", tmp_path / "labels.json")
    write(tmp_path, "tweets", "train", [{"id": "1", "text": "so"}, {"id": "2", "text": "nice"}])
    turns = [{"text": "hello"}, {"text": "it is broken"}]
    write(tmp_path, "ibm_customer_care", "dev", [{"id": "d", "turns": turns}])
    assert list(posts(tmp_path)) == [
        Post("2", "nice", "praise"),
        Post("d#1", "it is broken", "issue"),
    ]


def test_each_post_was_read_as_one_of_our_intents() -> None:
    known = json.loads(LABELS.read_text(encoding="utf-8"))
    for name, ids_of in known.items():
        assert set(ids_of) <= set(intent.LABELS), name
        ids = [one for some in ids_of.values() for one in some]
        assert len(ids) == len(set(ids)), name
