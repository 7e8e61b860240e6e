"""Which language a text is written in, with py3langid (Lui and Baldwin, ACL 2012)."""

from typing import Final

from models.judgement import Label
from models.text import prepare

UNKNOWN: Final = "und"
_SURE: Final = 0.5
_SHORTEST: Final = 12
_LANGUAGES: Final = (
    "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru "
    "sk sl sr sv ta th tr uk ur vi zh"
)


class LanguageIdentifier:
    """Reads its n-gram model once (about a second), then judges thousands of texts a second."""

    def __init__(self) -> None:
        from py3langid import langid  # type: ignore[import-untyped]  # ships no types

        identifier = langid.LanguageIdentifier
        self._identifier = identifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
        self._identifier.set_languages(_LANGUAGES.split())

    def language(self, text: str, declared: str | None = None) -> Label:
        """ISO 639-1 code with its probability; a declared one wins, doubt is ``und``."""
        if declared:
            return Label(declared.replace("_", "-").split("-")[0].lower()[:8], 1.0, {})
        words = prepare(text).replace("@user", " ").replace("http", " ").strip()
        if len(words) < _SHORTEST and words.isascii():
            return Label(UNKNOWN, 0.0, {})
        code, probability = self._identifier.classify(words)
        sure = round(float(probability), 4)
        return Label(str(code) if sure >= _SURE else UNKNOWN, sure, {})
