"""Write a trained network as a small ONNX file with its tokenizer, manifest and card."""

import shutil
import warnings
from pathlib import Path
from typing import Final

import torch

from models import tongues
from models.heads import TOPIC
from models.network import Exported, Network
from models.train import base_model, tokenizer_of
from models.weights_file import BUNDLED, NETWORK, describe

__all__ = ["NETWORK", "describe", "export", "quantise", "to_onnx"]

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
    tokenizer_of(base_model()).save(str(out / "tokenizer.json"), pretty=False)
    # It is no part of the network and is fitted apart.
    if (BUNDLED / tongues.FILE).exists() and out != BUNDLED:
        shutil.copyfile(BUNDLED / tongues.FILE, out / tongues.FILE)
