"""Find the bundled model and refuse a file that is not the one that was shipped."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BUNDLED: Final = Path(__file__).parent / "weights"
MANIFEST: Final = "model.json"


class ModelError(Exception):
    """The model cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A checked model: its name, its files and the thresholds that were tuned with it."""

    name: str
    network: Path
    tokenizer: Path
    thresholds: dict[str, dict[str, float]]


def digest(path: Path) -> str:
    """SHA-256 of the file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load(folder: Path = BUNDLED) -> Weights:
    """Read `folder/model.json` and check each file it names.

    Raises ModelError where a file is missing or its hash differs.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        name, files = str(manifest["name"]), dict(manifest["sha256"])
        thresholds = {task: dict(values) for task, values in manifest["thresholds"].items()}
    except FileNotFoundError:
        raise ModelError(f"{path}: no model here; set models.path to a folder with one") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: not a model manifest ({error!r})") from error
    for file, wanted in files.items():
        if not (folder / file).is_file():
            raise ModelError(f"{folder / file}: missing; restore it from the release")
        if digest(folder / file) != wanted:
            raise ModelError(
                f"{folder / file}: its SHA-256 is not the one in {MANIFEST}, so it is damaged "
                "or was replaced; restore it from the release, or train and export your own"
            )
    network, tokenizer = folder / "model.int8.onnx", folder / "tokenizer.json"
    if {network.name, tokenizer.name} - set(files):
        raise ModelError(f"{path}: names no {network.name} or no {tokenizer.name}")
    return Weights(name, network, tokenizer, thresholds)
