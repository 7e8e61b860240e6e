"""Each source has one cursor."""

from store import cursors
from store.cursors import CursorState
from store.db import Connection
from tests.posts import MOMENT


def test_cursor_is_replaced(tx: Connection) -> None:
    assert cursors.get(tx, "chat") is None
    cursors.put(tx, "chat", "1", MOMENT)
    cursors.put(tx, "chat", "2", MOMENT)
    assert cursors.get(tx, "chat") == "2"


def test_error_is_kept_until_a_poll_goes_well(tx: Connection) -> None:
    cursors.put(tx, "chat", "1", MOMENT, error="refused")
    cursors.put(tx, "board", None, MOMENT)
    assert cursors.states(tx) == [
        CursorState("board", None, MOMENT, None),
        CursorState("chat", "1", MOMENT, "refused"),
    ]
    cursors.put(tx, "chat", "1", MOMENT)
    assert cursors.states(tx)[1].error is None
