"""Soft labels: kept by the text's hash, averaged over teachers."""

from pathlib import Path

import numpy as np

from models.soft import Soft, write


def test_what_teachers_say_is_averaged(tmp_path: Path) -> None:
    one, other, third = (tmp_path / f"{name}.npz" for name in ("one", "other", "third"))
    heads = {"sentiment": 3, "irony": 2}
    write(one, ["a", "b"], heads, np.array([[1, 2, 3, 4, 5], [0, 0, 0, 1, 1]], dtype=np.float32))
    write(other, ["a"], {"sentiment": 3}, np.array([[3, 2, 1]], dtype=np.float32))
    write(third, ["a"], {"sentiment": 3}, np.array([[2, 5, 8]], dtype=np.float32))
    soft = Soft([one, other, third])
    found = soft.of("sentiment", "a")
    assert found is not None
    assert found.tolist() == [2.0, 3.0, 4.0]
    irony = soft.of("irony", "b")
    assert irony is not None
    assert irony.tolist() == [1.0, 1.0]
    assert soft.of("sentiment", "never read") is None
    assert soft.of("emotion", "a") is None
