"""Which words moved a verdict, as the bot tells it: the desk judges nothing itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

TASKS: Final = ("sentiment", "emotion", "intent", "irony", "offensive")
"""Verdicts whose words can be asked for."""


class Unexplained(Exception):
    """Nothing can tell which words moved a verdict; the message says why and the way out."""


@dataclass(frozen=True, slots=True)
class Moving:
    """Words at `start` to `end` of the text, and what the verdict owes to them."""

    start: int
    end: int
    weight: float
    """Below zero they speak against it."""
    without: float
    """The probability of the verdict where they are left out."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A verdict on a text as it is judged now, with the words that moved it in their order."""

    text: str
    """Title and text."""
    task: str
    label: str
    confidence: float
    is_guess: bool
    words: Sequence[Moving]

    def said(self, *, toward: bool) -> list[tuple[str, float]]:
        """The words on one side and what would be left without them, the weightiest first."""
        found = [one for one in self.words if (one.weight > 0) is toward]
        found.sort(key=lambda one: -abs(one.weight))
        return [(self.text[one.start : one.end], one.without) for one in found]


Explain = Callable[[str, str | None, str], Moved]
"""From a text, its title and a task; raises Unexplained."""
