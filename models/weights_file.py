"""Find the bundled model and refuse a file that is not the one that was shipped."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from models import probe, tongues
from models.heads import HEADS, TRAINED

BUNDLED: Final = Path(__file__).parent / "weights"
MANIFEST: Final = "model.json"
NETWORK: Final = "model.int8.onnx"
TOKENIZER: Final = "tokenizer.json"
NEVER: Final = 1.01
"""No probability is as high: what is judged in a language with this line is always a guess."""


class ModelError(Exception):
    """The model cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A checked model: its name, its files and the numbers that were tuned with it."""

    name: str
    network: Path
    tokenizer: Path
    thresholds: dict[str, dict[str, float]]
    heads: dict[str, int]
    """What the network answers, in order, with the width of each."""
    temperatures: dict[str, dict[str, float]]
    """Of each task that is calibrated, a temperature by language; ``*`` for any other."""
    abstain: dict[str, dict[str, float]]
    """Likewise the probability below which an answer is a guess."""
    errors: dict[str, dict[str, dict[str, int]]]
    """Of each task, by true label, what labelled texts that trained nothing were called."""
    identity: str
    """A hash of what its answers follow from: the files, the heads and the temperatures."""


def of_language(numbers: Mapping[str, float], language: str | None, default: float) -> float:
    """The number for a language, else the one for any, else `default`."""
    return numbers.get(language or "*", numbers.get("*", default))


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
        thresholds = _numbers(manifest["thresholds"])
        heads = {str(head): int(width) for head, width in manifest.get("heads", HEADS.items())}
        temperatures = _numbers(manifest.get("temperatures", {}))
        abstain = _numbers(manifest.get("abstain", {}))
        errors = {task: _counts(of) for task, of in manifest.get("errors", {}).items()}
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
    network, tokenizer = folder / NETWORK, folder / TOKENIZER
    if {network.name, tokenizer.name} - set(files):
        raise ModelError(f"{path}: names no {network.name} or no {tokenizer.name}")
    identity = _identity(files, heads, temperatures)
    return Weights(
        name, network, tokenizer, thresholds, heads, temperatures, abstain, errors, identity
    )


def _identity(
    files: Mapping[str, str],
    heads: Mapping[str, int],
    temperatures: Mapping[str, Mapping[str, float]],
) -> str:
    parts = [sorted(files.items()), list(heads.items()), temperatures]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _numbers(found: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    return {task: dict(values) for task, values in found.items()}


def _counts(found: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {true: {said: int(n) for said, n in called.items()} for true, called in found.items()}


def describe(
    out: Path,
    name: str,
    thresholds: Mapping[str, Mapping[str, float]],
    *,
    heads: Mapping[str, int] = TRAINED,
    temperatures: Mapping[str, Mapping[str, float]] | None = None,
    abstain: Mapping[str, Mapping[str, float]] | None = None,
    errors: Mapping[str, Mapping[str, Mapping[str, int]]] | None = None,
) -> None:
    """Write the manifest: name, hashes of the files, heads, and what was tuned on dev."""
    files = [
        file for file in (NETWORK, TOKENIZER, tongues.FILE, probe.FILE) if (out / file).exists()
    ]
    manifest = {
        "name": name,
        "made": datetime.now(UTC).date().isoformat(),
        "sha256": {file: digest(out / file) for file in files},
        # In the order of the network's output: a list, since keys are sorted.
        "heads": [[head, width] for head, width in heads.items()],
        "thresholds": thresholds,
        "temperatures": temperatures or {},
        "abstain": abstain or {},
        "errors": errors or {},
    }
    text = json.dumps(manifest, indent=2, sort_keys=True)
    (out / MANIFEST).write_text(text + "\n", encoding="utf-8")


def describe_again(out: Path, before: Weights) -> None:
    """Write the manifest anew after a file of `out` changed; all else stays as `before`."""
    describe(
        out,
        before.name,
        before.thresholds,
        heads=before.heads,
        temperatures=before.temperatures,
        abstain=before.abstain,
        errors=before.errors,
    )
