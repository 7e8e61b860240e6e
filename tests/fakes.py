"""Judges for tests: they read plain words, so that a test says what a post means."""

from collections.abc import Sequence

from bot.pipeline.readings import Judges
from models.judgement import Judgement, Label, Text


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


class EnglishOnly:
    """Every text is English unless the platform says otherwise."""

    def language(self, text: str, declared: str | None = None) -> Label:
        """The declared language, else English."""
        return Label(declared or "en", 1.0, {})


def judges() -> Judges:
    """Judges that need no model."""
    return Judges(WordClassifier(), EnglishOnly())
