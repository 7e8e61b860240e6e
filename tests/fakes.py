"""Judges for tests: they read plain words, so that a test says what a post means."""

from collections.abc import Sequence

import numpy as np

from bot.pipeline.readings import Judges
from models import sentiment
from models.judgement import Judgement, Label, Likelihoods, Text


class WordClassifier:
    """The intent is the first of its words in the text; ``grr`` is angry, ``jerk`` offensive."""

    model = "words-1"
    _WORDS = (
        ("thank", "thanks"),
        ("broken", "issue"),
        ("wish", "request"),
        ("love", "praise"),
        ("?", "question"),
        ("try", "answer"),
    )

    def classify(self, texts: Sequence[Text]) -> list[Judgement]:
        """One judgement a text."""
        return [self._judge(one.text.lower()) for one in texts]

    def _judge(self, text: str) -> Judgement:
        intent = next((name for word, name in self._WORDS if word in text), "other")
        angry = "grr" in text
        return Judgement(
            sentiment=Label("negative" if angry or intent == "issue" else "neutral", 0.9, {}),
            emotion=Label("anger" if angry else "neutral", 0.9, {}),
            intent=Label(intent, 0.9, {}),
            irony=Label("irony" if "oh great" in text else "literal", 0.9, {}),
            offensive=Label("offensive" if "jerk" in text else "inoffensive", 0.9, {}),
        )


class WordJudge:
    """Knows sentiment alone: ``good`` weighs against ``bad``, and ``so`` makes it surer."""

    model = "words-1"
    tasks = ("sentiment",)

    def __init__(self) -> None:
        self.asked: list[int] = []
        """How many texts it was asked for at once."""

    def likelihoods(
        self, task: str, texts: Sequence[Text], targets: Sequence[str] | None = None
    ) -> Likelihoods | None:
        """A row a text; None for another task."""
        if task != "sentiment" or targets is not None:
            return None
        self.asked.append(len(texts))
        rows = np.array([self._row(one.text.lower().split()) for one in texts], dtype=np.float32)
        verdicts = rows.argmax(axis=1)
        best = rows.max(axis=1)
        return Likelihoods(sentiment.LABELS, rows, verdicts, rows == best[:, None], best < 0.5)

    def _row(self, words: list[str]) -> tuple[float, float, float]:
        mood = 0.6 * (words.count("good") - words.count("bad")) * (1.4 if "so" in words else 1.0)
        much, little = min(0.1 + abs(mood), 0.98), 0.01
        if mood > 0:
            return little, 1.0 - much - little, much
        return (much, 1.0 - much - little, little) if mood < 0 else (0.1, 0.8, 0.1)


class EnglishOnly:
    """Every text is English unless the platform says otherwise."""

    def language(self, text: str, declared: str | None = None) -> Label:
        """The declared language, else English."""
        return Label(declared or "en", 1.0, {})


def judges() -> Judges:
    """Judges that need no model."""
    return Judges(WordClassifier(), EnglishOnly())
