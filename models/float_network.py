"""The network in float again, for a GPU: CUDA has no kernels for products of dynamic integers.

What int8 rounded stays rounded; only the activations no longer are. It needs the package onnx.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from onnx import NodeProto

_INTEGER: Final = frozenset({"DynamicQuantizeLinear", "MatMulInteger"})


def in_float(path: Path) -> bytes:
    """The network in `path` with a product of float matrices for each of integers.

    Raises ModuleNotFoundError without the package onnx.
    """
    import onnx

    network = onnx.load(str(path))
    nodes = _in_float(list(network.graph.node))
    del network.graph.node[:]
    network.graph.node.extend(nodes)
    found: bytes = network.SerializeToString()
    return found


def _in_float(nodes: Sequence["NodeProto"]) -> list["NodeProto"]:
    """What stands in the graph as integers, product, cast, scales of both and their product."""
    from onnx.helper import make_node

    made = {output: node for node in nodes for output in node.output}
    user = {name: node for node in nodes for name in node.input}
    instead: dict[str, list[NodeProto]] = {}
    for product in (node for node in nodes if node.op_type == "MatMulInteger"):
        cast = user[product.output[0]]
        scaled = user[cast.output[0]]
        scales = made[scaled.input[1]]
        (scale,) = (name for name in scales.input if name not in made)
        weights = f"{product.output[0]}_weights"
        instead |= {node.output[0]: [] for node in (product, cast, scales)}
        instead[scaled.output[0]] = [
            make_node(
                "DequantizeLinear", [product.input[1], scale, product.input[3]], [weights], axis=1
            ),
            make_node("MatMul", [made[product.input[0]].input[0], weights], [scaled.output[0]]),
        ]
    kept = (node for node in nodes if node.op_type not in _INTEGER)
    return [one for node in kept for one in instead.get(node.output[0], [node])]
