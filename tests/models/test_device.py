"""A GPU is used where ONNX Runtime has one to offer and the network can be had in float."""

import numpy as np
import onnxruntime
import pytest

from models.device import CPU, CUDA, open_network, providers
from models.float_network import in_float
from models.reader import Reader
from models.weights_file import load


@pytest.mark.parametrize(
    ("available", "is_float", "wanted"),
    [
        ([CPU], True, [CPU]),
        (["AzureExecutionProvider", CPU], True, [CPU]),
        ([CPU, CUDA], True, [CUDA, CPU]),
        (["TensorrtExecutionProvider", CUDA, CPU], True, [CUDA, CPU]),
        ([CUDA, CPU], False, [CPU]),
    ],
)
def test_gpu_is_asked_first_and_the_cpu_takes_the_rest(
    available: list[str], is_float: bool, wanted: list[str]
) -> None:
    assert providers(available, is_float=is_float) == wanted


def test_network_runs_on_what_is_available() -> None:
    used = open_network(load().network).get_providers()
    assert used[-1] == CPU
    assert set(used) <= set(providers(onnxruntime.get_available_providers(), is_float=True))


def test_network_in_float_reads_as_the_one_in_integers() -> None:
    pytest.importorskip("onnx", reason="the package onnx is not installed")
    weights = load()
    in_floats = onnxruntime.InferenceSession(in_float(weights.network), providers=[CPU])
    integers = open_network(weights.network)
    (batch,) = Reader(weights, threads=1, batch=4).batches(["thank you", "it broke", "how so?"])
    for one, other in zip(
        in_floats.run(None, batch.feeds), integers.run(None, batch.feeds), strict=True
    ):
        assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.99
