"""Where the network runs: on a GPU if the installed ONNX Runtime can use one, else on the CPU."""

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models.float_network import in_float

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, SessionOptions

CPU: Final = "CPUExecutionProvider"
CUDA: Final = "CUDAExecutionProvider"
_ERRORS: Final = 3


def providers(available: Sequence[str], *, is_float: bool) -> list[str]:
    """Which of the `available` to ask for, the best first.

    With CUDA only a network in float is quick; the CPU takes what it cannot.
    """
    return [CUDA, CPU] if is_float and CUDA in available else [CPU]


def open_network(path: Path) -> "InferenceSession":
    """The network in `path`, ready to run, each batch on the thread that brings it.

    It runs on a GPU with onnxruntime-gpu, its libraries and the package onnx, else on the CPU:
    `InferenceSession.get_providers` names what is used.
    """
    import onnxruntime

    is_float = find_spec("onnx") is not None
    wanted = providers(onnxruntime.get_available_providers(), is_float=is_float)
    if CUDA in wanted:
        session = _on_gpu(path, wanted)
        if CUDA in session.get_providers():
            return session
    return _on_cpu(path)


def _on_gpu(path: Path, wanted: Sequence[str]) -> "InferenceSession":
    import onnxruntime

    # It finds libraries that came by pip, and prints those that it misses.
    with redirect_stdout(sys.stderr):
        onnxruntime.preload_dlls()
    return onnxruntime.InferenceSession(in_float(path), _options(), providers=wanted)


def _on_cpu(path: Path) -> "InferenceSession":
    import onnxruntime

    return onnxruntime.InferenceSession(
        str(path),
        _options(),
        providers=[CPU],
        # Joined, they take four times as long as the addition and the norm by themselves.
        disabled_optimizers=["SkipLayerNormFusion"],
    )


def _options() -> "SessionOptions":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Two batches on a thread each go faster through two cores than one batch on both.
    options.intra_op_num_threads = 1
    options.log_severity_level = _ERRORS
    return options
