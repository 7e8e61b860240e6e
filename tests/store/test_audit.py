"""The audit tells who did what to what."""

from store import audit
from store.audit import Note
from store.db import Connection
from tests.posts import MOMENT


def test_notes_on_one_thing_in_order(tx: Connection) -> None:
    audit.note(tx, MOMENT, "ann", "approve", "case", 1, {"from": "open"})
    audit.note(tx, MOMENT, "ben", "dismiss", "case", 2, {})
    audit.note(tx, MOMENT, "policy", "thank", "case", 1, {})
    audit.note(tx, MOMENT, "ann", "sign-in", "desk", None, {})
    assert audit.of(tx, "case", 1) == [
        Note(MOMENT, "ann", "approve", "case", 1, {"from": "open"}),
        Note(MOMENT, "policy", "thank", "case", 1, {}),
    ]
