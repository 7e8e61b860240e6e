"""Adapted heads: versions in a folder, undone by number, refused for other weights."""

import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.adapted import (
    Adaptation,
    Head,
    OtherWeightsError,
    load,
    newest,
    next_version,
    save,
    undo,
)
from models.classifier import OnnxClassifier
from models.judgement import Text
from models.weights_file import ModelError
from models.weights_file import load as weights

UNTIL = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def head(bias: tuple[float, ...] = (0.0, 0.0, 0.0)) -> Head:
    found = np.array(bias, dtype=np.float32)
    features = OnnxClassifier(threads=1).features(["some text"]).shape[1]
    return Head(1.0, found, np.zeros((features, len(found)), dtype=np.float32))


def made(version: int, one: Head, base: str | None = None) -> Adaptation:
    known = base or weights().identity
    return Adaptation(version, known, {"sentiment": one}, "hash", UNTIL)


def test_version_comes_back_from_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "adapted"
    assert (load(folder), newest(folder), next_version(folder)) == (None, None, 1)
    wanted = made(1, head((0.5, -0.5, 0.0)))
    save(folder, wanted)
    found = load(folder)
    assert found is not None
    assert (found.version, found.base, found.fitted_on, found.until) == (
        1,
        wanted.base,
        "hash",
        UNTIL,
    )
    assert np.array_equal(found.heads["sentiment"].bias, wanted.heads["sentiment"].bias)
    assert [one.name for one in folder.iterdir()] == ["1.npz"]


def test_undo_goes_back_a_version_and_no_number_comes_twice(tmp_path: Path) -> None:
    for version in (1, 2):
        save(tmp_path, made(version, head()))
    assert undo(tmp_path) == 2
    assert newest(tmp_path) == 1
    assert next_version(tmp_path) == 3
    assert undo(tmp_path) == 1
    assert (newest(tmp_path), undo(tmp_path)) == (None, None)
    assert next_version(tmp_path) == 3


def test_damaged_file_is_told_with_the_way_out(tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04 no", b"\x93NUMPY"):
        (tmp_path / "4.npz").write_bytes(content)
        with pytest.raises(ModelError, match="adapt --undo"):
            load(tmp_path)


def test_adapted_model_says_what_its_head_says_and_that_it_is_adapted() -> None:
    plain = OnnxClassifier(threads=1)
    moved = OnnxClassifier(threads=1, adaptation=made(3, head((0.0, 0.0, 30.0))))
    assert (plain.model, moved.model) == ("laurels-2", "laurels-2+3")
    texts = [Text("I hate this, worst update ever"), Text("How do I export?")]
    before, after = plain.classify(texts), moved.classify(texts)
    assert [one.sentiment.name for one in after] == ["positive", "positive"]
    assert [one.intent for one in after] == [one.intent for one in before]
    found = moved.likelihoods("sentiment", texts)
    assert found is not None
    assert found.verdicts.tolist() == [2, 2]


def test_head_that_adds_nothing_changes_nothing() -> None:
    plain = OnnxClassifier(threads=1)
    moved = OnnxClassifier(threads=1, adaptation=made(1, head()))
    texts = [Text("I love it"), Text("It broke"), Text("")]
    assert [one.sentiment for one in plain.classify(texts)] == [
        one.sentiment for one in moved.classify(texts)
    ]


def test_heads_of_other_weights_are_refused() -> None:
    with pytest.raises(OtherWeightsError, match="laurels model adapt fits a new one"):
        OnnxClassifier(threads=1, adaptation=made(1, head(), base="f" * 64))


def test_who_comes_second_with_a_version_is_told(tmp_path: Path) -> None:
    save(tmp_path, made(1, head()))
    with pytest.raises(ModelError, match="adapted at the same time"):
        save(tmp_path, made(1, head((1.0, 0.0, 0.0))))
    kept = load(tmp_path)
    assert kept is not None
    assert not kept.heads["sentiment"].bias.any()
    assert [one.name for one in tmp_path.iterdir()] == ["1.npz"]


def test_full_disk_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    save(tmp_path, made(1, head()))
    (tmp_path / f"2.{os.getpid()}.half").symlink_to("/dev/full")
    with pytest.raises(ModelError, match=r"2\.npz: not written \(No space left on device\)"):
        save(tmp_path, made(2, head()))
    assert [one.name for one in tmp_path.iterdir()] == ["1.npz"]


@pytest.mark.parametrize(
    "bad",
    [
        Head(1.0, np.zeros(2, np.float32), np.zeros((426, 3), np.float32)),
        Head(1.0, np.array([0, np.nan, 0], np.float32), np.zeros((426, 3), np.float32)),
        Head(float("inf"), np.zeros(3, np.float32), np.zeros((426, 3), np.float32)),
    ],
)
def test_numbers_that_cannot_be_a_head_are_damage(tmp_path: Path, bad: Head) -> None:
    save(tmp_path, made(1, bad))
    with pytest.raises(ModelError, match="damaged; laurels model adapt --undo"):
        load(tmp_path)
