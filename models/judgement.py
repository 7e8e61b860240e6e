"""What the models say of one text: a label a task, with how sure they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Topics = NDArray[np.float32]
"""Rows of numbers that lie near each other where texts speak of like things."""


@dataclass(frozen=True, slots=True)
class Label:
    """The chosen label, its probability and, where several matter, the others."""

    name: str
    confidence: float
    scores: Mapping[str, float]
    is_guess: bool = False
    """Less likely than what the model answers for: it abstains, and a person decides."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """All labels of one text."""

    sentiment: Label
    emotion: Label
    intent: Label
    irony: Label
    offensive: Label
    complaint: Label | None = None
    """None where the model has no head for it."""
    topic: Topics | None = field(default=None, compare=False, repr=False)
    """What the text speaks of, for `models.relevance`; None where the model does not tell."""

    @property
    def is_guessed(self) -> bool:
        """Whether nothing but perhaps the sentiment is answered for."""
        read = (self.emotion, self.intent, self.irony, self.offensive)
        return all(one.is_guess for one in read)


def guessed(one: Judgement, *, but_sentiment: bool = False) -> Judgement:
    """The same, none of it answered for, or nothing but the sentiment."""
    return replace(
        one,
        sentiment=one.sentiment if but_sentiment else replace(one.sentiment, is_guess=True),
        emotion=replace(one.emotion, is_guess=True),
        intent=replace(one.intent, is_guess=True),
        irony=replace(one.irony, is_guess=True),
        offensive=replace(one.offensive, is_guess=True),
        complaint=None if one.complaint is None else replace(one.complaint, is_guess=True),
    )


@dataclass(frozen=True, slots=True)
class Text:
    """What a classifier reads of a post."""

    text: str
    title: str | None = None
    language: str | None = None
    """ISO 639-1, as declared or told by `models.language`; None or ``und`` where nothing tells."""

    @property
    def whole(self) -> str:
        """Title and text as they are judged: `models.text.prepare` joins them the same way."""
        return f"{self.title}. {self.text}" if self.title else self.text


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """Of one task over some texts: how likely each label is, and which is the verdict."""

    labels: tuple[str, ...]
    probabilities: NDArray[np.float32]
    """[texts, labels], weighed as in use."""
    verdicts: NDArray[np.intp]
    """[texts]: the place of the label that is given."""
    given: NDArray[np.bool_]
    """[texts, labels]: the verdict and, of a task with several labels, the others that fit."""
    guesses: NDArray[np.bool_]
    """[texts]: whether the model does not answer for the verdict."""


class Judge(Protocol):
    """Tells the likelihoods behind its verdicts."""

    @property
    def model(self) -> str:
        """Name and version."""
        ...

    @property
    def tasks(self) -> Sequence[str]:
        """What it judges in a text by itself, without being told a target."""
        ...

    def likelihoods(
        self, task: str, texts: Sequence[Text], targets: Sequence[str] | None = None
    ) -> Likelihoods | None:
        """Of one task, the mood towards `targets` say; None where the model has no head for it."""
        ...


class Towards(Protocol):
    """Tells the mood of texts towards one thing that each names."""

    def towards(self, texts: Sequence[str], targets: Sequence[str]) -> list[Label] | None:
        """A mood a text; None where the model does not tell."""
        ...


class Classifier(Protocol):
    """One way to judge texts."""

    @property
    def model(self) -> str:
        """Name and version, kept beside every analysis."""
        ...

    def classify(self, texts: Sequence[Text]) -> list[Judgement]:
        """One judgement a text, in the order given."""
        ...


class Encoder(Protocol):
    """Tells what short texts speak of."""

    def topics(self, texts: Sequence[str]) -> Topics | None:
        """A row a text; None where the model does not tell."""
        ...
