"""A GPU is used where ONNX Runtime has one to offer."""

import onnxruntime
import pytest

from models.device import CPU, CUDA, open_network, providers
from models.weights_file import load


@pytest.mark.parametrize(
    ("available", "wanted"),
    [
        ([CPU], [CPU]),
        (["AzureExecutionProvider", CPU], [CPU]),
        ([CPU, CUDA], [CUDA, CPU]),
        (["TensorrtExecutionProvider", CUDA, CPU], [CUDA, CPU]),
    ],
)
def test_gpu_is_asked_first_and_the_cpu_takes_the_rest(
    available: list[str], wanted: list[str]
) -> None:
    assert providers(available) == wanted


def test_network_runs_on_what_is_available() -> None:
    used = open_network(load().network).get_providers()
    assert used[-1] == CPU
    assert set(used) <= set(providers(onnxruntime.get_available_providers()))
