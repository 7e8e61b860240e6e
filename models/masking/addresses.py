"""E-mail addresses, also those written for people to read: ``ann [at] example [dot] com``."""

import re
from collections.abc import Iterator
from typing import Final

from models.masking.files import ENDINGS
from models.masking.span import SPACELESS, Span, has

_LETTER: Final = rf"[^\W_{SPACELESS}]"
_NAME: Final = rf"(?<![^\W{SPACELESS}])(?<![.+@%-])(?<!://){_LETTER}(?:{_LETTER}|[_.+'-]){{0,63}}"
_LABEL: Final = rf"{_LETTER}(?:(?:{_LETTER}|-){{0,62}})"
_TOP: Final = rf"[^\W\d_{SPACELESS}]{{2,24}}(?!{_LETTER}|\.\d)"
_PLAIN: Final = re.compile(rf"({_NAME})(?:@|%40)(?:{_LABEL}\.){{1,8}}({_TOP})")
_INSPACELESS: Final = re.compile(
    rf"(?<![\w.@])[\w.+-]{{1,64}}@(?:[\w-]{{1,63}}\.){{1,4}}[{SPACELESS}]{{2,10}}"
)
_AT: Final = r"\s?[\[({<]\s?(?:at|ät|arroba|@)\s?[\])}>]\s?"
_DOT: Final = r"(?:\s?[\[({<]\s?(?:dot|punkt|point|punto|\.)\s?[\])}>]\s?|\sdot\s|\.)"
_SPELT: Final = re.compile(
    rf"{_NAME}(?:{_AT}{_LABEL}(?:{_DOT}{_LABEL}){{1,4}}|\sat\s{_LABEL}(?:\sdot\s{_LABEL}){{1,4}})",
    re.IGNORECASE,
)
_HINTS: Final = (
    *(bracket + at for bracket in "([{<" for at in ("at", " at", "ät", "@", " @", "arroba")),
    " dot ",
)


def addresses(text: str) -> Iterator[Span]:
    """Where addresses stand. A handle, as in ``@ann@mastodon.social``, is none."""
    if "@" in text or "%40" in text:
        for match in _PLAIN.finditer(text):
            if match[1].lower() != "git" and match[2].lower() not in ENDINGS:
                yield match.span()
        if not text.isascii():
            yield from (match.span() for match in _INSPACELESS.finditer(text))
    if has(text, _HINTS):
        yield from (match.span() for match in _SPELT.finditer(text))
