"""``laurels model info`` and ``classify``: what judges, and trying it on a text."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from bot import wiring
from bot.settings import Settings
from bot.terminal import columns, emit, plain
from bot.wrapping import wrapped
from models.adapted import OtherWeightsError
from models.adapted import load as load_adapted
from models.judgement import Judgement, Label, Text
from models.weights_file import BUNDLED, ModelError, Weights, load


def info(settings: Settings, *, as_json: bool) -> None:
    """The model in use and its files, hashes checked."""
    folder = settings.models.path or BUNDLED
    weights = load(folder)
    moved_in, version = wiring.adapted_folder(settings), wiring.adapted_version(settings)
    problem = _problem(moved_in, weights)
    size = weights.network.stat().st_size
    value: dict[str, object] = {
        "name": weights.name,
        "folder": str(folder),
        "bytes": size,
        "hub": settings.models.hub,
        "adapted": version if problem is None else None,
        "adapted_problem": problem,
    }
    lines = [f"{weights.name} in {folder} ({size / 1e6:.1f} MB); the hashes match."]
    if problem is not None:
        lines.append(f"{problem}.")
    elif version is not None:
        lines.append(f"Moved by the team's corrections: version {version} in {moved_in}.")
    emit(value, "\n".join(line for one in lines for line in wrapped(one)), as_json=as_json)


def _problem(folder: Path, weights: Weights) -> str | None:
    """Why the version of the team's corrections judges nothing; None where it judges or is none."""
    try:
        if (adaptation := load_adapted(folder)) is not None:
            adaptation.check(weights.name, weights.identity)
    except OtherWeightsError as error:
        return str(error)
    except ModelError as error:
        return f"{error}; until then nothing is judged"
    return None


def classify(settings: Settings, texts: Sequence[str], *, as_json: bool) -> None:
    """Judge texts given on the command line."""
    classifier = wiring.classifier(settings)
    judged = classifier.classify([Text(text) for text in texts])
    rows = [("sentiment", "emotion", "intent", "text")]
    for text, one in zip(texts, judged, strict=True):
        cells = [_cell(each) for each in (one.sentiment, one.emotion, one.intent)]
        rows.append((cells[0], cells[1], cells[2], " ".join(plain(text).split())[:24]))
    told = columns(rows)
    if any(each.is_guess for one in judged for each in _labels(one).values()):
        told += "\n\n? a guess: a person decides"
    value = [
        {"text": text} | {task: asdict(label) for task, label in _labels(one).items()}
        for text, one in zip(texts, judged, strict=True)
    ]
    emit({"judgements": value, "model": classifier.model}, told, as_json=as_json)


def _cell(label: Label) -> str:
    return f"{label.name} {label.confidence:.2f}{'?' if label.is_guess else ''}"


def _labels(judged: Judgement) -> dict[str, Label]:
    found = {one.name: getattr(judged, one.name) for one in fields(judged)}
    return {task: label for task, label in found.items() if isinstance(label, Label)}
