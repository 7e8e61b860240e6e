"""``laurels model train``: what is wrong is told before the sets are read."""

from dataclasses import replace
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


def test_run_that_stands_is_gone_on_with_only_if_asked(tmp_path: Path) -> None:
    asked = lesson(tmp_path)
    with pytest.raises(CommandError, match="no run stands here; leave --resume out"):
        train(replace(asked, resume=True), as_json=False)
    (asked.out / "run").mkdir(parents=True)
    (asked.out / "run" / "checkpoint.pt").touch()
    with pytest.raises(CommandError, match="a run stands here; go on with --resume"):
        train(asked, as_json=False)
    with pytest.raises(CommandError, match="a file stands here; --out names a folder"):
        train(replace(asked, out=asked.out / "run" / "checkpoint.pt"), as_json=False)


def test_leg_that_ended_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from models import student
    from models.train import LegEnded, OtherRunError

    def ends(*_: object, **__: object) -> None:
        raise LegEnded("step 1/9 is reached; run the same again to go on")

    def differs(*_: object, **__: object) -> None:
        raise OtherRunError("out: begun with epochs 2, not 3")

    monkeypatch.setattr(student, "make", ends)
    assert train(lesson(tmp_path), as_json=False) is False
    assert "go on, with --resume" in capsys.readouterr().out
    monkeypatch.setattr(student, "make", differs)
    with pytest.raises(CommandError, match="not 3; go on with the same options, or name another"):
        train(lesson(tmp_path), as_json=False)
