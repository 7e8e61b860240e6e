"""Average two networks of one shape, weight by weight (training only; needs torch).

    python -m models.average EARLIER LATER --share 0.6 --out FILE

After Wortsman and others, "Model soups", ICML 2022: a network that was trained on from another,
and the one that it began with, are better together than each. Both are the checkpoint.pt of a run;
what is written is one to begin with (`laurels model train --begin FILE`).
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from models.extras import of_extra

with of_extra("train", __name__):
    import torch
    from torch import Tensor

    from models.train import network_of


def average(
    earlier: Mapping[str, Tensor], later: Mapping[str, Tensor], share: float
) -> dict[str, Tensor]:
    """`later` by `share`, the rest `earlier`; what only `later` has, or has wider, is its own."""
    return {
        name: torch.lerp(earlier[name], value, share)
        if name in earlier and earlier[name].shape == value.shape and value.is_floating_point()
        else value
        for name, value in later.items()
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Read both, write the average."""
    parser = argparse.ArgumentParser(prog="models.average", description=__doc__)
    parser.add_argument("earlier", type=Path)
    parser.add_argument("later", type=Path)
    parser.add_argument("--share", type=float, required=True, help="of the later one, 0 to 1")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args(argv)
    found = average(network_of(asked.earlier), network_of(asked.later), asked.share)
    torch.save({"network": found}, asked.out)


if __name__ == "__main__":
    main()
