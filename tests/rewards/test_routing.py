"""Who takes a case, and until when."""

from datetime import timedelta

import pytest

from rewards.clocks import due_at
from rewards.policy import Policy, Responder
from rewards.routing import choose
from store.records import CaseKind
from tests.posts import MOMENT

TEAM = (
    Responder("mods", kinds=("conduct",)),
    Responder("berlin", languages=("de",), platforms=("reddit", "discourse")),
    Responder("desk", languages=("en", "de", "pt-BR")),
)


@pytest.mark.parametrize(
    ("kind", "platform", "language", "name"),
    [
        (CaseKind.CONDUCT, "x", None, "mods"),
        (CaseKind.ISSUE, "reddit", "de", "berlin"),
        (CaseKind.ISSUE, "reddit", "de-AT", "berlin"),
        (CaseKind.ISSUE, "x", "de", "desk"),
        (CaseKind.ISSUE, "x", "pt", "desk"),
        (CaseKind.ISSUE, "x", "fr", None),
        (CaseKind.ISSUE, "x", None, None),
    ],
)
def test_first_who_fits_takes_it(
    kind: CaseKind, platform: str, language: str | None, name: str | None
) -> None:
    assert choose(kind, platform, language, TEAM) == name


def test_clock_starts_when_the_person_wrote() -> None:
    assert due_at(CaseKind.ISSUE, MOMENT, Policy()) == MOMENT + timedelta(hours=8)
