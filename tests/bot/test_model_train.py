"""``laurels model train``: what is wrong is told before the sets are read."""

from pathlib import Path

import pytest

from bot.commands.model_train import Lesson, train
from bot.failures import CommandError

torch = pytest.importorskip("torch", reason="the extra `train` (torch) is not installed")


def lesson(out: Path, *, soft: tuple[Path, ...] = (), begin: Path | None = None) -> Lesson:
    return Lesson(out, out, out / "out", "test", 1, 85.0, soft, begin)


@pytest.mark.parametrize("words", [b"no such file", b"PK\x03\x04half a zip"])
def test_file_that_is_none_of_ours_is_told(tmp_path: Path, words: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(words)
    with pytest.raises(CommandError, match="no checkpoint; --begin takes"):
        train(lesson(tmp_path, begin=path), as_json=False)
    with pytest.raises(CommandError, match="no soft labels; --soft takes"):
        train(lesson(tmp_path, soft=(path,)), as_json=False)


def test_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="missing; --begin takes"):
        train(lesson(tmp_path, begin=tmp_path / "none"), as_json=False)
    with pytest.raises(CommandError, match=r"missing; python -m models\.teach"):
        train(lesson(tmp_path, soft=(tmp_path / "none",)), as_json=False)
