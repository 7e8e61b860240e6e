"""Two networks as one."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the extra `train` (torch) is not installed")


def test_what_both_have_is_averaged(tmp_path: Path) -> None:
    from models.average import main
    from models.train import network_of

    earlier = {"a": torch.zeros(2), "wider": torch.zeros(1), "places": torch.tensor([1, 2])}
    later = {
        "a": torch.ones(2),
        "wider": torch.ones(3),
        "new": torch.ones(1),
        "places": torch.tensor([1, 2]),
    }
    for name, one in (("earlier", earlier), ("later", later)):
        torch.save({"network": one}, tmp_path / name)
    words = [str(tmp_path / "earlier"), str(tmp_path / "later"), "--share", "0.25"]
    main([*words, "--out", str(tmp_path / "out")])
    found = {name: value.tolist() for name, value in network_of(tmp_path / "out").items()}
    assert found == {"a": [0.25, 0.25], "wider": [1, 1, 1], "new": [1], "places": [1, 2]}
