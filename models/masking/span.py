"""Where something stands in a text."""

import re
from collections.abc import Iterator
from typing import Final

Span = tuple[int, int]
"""From, and to before."""

SPACELESS: Final = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
"""Scripts that put no space around a number or an address: what stands beside it is no part."""
SIGN: Final = rf"[^\W{SPACELESS}]"
"""A letter or a digit of any other script."""

_LINK: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)


def has(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of the words, in lower case, stands in the text: a cheap look first."""
    low = text.lower()
    return any(word in low for word in words)


def links(text: str) -> list[Span]:
    """Where links stand: the digits in them are ids."""
    if "://" not in text and "www." not in text:
        return []
    return [match.span() for match in _LINK.finditer(text)]


def outside(spans: Iterator[Span], barred: list[Span]) -> Iterator[Span]:
    """The spans that begin in none of those barred; both in their order in the text."""
    at = 0
    for start, end in spans:
        while at < len(barred) and barred[at][1] <= start:
            at += 1
        if at == len(barred) or start < barred[at][0]:
            yield start, end
