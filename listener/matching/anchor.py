"""A string that a text must hold to match, and how it is looked for."""

from dataclasses import dataclass
from typing import Final

from listener.matching.coarse import coarsely


@dataclass(frozen=True, slots=True)
class Anchor:
    """A coarse string; on a side that is `bare` no plain letter or digit may touch it."""

    text: str
    bare_before: bool
    bare_after: bool

    @property
    def among_words(self) -> bytes | None:
        """What to look for where `among_words` kept words alone; None where none is in it."""
        if not self.text.isascii() or not any(map(is_plain, self.text)):
            return None
        before, after = " " * self.bare_before, " " * self.bare_after
        return among_words(f"{before}{self.text}{after}".encode())


def anchor(folded: str, *, is_prefix: bool = False) -> Anchor | None:
    """What to look for where folded words are wanted; None where they leave nothing."""
    text = coarsely(folded).strip()
    if not text:
        return None
    return Anchor(text, is_plain(text[0]), is_plain(text[-1]) and not is_prefix)


def is_plain(letter: str) -> bool:
    """Whether it is a letter or a digit of ASCII."""
    return letter.isascii() and letter.isalnum()


def among_words(coarse: bytes) -> bytes:
    """As many bytes, with a space for each that is no plain letter or digit."""
    return coarse.translate(_WORDS)


_WORDS: Final = bytes(code if is_plain(chr(code)) else ord(" ") for code in range(256))
