"""Card numbers: grouped as cards are, with a prefix of a scheme and the check digit right."""

import re
from collections.abc import Iterator
from typing import Final

from models.masking.span import SIGN, Span

_RUN: Final = re.compile(
    rf"(?<!{SIGN})(?<![#@/])(?<!\d[.-])"
    r"(?:\d{4}([ .-])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}([ .-])\d{6}\2\d{4,5}|\d{14,16}|\d{19})"
    rf"(?!{SIGN}|[.-]\d)"
)
_SCHEME: Final = re.compile(
    r"4\d{15}|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|2720\d{12}|220[0-4]\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}"
    r"|62\d{14}|62\d{17}|(?:5[06-9]|6[0-9])\d{14}"
)
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def cards(text: str) -> Iterator[Span]:
    """Where card numbers stand."""
    for match in _RUN.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _SCHEME.fullmatch(digits) and is_checked(digits):
            yield match.span()


def is_checked(digits: str) -> bool:
    """Whether the last digit is the check digit by Luhn's formula (ISO/IEC 7812-1)."""
    from_right = [int(digit) for digit in reversed(digits)]
    return (sum(from_right[::2]) + sum(_DOUBLED[digit] for digit in from_right[1::2])) % 10 == 0
