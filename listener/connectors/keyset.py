"""Page through a listing by the time of its items, so that no deletion shifts what is unread.

A page token is ``BELOW:PAGE``: items at or below that second, and which page of those. Another
page of the same second is asked for only where one second holds more items than a page does, or
where no item of a page tells its time. At the top BELOW is empty.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins; `below` None: at the newest item. `page` counts from 0."""

    below: int | None = None
    page: int = 0

    def next(self, oldest: int | None, *, more: bool) -> str | None:
        """The token of the page after one whose oldest item has this time, if there is `more`.

        None for `oldest` is a page of which nothing tells its time.
        """
        if not more:
            return None
        if oldest is not None and (self.below is None or oldest < self.below):
            return f"{oldest}:0"
        return f"{'' if self.below is None else self.below}:{self.page + 1}"


def placed(token: str | None) -> Place:
    """The place that a token names."""
    below, _, page = (token or "").partition(":")
    number = int(page) if page.isdecimal() else 0
    if below and not below.isdecimal():
        return Place()
    return Place(int(below) if below else None, number)
