"""A model is used only when it is the one that was shipped."""

import json
from pathlib import Path

import pytest

from models.weights_file import MANIFEST, ModelError, digest, load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two files and their manifest."""
    for name in ("model.int8.onnx", "tokenizer.json"):
        (tmp_path / name).write_bytes(name.encode())
    files = {name: digest(tmp_path / name) for name in ("model.int8.onnx", "tokenizer.json")}
    manifest = {"name": "t-1", "sha256": files, "thresholds": {"emotion": {"joy": 0.4}}}
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    return tmp_path


def test_whole_model_is_loaded_with_its_thresholds(folder: Path) -> None:
    weights = load(folder)
    assert (weights.name, weights.thresholds) == ("t-1", {"emotion": {"joy": 0.4}})


def test_file_with_another_hash_is_refused(folder: Path) -> None:
    (folder / "model.int8.onnx").write_bytes(b"something else")
    with pytest.raises(ModelError, match=r"model\.int8\.onnx: its SHA-256 is not the one"):
        load(folder)


def test_missing_file_is_named(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"tokenizer\.json: missing"):
        load(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": 1}', "{"])
def test_manifest_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / MANIFEST).write_text(text)
    with pytest.raises(ModelError, match=r"model\.json"):
        load(folder)


def test_folder_without_model_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"models\.path"):
        load(tmp_path)
