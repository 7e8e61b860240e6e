"""Another model through transformers, by name or folder, for the one task its labels fit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from models import emotion, intent, sentiment
from models.judgement import Classifier, Judgement, Label, Text
from models.text import prepare, says_nothing
from models.weights_file import ModelError

_TASKS: Final[Mapping[str, tuple[str, ...]]] = {
    "sentiment": sentiment.LABELS,
    "emotion": emotion.LABELS,
    "intent": intent.LABELS,
}
_MAX_TOKENS: Final = 256


def task_of(labels: Sequence[str]) -> str:
    """The task whose words the labels are; raises ModelError where there is none."""
    said = {label.lower() for label in labels}
    for task, words in _TASKS.items():
        if len(said) > 1 and said <= set(words):
            return task
    raise ModelError(
        f"the model's labels ({', '.join(sorted(labels))}) fit no task; they must be among "
        + "; or ".join(f"{task}: {', '.join(words)}" for task, words in _TASKS.items())
    )


class HubClassifier:
    """Judges one task with the model `name`, the others with `rest`.

    Raises ModelError where the extra ``hub`` is missing, the model cannot be loaded, or its labels
    are those of no task.
    """

    def __init__(self, name: str, rest: Classifier, *, batch: int = 32) -> None:
        try:
            import torch
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError as error:
            raise ModelError("models.hub needs the extra: pip install 'laurels[hub]'") from error
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(name)
            self._network: Any = AutoModelForSequenceClassification.from_pretrained(name)
        except (OSError, ValueError) as error:
            raise ModelError(f"models.hub: {name} cannot be loaded: {error}") from error
        self._torch: Any = torch
        self._network.eval()
        id2label: dict[int, str] = self._network.config.id2label
        self._labels = [id2label[code].lower() for code in sorted(id2label)]
        self._task = task_of(self._labels)
        self._rest = rest
        self._batch = batch
        self._name = name

    @property
    def model(self) -> str:
        """Both models, the bundled one first."""
        return f"{self._rest.model}+{self._name[-40:]}"[:64]

    def classify(self, texts: Sequence[Text]) -> list[Judgement]:
        """One judgement a text, in the order given."""
        judged = self._rest.classify(texts)
        prepared = [prepare(one.text, one.title) for one in texts]
        changed: list[dict[str, Any]] = [
            {self._task: replace(label, is_guess=says_nothing(text))}
            for label, text in zip(self._label(prepared), prepared, strict=True)
        ]
        return [replace(one, **some) for one, some in zip(judged, changed, strict=True)]

    def _label(self, prepared: Sequence[str]) -> list[Label]:
        order = sorted(range(len(prepared)), key=lambda place: len(prepared[place]))
        found: dict[int, Label] = {}
        for start in range(0, len(order), self._batch):
            places = order[start : start + self._batch]
            inputs = self._tokenizer(
                [prepared[place] for place in places],
                padding=True,
                truncation=True,
                max_length=_MAX_TOKENS,
                return_tensors="pt",
            )
            with self._torch.inference_mode():
                rows = self._network(**inputs).logits.softmax(dim=-1).tolist()
            for place, row in zip(places, rows, strict=True):
                best = max(range(len(row)), key=row.__getitem__)
                found[place] = Label(self._labels[best], round(row[best], 4), {})
        return [found[place] for place in range(len(prepared))]
