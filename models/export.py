"""Write a trained network as a small ONNX file with its tokenizer, manifest and card."""

import json
import shutil
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import torch

from models.heads import TOPIC
from models.network import Exported, Network
from models.train import base_model
from models.weights_file import MANIFEST, digest

NETWORK: Final = "model.int8.onnx"
_FLOAT: Final = "model.float.onnx"


def to_onnx(network: Network, path: Path) -> None:
    """The network in float32 with free batch and length."""
    network.eval()
    ids = torch.ones(2, 16, dtype=torch.long)
    free = {0: "batch", 1: "length"}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter warns of its own internals
        torch.onnx.export(
            Exported(network),
            (ids, torch.ones_like(ids)),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits", TOPIC],
            dynamic_axes={
                "input_ids": free,
                "attention_mask": free,
                "logits": {0: "batch"},
                TOPIC: {0: "batch"},
            },
            opset_version=17,
            dynamo=False,
        )


def quantise(source: Path, target: Path) -> None:
    """Weights to int8, activations quantised as they come (dynamic quantisation)."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(source, target, per_channel=True, weight_type=QuantType.QInt8)


def export(network: Network, out: Path) -> None:
    """Write network and tokenizer to `out`; the manifest follows with ``describe``."""
    out.mkdir(parents=True, exist_ok=True)
    floating = out / _FLOAT
    to_onnx(network, floating)
    quantise(floating, out / NETWORK)
    floating.unlink()
    shutil.copyfile(base_model() / "tokenizer.json", out / "tokenizer.json")


def describe(out: Path, name: str, thresholds: Mapping[str, Mapping[str, float]]) -> None:
    """Write the manifest: name, hashes of the files, thresholds."""
    files = (NETWORK, "tokenizer.json")
    manifest = {
        "name": name,
        "made": datetime.now(UTC).date().isoformat(),
        "sha256": {file: digest(out / file) for file in files},
        "thresholds": {task: dict(values) for task, values in thresholds.items()},
    }
    text = json.dumps(manifest, indent=2, sort_keys=True)
    (out / MANIFEST).write_text(text + "\n", encoding="utf-8")
