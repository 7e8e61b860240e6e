"""Each source has one cursor."""

from datetime import timedelta
from typing import Final

from store import cursors
from store.cursors import CursorState, UnreadState
from store.db import Connection
from tests.posts import MOMENT

_LATER: Final = MOMENT + timedelta(hours=1)


def test_cursor_is_replaced(tx: Connection) -> None:
    assert cursors.get(tx, "chat") is None
    cursors.put(tx, "chat", "1", MOMENT)
    cursors.put(tx, "chat", "2", MOMENT)
    assert cursors.get(tx, "chat") == "2"


def test_error_is_kept_until_a_poll_goes_well(tx: Connection) -> None:
    cursors.put(tx, "chat", "1", MOMENT)
    cursors.fail(tx, "chat", "refused", MOMENT, permanent=False, retry_at=_LATER)
    cursors.put(tx, "board", None, MOMENT)
    failing = CursorState("chat", "1", MOMENT, "refused", MOMENT, 1, _LATER)
    assert cursors.states(tx) == [CursorState("board", None, MOMENT), failing]
    cursors.put(tx, "chat", "1", MOMENT)
    assert cursors.state(tx, "chat") == CursorState("chat", "1", MOMENT)


def test_failures_in_a_row_are_counted_from_the_first(tx: Connection) -> None:
    for now in (MOMENT, _LATER):
        cursors.fail(tx, "chat", "the token expired", now, permanent=True, retry_at=None)
    failing = CursorState("chat", None, _LATER, "the token expired", MOMENT, 2, permanent=True)
    assert cursors.state(tx, "chat") == failing


def test_what_was_received_and_kept_adds_up(tx: Connection) -> None:
    cursors.put(tx, "chat", "1", MOMENT, received=5, stored=2)
    cursors.fail(tx, "chat", "refused", MOMENT, permanent=False, retry_at=None)
    cursors.put(tx, "chat", "2", MOMENT, received=3, stored=1)
    state = cursors.state(tx, "chat")
    assert state is not None
    assert (state.received, state.stored) == (8, 3)


def test_newest_reason_for_what_was_not_read_counts(tx: Connection) -> None:
    cursors.leave_unread(tx, "chat", "#help", "private", MOMENT)
    cursors.leave_unread(tx, "chat", "#help", "the budget is spent", _LATER)
    cursors.leave_unread(tx, "chat", "#old", "private", MOMENT)
    assert cursors.unread_states(tx, _LATER) == [
        UnreadState("chat", "#help", "the budget is spent", _LATER)
    ]
    cursors.forget_unread(tx, _LATER)
    assert [one.what for one in cursors.unread_states(tx, MOMENT)] == ["#help"]
