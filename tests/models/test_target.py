"""The marks around what the sentiment is towards."""

import pytest

from models.heads import CLOSE, OPEN
from models.target import marked, stands, unmarked


@pytest.mark.parametrize(
    ("text", "target", "found"),
    [
        ("I love Acme, not Bolt", "acme", f"I love {OPEN} Acme {CLOSE}, not Bolt"),
        ("hey @acme fix it", "@Acme", f"hey {OPEN} acme {CLOSE} fix it"),
        ("#AcmeCloud is down", "acme cloud", f"{OPEN} AcmeCloud {CLOSE} is down"),
        ("acmeish words", "acme", f"{OPEN} acme {CLOSE} acmeish words"),
        ("acme or Acme", "acme", f"{OPEN} acme {CLOSE} or {OPEN} Acme {CLOSE}"),
        ("what (a mess", "(a", f"what {OPEN} (a {CLOSE} mess"),
        ("nothing here", " ", "nothing here"),
        ("so good http://acme.com/a", "acme", f"{OPEN} acme {CLOSE} so good http://acme.com/a"),
        ("Acme: www.acme.com/acme", "acme", f"{OPEN} Acme {CLOSE}: www.acme.com/acme"),
    ],
)
def test_target_is_marked_wherever_it_stands(text: str, target: str, found: str) -> None:
    assert marked(text, target) == found


@pytest.mark.parametrize(
    ("text", "target", "is_there"),
    [
        ("#AcmeCloud is down", "acme cloud", True),
        ("acmeish words", "acme", False),
        ("nothing here", " ", False),
    ],
)
def test_target_stands_in_the_text_or_not(text: str, target: str, is_there: bool) -> None:
    assert stands(text, target) is is_there


def test_marks_that_somebody_wrote_are_dropped() -> None:
    assert marked(f"{OPEN} good {CLOSE} acme", "acme") == f"good {OPEN} acme {CLOSE}"
    assert unmarked(f"a {OPEN} b {CLOSE} c") == "a b c"
