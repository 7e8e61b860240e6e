"""Priority: how soon a case should be seen, as one integer; higher is sooner."""

from datetime import timedelta
from typing import Final

from rewards.reading import Reading
from store.records import CaseKind

SEVERITY: Final = {
    CaseKind.CONDUCT: 50,
    CaseKind.ISSUE: 40,
    CaseKind.QUESTION: 30,
    CaseKind.REQUEST: 20,
    CaseKind.HELP: 15,
    CaseKind.PRAISE: 10,
}
ANGRY: Final = 20
UPSET: Final = 15
CALM: Final = 10
ASKED_AGAIN: Final = 100
"""Added for each earlier attempt of the same person, at most three times."""


def priority(kind: CaseKind, reading: Reading, age: timedelta, *, asked_before: int = 0) -> int:
    """Severity x mood x freshness, between 0 and 1,300.

    An angry report of today comes before a calm one, and both before one of last month.
    """
    mood = ANGRY if reading.angry else UPSET if reading.upset else CALM
    return SEVERITY[kind] * mood * _freshness(age) // 10 + ASKED_AGAIN * min(asked_before, 3)


def _freshness(age: timedelta) -> int:
    if age <= timedelta(days=1):
        return 10
    return 7 if age <= timedelta(days=7) else 4
