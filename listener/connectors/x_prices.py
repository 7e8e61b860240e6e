"""What X charges for reading, and what a day came to by its own rule of counting once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

_PRICING: Final = "docs.x.com/x-api/getting-started/pricing (xdevplatform/docs@2871328)"
_READ: Final = date(2026, 8, 22)


@dataclass(frozen=True, slots=True)
class Price:
    """One line of the price list: US dollars, for what, where that is written, and when read."""

    usd: float
    per: str
    source: str = _PRICING
    read: date = _READ


POST: Final = Price(0.005, "post returned by a search, a lookup or a conversation")
USER: Final = Price(0.010, "account returned; one expanded beside a post counts as returned")
OWN: Final = Price(0.001, "post that mentions the account that owns the app")
COUNT: Final = Price(0.005, "request for counts")


def micro_usd(usd: float) -> int:
    """Millionths of a dollar."""
    return round(usd * 1_000_000)


class Bill:
    """Counts each post and each account once a UTC day, as X does (`_PRICING`, Deduplication).

    It remembers in memory: after a restart something is counted twice, never too little.
    """

    def __init__(self, now: Callable[[], datetime], *, usd_per_user: float) -> None:
        self._now = now
        self._per_user = micro_usd(usd_per_user)
        self._day: date | None = None
        self._seen: set[str] = set()

    def most(self, posts: int, per_post: int, *, authors: bool) -> int:
        """The most that so many posts can cost, each by another author."""
        return posts * (per_post + (self._per_user if authors else 0))

    def add(self, posts: Iterable[str], per_post: int, users: Iterable[str]) -> int:
        """What an answer with these ids costs, in millionths of a dollar."""
        today = self._now().astimezone(UTC).date()
        if today != self._day:
            self._day = today
            self._seen.clear()
        return self._new("post", posts) * per_post + self._new("user", users) * self._per_user

    def _new(self, kind: str, ids: Iterable[str]) -> int:
        found = {f"{kind}:{id_}" for id_ in ids} - self._seen
        self._seen |= found
        return len(found)
