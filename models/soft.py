"""Soft labels: what teachers say of a text, kept by the text's hash (training only).

One file a teacher, a plain ``.npz``: ``keys`` (a hash a text), ``heads`` and ``widths`` (what the
teacher answers, in order) and ``logits`` (a row a text, half precision).
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]


def key_of(text: str) -> int:
    """A stable 64-bit number for a prepared text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def write(path: Path, texts: Sequence[str], heads: Mapping[str, int], logits: Rows) -> None:
    """Keep a teacher's `logits` [texts, sum of widths] of its `heads`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez_compressed(
            file,
            keys=np.array([key_of(text) for text in texts], dtype=np.uint64),
            heads=np.array(list(heads)),
            widths=np.array(list(heads.values())),
            logits=logits.astype(np.float16),
        )
    part.replace(path)


class Soft:
    """What several teachers say, as one: their logits are averaged where they know a text."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._found: dict[str, dict[int, tuple[Rows, int]]] = {}
        for path in paths:
            self._read(path)

    def _read(self, path: Path) -> None:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            keys, logits = kept["keys"].tolist(), kept["logits"].astype(np.float32)
            heads, widths = kept["heads"].tolist(), kept["widths"].tolist()
        edges = np.cumsum(widths)[:-1]
        for head, part in zip(heads, np.split(logits, edges, axis=1), strict=True):
            rows = self._found.setdefault(head, {})
            for key, row in zip(keys, part, strict=True):
                total, teachers = rows.get(key, (np.zeros_like(row), 0))
                rows[key] = total + row, teachers + 1

    def of(self, head: str, text: str) -> Rows | None:
        """The logits [labels] of `head` for `text`; None where no teacher read it."""
        total, teachers = self._found.get(head, {}).get(key_of(text), (None, 1))
        return None if total is None else total / np.float32(teachers)

    @property
    def counts(self) -> dict[str, int]:
        """How many texts are known of each head."""
        return {head: len(rows) for head, rows in self._found.items()}
