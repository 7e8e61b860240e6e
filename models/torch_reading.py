"""What a network says of texts before its weights are rounded (training only; needs torch)."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import numpy as np
import torch

from models.heads import clipped
from models.network import Network
from models.soft import Rows
from models.train import padded, tokenizer_of

_BATCH: Final = 64


def said(
    network: Network,
    base: Path,
    texts: Sequence[str],
    *,
    half: bool = False,
    report: Callable[[int], None] | None = None,
) -> Rows:
    """Logits [texts, all heads] of prepared texts; `base` is the folder of its tokenizer.

    With `half` products are of half precision, which a large network needs; `report` gets how many
    texts were read, now and then.
    """
    network.eval()
    rows = [clipped(one.ids) for one in tokenizer_of(base).encode_batch(list(texts))]
    order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
    told = np.zeros((len(rows), sum(network.widths.values())), dtype=np.float32)
    precision = torch.autocast("cpu", dtype=torch.bfloat16) if half else nullcontext()
    with torch.inference_mode(), precision:
        for start in range(0, len(order), _BATCH):
            places = order[start : start + _BATCH]
            told[places] = network(*padded([rows[at] for at in places])).float().numpy()
            if report and start % (100 * _BATCH) == 0:
                report(start)
    return told
