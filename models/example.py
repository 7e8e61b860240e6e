"""A labelled text as training reads it (training only)."""

from dataclasses import dataclass
from typing import Final

UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True)
class Example:
    """One prepared text and the label index of each head; ``UNKNOWN`` where the set is silent."""

    text: str
    source: str
    sentiment: int = UNKNOWN
    emotion: tuple[int, ...] | None = None
    intent: int = UNKNOWN
    irony: int = UNKNOWN
    offensive: int = UNKNOWN
    complaint: int = UNKNOWN
    target: int = UNKNOWN
    """Sentiment towards what stands between the marks in `text`."""
