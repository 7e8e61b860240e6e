"""What the models say of one text: a label a task, with how sure they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Label:
    """The chosen label, its probability and, where several matter, the others."""

    name: str
    confidence: float
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Judgement:
    """All labels of one text."""

    sentiment: Label
    emotion: Label
    intent: Label
    irony: Label
    offensive: Label


@dataclass(frozen=True, slots=True)
class Text:
    """What a classifier reads of a post."""

    text: str
    title: str | None = None


class Classifier(Protocol):
    """One way to judge texts."""

    @property
    def model(self) -> str:
        """Name and version, kept beside every analysis."""
        ...

    def classify(self, texts: Sequence[Text]) -> list[Judgement]:
        """One judgement a text, in the order given."""
        ...
