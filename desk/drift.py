"""What the model reads of late beside what it read before, as the desk shows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from store.db import Connection


@dataclass(frozen=True, slots=True)
class Read:
    """Posts of a span of time: how many, the share in doubt, the mean confidence, and the share of
    the label that changed most."""

    posts: int
    unsure: float
    mean: float
    share: float


@dataclass(frozen=True, slots=True)
class Line:
    """One source, language and task; `moved` names the signs that passed their bounds."""

    source: str
    language: str
    task: str
    label: str
    before: Read
    now: Read
    is_enough: bool
    moved: frozenset[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """All that is compared."""

    lines: Sequence[Line] = ()
    left_out: int = 0
    """Posts that another model than the one in use read."""


Watch = Callable[[Connection, datetime], Shown]


def unwatched(_tx: Connection, _now: datetime) -> Shown:
    """Nothing is watched."""
    return Shown()
