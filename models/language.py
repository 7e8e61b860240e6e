"""Which language a text is written in, with py3langid (Lui and Baldwin, ACL 2012).

Hindi that is typed in Latin letters, which its n-grams do not know, is told by its words.
"""

import html
from dataclasses import dataclass
from typing import Final

import regex

from models.judgement import Label
from models.romanised import evidence
from models.text import MAX_CHARS, invisible_free, own_words
from models.tongues import tongue

UNKNOWN: Final = "und"

# Chosen on the development part of UMSAB (benchmarks/language.py): of 2,268 posts in 7 languages
# 95 in a hundred are told, and 99.4 of a hundred told are right; the eighth, Hindi, is a third
# English there. Below ten letters nearly half of what it says is wrong.
_SURE: Final = 0.5
_SHORTEST: Final = 10
_DENSE_WORTH: Final = 3
"""Letters of an alphabet that one character of a script without spaces says as much as."""

_HINDI: Final = "hi"
_WEAK: Final = 0.3
"""Below it a guess at one language of forty is worse than one by small words of eight."""

# Two posts in two languages, joined, are found out two times in three; one post in one language is
# taken for two once in five hundred.
_MIXED_FROM: Final = 80
_DOUBT: Final = 0.9999
_HALF_SURE: Final = 0.8

_LANGUAGES: Final = (
    "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru "
    "sk sl sr sv ta th tr uk ur vi zh"
)
_CODE: Final = regex.compile(r"[A-Za-z]{2,3}")
"""Platforms hand on whatever somebody declared."""
_NO_WORDS: Final = regex.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`"
    r"|(?:https?://|www\.)\S+|\bhttps?\b|(?<![\p{L}\p{N}])[@#][\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]*"
    r"|<[^<>\n]{1,300}>|:[a-z][a-z0-9_+-]{1,40}:|^[ \t]*+RT\b",
    regex.IGNORECASE | regex.DOTALL | regex.MULTILINE,
)
_NO_LETTERS: Final = regex.compile(r"[^\p{L}\p{M}']+")
_DRAWN_OUT: Final = regex.compile(r"(\p{L})\1{2,}")
_DENSE: Final = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}]")


@dataclass(frozen=True, slots=True)
class Likeliest:
    """The likeliest language, `UNKNOWN` where there is no word, and whether it is to be told."""

    name: str
    sure: float
    is_told: bool


class LanguageIdentifier:
    """Reads its n-gram model once (about a second), then judges thousands of texts a second."""

    def __init__(self) -> None:
        from py3langid import langid  # type: ignore[import-untyped]  # ships no types

        identifier = langid.LanguageIdentifier
        self._identifier = identifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
        self._identifier.set_languages(_LANGUAGES.split())

    def language(self, text: str, declared: str | None = None) -> Label:
        """ISO 639-1 code with its probability; a declared one, of two or three letters, wins.

        What is too short, mixed or in doubt is ``und``.
        """
        if declared and _CODE.fullmatch(base := declared.replace("_", "-").split("-")[0]):
            return Label(base.lower(), 1.0, {})
        found = self.likeliest(text)
        return Label(found.name if found.is_told else UNKNOWN, round(found.sure, 4), {})

    def likeliest(self, text: str) -> Likeliest:
        """The likeliest language of a text, also where `language` would doubt it."""
        words = words_of(text)
        letters = len(words) + (_DENSE_WORTH - 1) * len(_DENSE.findall(words))
        # Words of tags tell little, but more than nothing.
        words = words or words_of(text.replace("#", " "))
        if not words:
            return Likeliest(UNKNOWN, 0.0, is_told=False)
        code, sure = self._classify(words)
        if letters < _SHORTEST or sure < _SURE:
            return Likeliest(_second(words, code, sure), min(sure, _SURE), is_told=False)
        is_mixed = sure < _DOUBT and letters >= _MIXED_FROM and self._is_mixed(words)
        return Likeliest(code, sure, is_told=not is_mixed)

    def _is_mixed(self, words: str) -> bool:
        """Whether the first half is surely in one language and the second in another."""
        middle = words.find(" ", len(words) // 2)
        if middle < 0:
            return False
        (first, sure), (second, as_sure) = map(
            self._classify, (words[:middle], words[middle + 1 :])
        )
        return first != second and min(sure, as_sure) >= _HALF_SURE

    def _classify(self, words: str) -> tuple[str, float]:
        found = evidence(words.lower().split())
        if found.is_plain:
            return _HINDI, found.sure
        code, sure = self._identifier.classify(words)
        if sure < _SURE and found.is_fair:
            return _HINDI, found.sure
        return str(code), float(sure)


def _second(words: str, code: str, sure: float) -> str:
    """The likeliest language where `code` is in doubt."""
    if evidence(words.lower().split()).is_some:
        return _HINDI
    return tongue(words) or code if sure < _WEAK else code


def words_of(text: str) -> str:
    """What of a text is in a language: no quotes, code, addresses, handles, tags, signs, emoji."""
    own = own_words(invisible_free(html.unescape(text[:MAX_CHARS])))
    return _DRAWN_OUT.sub(r"\1\1", _NO_LETTERS.sub(" ", _NO_WORDS.sub(" ", own))).strip()
