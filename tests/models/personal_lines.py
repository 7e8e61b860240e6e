"""The labelled lines of `personal.txt`, which the tests and the benchmark read alike."""

import random
import re
from dataclasses import dataclass
from pathlib import Path
from string import ascii_letters, ascii_uppercase, digits
from typing import Final

_FILE: Final = Path(__file__).parent / "personal.txt"
_MADE_UP: Final = {
    "A": ascii_letters + digits,
    "h": "0123456789abcdef",
    "U": ascii_uppercase + digits,
}
_MARKED: Final = re.compile(r"\{\{(\w+):(.*?)\}\}")


@dataclass(frozen=True, slots=True)
class Line:
    """A text with where its personal data stands, by kind."""

    section: str
    text: str
    truth: tuple[tuple[str, int, int], ...]

    @property
    def masked(self) -> str:
        """What is left of it."""
        left, at = [], 0
        for kind, start, end in self.truth:
            left += [self.text[at:start], f"[{kind}]"]
            at = end
        return "".join([*left, self.text[at:]])


def lines() -> list[Line]:
    """All of them, secrets made up anew but always alike: none stands in a file."""
    chance = random.Random(5)
    read, section = [], ""
    for raw in _FILE.read_text(encoding="utf-8").splitlines():
        if raw.startswith("[") and raw.endswith("]") and "](" not in raw:
            section = raw[1:-1]
        elif not raw.startswith("# "):
            read.append(_line(section, _filled(raw, chance)))
    return read


def _filled(raw: str, chance: random.Random) -> str:
    def made_up(match: re.Match[str]) -> str:
        return "".join(chance.choices(_MADE_UP[match[1]], k=int(match[2]))) + match[3]

    return re.sub(r"%([AhU])(\d+)(=*)%", made_up, raw)


def _line(section: str, marked: str) -> Line:
    text, truth, at = "", [], 0
    for match in _MARKED.finditer(marked):
        text += marked[at : match.start()]
        truth.append((match[1], len(text), len(text) + len(match[2])))
        text += match[2]
        at = match.end()
    return Line(section, text + marked[at:], tuple(truth))
