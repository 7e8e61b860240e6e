"""The tasks that labelled files measure: their labels, and how a file may spell them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from models import emotion, intent, sentiment

_CODE: Final = re.compile(r"([a-z]{2,3})(?:_[a-z0-9]+)*")
"""A language code, its ``-`` an ``_`` by now; what follows tells of a region or a script."""


@dataclass(frozen=True, slots=True)
class Task:
    """`labels` in the order of the model's outputs; none where any word may be one.

    `spellings` are what files of published sets call them, casefolded, with ``_`` between words.
    """

    name: str
    labels: tuple[str, ...]
    spellings: Mapping[str, str] = field(default_factory=dict)
    is_many: bool = False
    """Whether a text has several labels at once."""

    def label(self, spelled: str) -> str | None:
        """The label that is meant; None where there is none such."""
        word = "_".join(spelled.casefold().replace("-", " ").replace("_", " ").split())
        if not self.labels:
            code = _CODE.fullmatch(self.spellings.get(word, word))
            return code[1] if code else None
        return self._known.get(word)

    @property
    def _known(self) -> dict[str, str]:
        known = {one.replace("-", "_"): one for one in self.labels}
        return {**self.spellings, **known}


_MOODS: Final = {"neg": "negative", "neu": "neutral", "pos": "positive"}
_LANGUAGES: Final = {
    "arabic": "ar", "bengali": "bn", "bulgarian": "bg", "catalan": "ca", "chinese": "zh",
    "czech": "cs", "danish": "da", "dutch": "nl", "english": "en", "estonian": "et",
    "finnish": "fi", "french": "fr", "german": "de", "greek": "el", "hebrew": "he", "hindi": "hi",
    "hungarian": "hu", "indonesian": "id", "italian": "it", "japanese": "ja", "korean": "ko",
    "malay": "ms", "norwegian": "no", "persian": "fa", "polish": "pl", "portuguese": "pt",
    "romanian": "ro", "russian": "ru", "slovak": "sk", "slovenian": "sl", "spanish": "es",
    "swedish": "sv", "thai": "th", "turkish": "tr", "ukrainian": "uk", "vietnamese": "vi",
    "unknown": "und",
}  # fmt: skip

TASKS: Final[Mapping[str, Task]] = {
    one.name: one
    for one in (
        Task("sentiment", sentiment.LABELS, _MOODS),
        Task("emotion", emotion.LABELS, is_many=True),
        Task(
            "intent",
            intent.LABELS,
            {
                "complaint": "issue", "complaint_issue": "issue", "bug": "issue",
                "bug_report": "issue", "feature": "request", "feature_request": "request",
                "answer_help": "answer", "help": "answer", "gratitude": "thanks",
            },
        ),
        Task("target", sentiment.LABELS, _MOODS),
        Task(
            "offensive",
            ("not-offensive", "offensive"),
            {"inoffensive": "not-offensive", "non_offensive": "not-offensive"},
        ),
        Task(
            "irony",
            ("non_irony", "irony"),
            {"literal": "non_irony", "not_irony": "non_irony", "ironic": "irony"},
        ),
        Task("complaint", ("not_complaint", "complaint"), {"no_complaint": "not_complaint"}),
        Task("language", (), _LANGUAGES),
    )
}  # fmt: skip
