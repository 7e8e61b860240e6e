"""The list of keys."""

from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from desk.room import room_of

KEYS: Final = (
    ("j k", "Next and previous case"),
    ("Enter o", "Open the case"),
    ("a", "Approve"),
    ("e", "Edit the draft; Esc leaves it, Ctrl S saves it"),
    ("w", "Ask a language model for a draft, where one is set"),
    ("r", "Assign"),
    ("d", "Dismiss, then 1 to 6 for the reason"),
    ("b", "About us, or not spam: to the open cases"),
    ("n", "Not about us, or spam: dismissed as such"),
    ("l", "Correct what the model read, then 1 to 7 for the intent, 8 to 0 for the mood"),
    ("u", "Undo"),
    ("/", "Search"),
    ("g q", "Queue"),
    ("g u", "The unsure of the queue"),
    ("g x", "The spam of the queue"),
    ("g l", "Leaderboard"),
    ("g s", "Said"),
    ("g o", "Sources"),
    ("?", "These keys"),
)


def show(request: Request) -> HTMLResponse:
    """The page of keys; the script shows the same list in a dialog."""
    return room_of(request).render(request, "keys.html", keys=KEYS)
