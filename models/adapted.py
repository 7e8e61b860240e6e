"""Heads that a team's corrections moved: what they add to what ships, and their files by version.

A folder holds a file a version, `3.npz` say; the highest judges. One that was taken back is kept as
`3.undone`, so that no number ever stands for two. A file holds numbers, and no word of any post.
"""

import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.likelihood import log_softmax
from models.weights_file import ModelError

Rows = NDArray[np.float32]

_KEPT: Final = ".npz"
_UNDONE: Final = ".undone"
_FACTS: Final = "facts"
_UNREADABLE: Final = (
    *(OSError, EOFError, ValueError, KeyError, TypeError, AttributeError),
    zipfile.BadZipFile,
)
"""What numpy and json raise for a file that is none of ours, or half of one."""


class OtherWeightsError(ModelError):
    """The heads were fitted on other weights than those that judge."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is said of one task: what ships, sharper or softer by `scale`, and what is added.

    `bias` [labels] moves all texts alike; `weights` [features, labels] are lines through what the
    network tells of a text, as those of a probe.
    """

    scale: float
    bias: Rows
    weights: Rows

    def scores(self, shipped: Rows, features: Rows) -> Rows:
        """Log-scores [texts, labels] from those that ship and the features of the texts."""
        found = self.scale * log_softmax(shipped) + features @ self.weights + self.bias
        return np.asarray(found, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Adaptation:
    """One version: the heads by task, and what they were fitted on."""

    version: int
    base: str
    """The `identity` of the weights (`models.weights_file.Weights`)."""
    heads: Mapping[str, Head]
    fitted_on: str
    """A hash over the judgements, by their ids, so that the same ones are not fitted again."""
    until: datetime
    """When the newest of them was made."""

    def check(self, name: str, identity: str) -> None:
        """Raises OtherWeightsError where the weights called `name` are not those fitted on."""
        if self.base != identity:
            raise OtherWeightsError(
                f"adapted version {self.version} was fitted on other weights than {name}, which "
                "judges as it ships; laurels model adapt fits a new one, --undo goes back"
            )


def newest(folder: Path) -> int | None:
    """The version in use; None for the heads as they ship."""
    return max(_versions(folder, _KEPT), default=None)


def load(folder: Path) -> Adaptation | None:
    """The version in use; None for the heads as they ship. Raises ModelError for a damaged file."""
    version = newest(folder)
    if version is None:
        return None
    path = folder / f"{version}{_KEPT}"
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            facts = json.loads(str(kept[_FACTS]))
            heads = {
                task: Head(float(scale), kept[f"{task}.bias"], kept[f"{task}.weights"])
                for task, scale in facts["scales"].items()
            }
        for task, head in heads.items():
            _check(task, head)
        until = datetime.fromisoformat(facts["until"])
        return Adaptation(version, str(facts["base"]), heads, str(facts["fitted_on"]), until)
    except _UNREADABLE as error:
        raise ModelError(
            f"{path}: damaged; laurels model adapt --undo goes back to the version before it"
        ) from error


def _check(task: str, head: Head) -> None:
    """Raises ValueError for numbers that cannot be a head's."""
    is_shaped = head.bias.ndim == 1 and head.weights.ndim == 2
    if not is_shaped or head.weights.shape[1] != len(head.bias):
        raise ValueError(f"{task}: {head.weights.shape} lines with {head.bias.shape} biases")
    if not all(np.isfinite(one).all() for one in (head.bias, head.weights, head.scale)):
        raise ValueError(f"{task}: no numbers")


def next_version(folder: Path) -> int:
    """The number of the next version: one that none ever had."""
    return max(*_versions(folder, _KEPT), *_versions(folder, _UNDONE), 0, 0) + 1


def save(folder: Path, made: Adaptation) -> None:
    """Write a version, which judges from then on.

    Raises ModelError where another process wrote that version meanwhile, or where it cannot be
    written.
    """
    facts = {
        "base": made.base,
        "fitted_on": made.fitted_on,
        "until": made.until.isoformat(),
        "scales": {task: head.scale for task, head in made.heads.items()},
    }
    kept: dict[str, Any] = {_FACTS: np.array(json.dumps(facts))}
    kept |= {f"{task}.bias": head.bias for task, head in made.heads.items()}
    kept |= {f"{task}.weights": head.weights for task, head in made.heads.items()}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{made.version}{_KEPT}"
    half = path.with_suffix(f".{os.getpid()}.half")
    try:
        with half.open("wb") as file:
            np.savez_compressed(file, **kept)
            file.flush()
            os.fsync(file.fileno())
        # Unlike a rename this fails where somebody was first.
        path.hardlink_to(half)
    except FileExistsError:
        raise ModelError(
            f"{path}: somebody else adapted at the same time; theirs judges now, "
            "call laurels model adapt again"
        ) from None
    except OSError as error:
        why = error.strerror or error
        raise ModelError(f"{path}: not written ({why}); what judged before judges on") from error
    finally:
        with suppress(OSError):  # none was made, or what is left of it does no harm
            half.unlink()


def undo(folder: Path) -> int | None:
    """Go back to the version before; the one taken back, None where what ships judges already."""
    version = newest(folder)
    if version is not None:
        path = folder / f"{version}{_KEPT}"
        path.replace(path.with_suffix(_UNDONE))
    return version


def copy_versions(folder: Path, to: Path) -> bool:
    """Copy every version, also those taken back, to a new folder; False where there is none.

    Raises ModelError where it cannot be written.
    """
    files = [
        folder / f"{number}{suffix}"
        for suffix in (_KEPT, _UNDONE)
        for number in _versions(folder, suffix)
    ]
    if not files:
        return False
    try:
        to.mkdir(parents=True)
        for file in files:
            shutil.copy2(file, to)
    except OSError as error:
        raise ModelError(f"{to}: the versions of {folder} were not copied: {error}") from error
    return True


def _versions(folder: Path, suffix: str) -> list[int]:
    if not folder.is_dir():
        return []
    found = (one for one in folder.iterdir() if one.suffix == suffix)
    return [int(one.stem) for one in found if one.stem.isdecimal()]
