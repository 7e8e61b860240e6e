"""``laurels model``: what judges, trying it on a text, measuring it, and training another."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bot import wiring
from bot.failures import CommandError
from bot.settings import Settings
from bot.terminal import columns, emit, note
from models.corpus import Example, examples
from models.judgement import Text
from models.weights_file import BUNDLED, load


def info(settings: Settings, *, as_json: bool) -> None:
    """The model in use and its files, hashes checked."""
    folder = settings.models.path or BUNDLED
    weights = load(folder)
    size = weights.network.stat().st_size
    value: dict[str, object] = {
        "name": weights.name,
        "folder": str(folder),
        "bytes": size,
        "hub": settings.models.hub,
    }
    text = f"{weights.name} in {folder} ({size / 1e6:.1f} MB); the hashes match."
    emit(value, text, as_json=as_json)


def classify(settings: Settings, texts: Sequence[str], *, as_json: bool) -> None:
    """Judge texts given on the command line."""
    judged = wiring.classifier(settings.models).classify([Text(text) for text in texts])
    rows = [("sentiment", "emotion", "intent", "text")]
    for text, one in zip(texts, judged, strict=True):
        cells = [
            f"{each.name} {each.confidence:.2f}"
            for each in (one.sentiment, one.emotion, one.intent)
        ]
        rows.append((cells[0], cells[1], cells[2], " ".join(text.split())[:30]))
    value = [{"text": text} | asdict(one) for text, one in zip(texts, judged, strict=True)]
    emit({"judgements": value}, columns(rows), as_json=as_json)


def train(data: Path, archives: Path, out: Path, epochs: int, name: str) -> None:
    """Fine-tune on the labelled sets, export, tune the thresholds on half of dev, and say how good.

    Begins again where an interrupted run of the same folder stood.
    """
    try:
        from models.export import describe, export
        from models.train import Plan
        from models.train import train as fit
    except ImportError as error:
        raise CommandError("training needs the extra: pip install 'laurels[train]'") from error
    from models import emotion
    from models.classifier import OnnxClassifier
    from models.evaluate import halves, tune

    network = fit(_sets(data, archives, "train"), out / "run", Plan(epochs=epochs), note)
    note("exporting")
    export(network, out)
    describe(out, name, {"emotion": dict.fromkeys(emotion.LABELS, 0.5)})
    half, _ = halves(_sets(data, archives, "dev"))
    chosen = tune(half, OnnxClassifier(out).logits([one.text for one in half]))
    describe(out, name, {"emotion": chosen})
    emit({"name": name, "folder": str(out)}, f"Wrote {name} to {out}.", as_json=False)


def evaluate(settings: Settings, data: Path, archives: Path, *, as_json: bool) -> None:
    """Measure the model on the half of the dev sets that tuned nothing."""
    from models.classifier import OnnxClassifier
    from models.evaluate import halves, report

    folder = settings.models.path or BUNDLED
    classifier = OnnxClassifier(folder, threads=settings.models.threads)
    _, half = halves(_sets(data, archives, "dev"))
    found = report(classifier.logits, half, load(folder).thresholds["emotion"])
    rows = [("task", "rows", "macro recall", "macro F1")]
    rows += [
        (task, str(one.rows), f"{100 * one.macro_recall:.1f}", f"{100 * one.macro_f1:.1f}")
        for task, one in found.items()
    ]
    value: dict[str, object] = {task: asdict(one) for task, one in found.items()}
    emit(value, columns(rows, right=frozenset({1, 2, 3})), as_json=as_json)


def _sets(data: Path, archives: Path, split: str) -> list[Example]:
    try:
        return examples(data, archives, split)
    except FileNotFoundError as error:
        raise CommandError(
            f"{error.filename}: missing; --data and --archives name the folders of the sets"
        ) from error
