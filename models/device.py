"""Where the network runs: on a GPU if the installed ONNX Runtime can use one, else on the CPU."""

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

CPU: Final = "CPUExecutionProvider"
CUDA: Final = "CUDAExecutionProvider"
_ERRORS: Final = 3


def providers(available: Sequence[str]) -> list[str]:
    """Which of the `available` to ask for, the best first; the CPU takes what the GPU cannot."""
    return [one for one in (CUDA, CPU) if one in available]


def open_network(path: Path) -> "InferenceSession":
    """The network in `path`, ready to run, each batch on the thread that brings it.

    Where there is no GPU, or its libraries are missing, ONNX Runtime goes on with the CPU:
    `InferenceSession.get_providers` names what is used.
    """
    import onnxruntime

    wanted = providers(onnxruntime.get_available_providers())
    if CUDA in wanted:
        # It finds libraries that came by pip, and prints those that it misses.
        with redirect_stdout(sys.stderr):
            onnxruntime.preload_dlls()
    options = onnxruntime.SessionOptions()
    # Two batches on a thread each go faster through two cores than one batch on both.
    options.intra_op_num_threads = 1
    options.log_severity_level = _ERRORS
    # On the CPU it takes four times as long as the addition and the norm that it joins.
    slow = [] if CUDA in wanted else ["SkipLayerNormFusion"]
    return onnxruntime.InferenceSession(
        str(path), options, providers=wanted, disabled_optimizers=slow
    )
