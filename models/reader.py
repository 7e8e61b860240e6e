"""Read texts with the network: tokens, batches of like length, several of them side by side."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from models.device import open_network
from models.heads import OPEN, TOPIC, WIDTH
from models.judgement import Topics
from models.weights_file import Weights
from models.windows import pooled, windows

Logits = NDArray[np.float32]
Window = tuple[int, ...]
"""The token ids of what is read at once of a text."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of like length that go through together."""

    places: list[int]
    """Where each row stands among the windows."""
    feeds: dict[str, NDArray[np.int64]]
    """Token ids and mask [windows, length of the longest]."""


class Reader:
    """The network of `weights` and its tokenizer.

    `threads` batches run side by side, with 0 one a core; `batch` texts of like length go through
    together.
    """

    def __init__(self, weights: Weights, *, threads: int, batch: int) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(weights.tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._network = open_network(weights.network)
        self._outputs = [one.name for one in self._network.get_outputs()]
        ends = map(self._tokenizer.token_to_id, ".!?")
        self._stops = frozenset(one for one in ends if one is not None)
        self._open = self._tokenizer.token_to_id(OPEN)
        self._widths = weights.heads
        self._threads = threads or os.cpu_count() or 1
        self._batch = batch

    @property
    def device(self) -> str:
        """What the network runs on, as ONNX Runtime calls it."""
        return str(self._network.get_providers()[0])

    @property
    def tells_topics(self) -> bool:
        """False for networks that are older than this output."""
        return TOPIC in self._outputs

    def read(self, prepared: Sequence[str]) -> tuple[Logits, Topics | None]:
        """Logits [texts, all heads] and what each text speaks of, in one pass."""
        unique = {text: place for place, text in enumerate(dict.fromkeys(prepared))}
        cut = self._cut(list(unique))
        places = {window: at for at, window in enumerate(dict.fromkeys(chain(*cut)))}
        out = np.empty((len(places), sum(self._widths.values())), dtype=np.float32)
        topics = np.empty((len(places), WIDTH), dtype=np.float32)

        def keep(batch: Batch) -> None:
            found = self._network.run(None, batch.feeds)
            out[batch.places] = found[0]
            if self.tells_topics:
                topics[batch.places] = found[self._outputs.index(TOPIC)]

        self._side_by_side(keep, self._batches(list(places)))
        first = [places[each[0]] for each in cut]
        told = out[first]
        for at in (at for at, each in enumerate(cut) if len(each) > 1):
            naming = [self._open in one for one in cut[at]]
            told[at] = pooled(out[[places[one] for one in cut[at]]], self._widths, naming)
        order = [unique[text] for text in prepared]
        return told[order], topics[first][order] if self.tells_topics else None

    def batches(self, texts: Sequence[str]) -> list[Batch]:
        """What goes through the network for `texts`: each window once, the longest first."""
        return self._batches(list(dict.fromkeys(chain(*self._cut(texts)))))

    def _cut(self, texts: Sequence[str]) -> list[list[Window]]:
        encodings = self._tokenizer.encode_batch(list(texts))
        return [[*map(tuple, windows(one.ids, self._stops))] for one in encodings]

    def _batches(self, rows: Sequence[Window]) -> list[Batch]:
        order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        # A few texts are shared out, too: no thread idles while another has them all.
        size = min(self._batch, -(-len(order) // self._threads))
        parts = [order[start : start + size] for start in range(0, len(order), size or 1)]
        # No thread ends with a long batch while another idles.
        return [Batch(places, _padded([rows[at] for at in places])) for places in reversed(parts)]

    def _side_by_side(self, keep: Callable[[Batch], None], batches: Sequence[Batch]) -> None:
        if len(batches) == 1:
            keep(batches[0])
            return
        with ThreadPoolExecutor(self._threads) as pool:
            for _ in pool.map(keep, batches):
                pass


def _padded(rows: Sequence[Sequence[int]]) -> dict[str, NDArray[np.int64]]:
    width = max(len(row) for row in rows)
    ids = np.zeros((len(rows), width), dtype=np.int64)
    mask = np.zeros((len(rows), width), dtype=np.int64)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = row
        mask[at, : len(row)] = 1
    return {"input_ids": ids, "attention_mask": mask}
