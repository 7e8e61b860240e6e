"""A text as eyes see it: wide letters, digits of every script and hidden signs made plain."""

import re
from collections.abc import Sequence
from typing import Final

_ZEROS: Final = (
    0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0,
    0x1040, 0x17E0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
)  # fmt: skip
_SPACES: Final = (0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_DASHES: Final = (*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63)
_PLAIN: Final = {
    **{zero + digit: str(digit) for zero in _ZEROS for digit in range(10)},
    **{0xFEE0 + sign: chr(sign) for sign in range(0x21, 0x7F)},
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_DASHES, "-"),
    0xFE6B: "@",
}
_OTHER: Final = re.compile("[" + "".join(map(chr, _PLAIN)) + "]")
_HIDDEN: Final = re.compile(
    "[\u00ad\u0300-\u036f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
"""Also accents that are signs of their own, and what makes a digit a keycap."""


def seen(text: str) -> tuple[str, Sequence[int] | None]:
    """The text made plain, and where each of its characters and its end stand in `text`.

    None where they stand in the same place.
    """
    if text.isascii():
        return text, None
    plain = text.translate(_PLAIN) if _OTHER.search(text) else text
    if not _HIDDEN.search(plain):
        return plain, None
    places = [at for at, sign in enumerate(plain) if not _HIDDEN.match(sign)]
    return _HIDDEN.sub("", plain), [*places, len(text)]
