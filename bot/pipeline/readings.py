"""Judge stored posts and turn the judgements into rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from models.intent import gives_thanks
from models.judgement import Classifier, Judgement, Label, Text
from models.spam import spam
from models.text import prepare
from store.records import Analysis, StoredPost, Task


class Identifier(Protocol):
    """Tells the language of a text."""

    def language(self, text: str, declared: str | None = None) -> Label:
        """The code and how sure it is."""
        ...


@dataclass(frozen=True, slots=True)
class Judges:
    """Everything that judges a post."""

    classifier: Classifier
    identifier: Identifier

    @property
    def model(self) -> str:
        """What stands beside each analysis."""
        return self.classifier.model


@dataclass(frozen=True, slots=True)
class Reading:
    """One post's judgement as the later steps want it."""

    post: StoredPost
    analyses: tuple[Analysis, ...]
    intent: str
    intent_confidence: float
    thanks: bool


def read(judges: Judges, posts: Sequence[StoredPost]) -> list[Reading]:
    """A reading a post, in the order given; the texts go through the classifier together."""
    texts = [Text(one.post.text, one.post.title) for one in posts]
    judged = judges.classifier.classify(texts)
    return [_reading(judges, one, found) for one, found in zip(posts, judged, strict=True)]


def _reading(judges: Judges, stored: StoredPost, found: Judgement) -> Reading:
    post, model = stored.post, judges.model
    words = f"{post.title}\n{post.text}" if post.title else post.text
    thanks = gives_thanks(prepare(post.text), found.intent.name, found.intent.confidence)
    analyses = [
        _row(stored.id, Task.SENTIMENT, model, found.sentiment),
        _row(stored.id, Task.EMOTION, model, found.emotion),
        _row(stored.id, Task.INTENT, model, found.intent),
        _row(stored.id, Task.IRONY, model, found.irony),
        _row(stored.id, Task.OFFENSIVE, model, found.offensive),
    ]
    if (mark := spam(words)).marks:
        name = "spam" if mark.is_spam else "clean"
        scores = {"spam": mark.score} | dict.fromkeys(mark.marks, 1.0)
        analyses.append(_row(stored.id, Task.SPAM, model, Label(name, mark.score, scores)))
    language = judges.identifier.language(words, post.lang)
    analyses.append(_row(stored.id, Task.LANGUAGE, model, language))
    return Reading(stored, tuple(analyses), found.intent.name, found.intent.confidence, thanks)


def _row(post_id: int, task: Task, model: str, label: Label) -> Analysis:
    return Analysis(post_id, task, model, label.name, label.confidence, label.scores)
