"""What the stored analyses of a post say, as the rules read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from store.records import Analysis, Intent, Task

ANGRY: Final = frozenset({"anger", "annoyance", "disgust"})
UPSET: Final = frozenset({"disappointment", "disapproval", "fear", "grief", "nervousness",
                          "remorse", "sadness", "confusion", "embarrassment"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """A label with the probability that it is right."""

    name: str
    confidence: float
    is_guess: bool = False
    """The model does not answer for it."""

    def sure(self, name: str, threshold: float) -> bool:
        """Whether it is this label, with at least this confidence."""
        return self.name == name and self.confidence >= threshold


@dataclass(frozen=True, slots=True)
class Reading:
    """A post as the models read it. The numbers are probabilities."""

    intent: Label = Label(Intent.OTHER, 0.0)
    sentiment: Label = Label("neutral", 0.0)
    emotion: Label = Label("neutral", 0.0)
    irony: float = 0.0
    offensive: float = 0.0
    complaint: float = 0.0
    spam: float = 0.0
    spam_marks: tuple[str, ...] = ()
    relevance: float | None = None
    """That it is about us; None where nothing says what is meant."""
    language: Label | None = None
    is_unread: bool = False
    """Whether it is in a language, and nothing that was read of it is answered for."""

    @property
    def angry(self) -> bool:
        """Whether the strongest emotion is a kind of anger."""
        return self.emotion.name in ANGRY

    @property
    def upset(self) -> bool:
        """Whether the author is unhappy without being angry."""
        return self.emotion.name in UPSET or self.sentiment.name == "negative"


NOTHING_SAID: Final[Mapping[Task, str]] = {}
UNKNOWN: Final = "und"
"""The language of a text of which nothing tells it."""
UNREAD: Final = Reading()
"""A post that no model read: nothing special."""


def reading(analyses: Mapping[Task, Analysis], right: Mapping[Task, str] = NOTHING_SAID) -> Reading:
    """The reading of one post; what was not analysed reads as nothing special.

    What a person said is `right`, for sure: of a post that they do not find negative, an unhappy
    emotion is not believed either. The mood towards us goes before that of all the post says,
    unless it is a guess.
    """
    emotion = _label(analyses.get(Task.EMOTION)) or UNREAD.emotion
    mood = right.get(Task.SENTIMENT)
    if mood not in (None, "negative") and emotion.name in ANGRY | UPSET:
        emotion = UNREAD.emotion
    return Reading(
        intent=_said(Task.INTENT, right) or _label(analyses.get(Task.INTENT)) or UNREAD.intent,
        sentiment=_said(Task.SENTIMENT, right) or _mood(analyses) or UNREAD.sentiment,
        emotion=emotion,
        irony=_probability(analyses, Task.IRONY),
        offensive=_probability(analyses, Task.OFFENSIVE),
        complaint=_probability(analyses, Task.COMPLAINT),
        spam=_probability(analyses, Task.SPAM),
        spam_marks=_marks(analyses.get(Task.SPAM)),
        relevance=_relevance(analyses.get(Task.RELEVANCE)),
        language=_label(analyses.get(Task.LANGUAGE)),
        is_unread=not right and _is_unread(analyses),
    )


def _said(task: Task, right: Mapping[Task, str]) -> Label | None:
    return Label(right[task], 1.0) if task in right else None


def _label(analysis: Analysis | None) -> Label | None:
    return Label(analysis.label, analysis.confidence, analysis.is_guess) if analysis else None


def _mood(analyses: Mapping[Task, Analysis]) -> Label | None:
    towards = _label(analyses.get(Task.TARGET))
    told = towards is not None and not towards.is_guess
    return towards if told else _label(analyses.get(Task.SENTIMENT))


def _is_unread(analyses: Mapping[Task, Analysis]) -> bool:
    language = analyses.get(Task.LANGUAGE)
    if language is None or language.label == UNKNOWN:
        return False
    read = [analyses.get(task) for task in (Task.INTENT, Task.SENTIMENT, Task.OFFENSIVE)]
    return all(one is not None and one.is_guess for one in read)


def _marks(analysis: Analysis | None) -> tuple[str, ...]:
    """What a post was found to have of spam; not its own words, which a decision would outlive."""
    found = analysis.scores if analysis else ()
    return tuple(name for name in found if name != Task.SPAM and not name.startswith("“"))


def _relevance(analysis: Analysis | None) -> float | None:
    return analysis.scores.get(Task.RELEVANCE.value) if analysis else None


def _probability(analyses: Mapping[Task, Analysis], task: Task) -> float:
    """How likely a yes is: of the two labels, "yes" is the one named like its task."""
    found = analyses.get(task)
    if found is None:
        return 0.0
    if task.value in found.scores:
        return found.scores[task.value]
    return found.confidence if found.label == task.value else 1.0 - found.confidence
