"""What a deployment may choose about listening on X."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from listener.connectors import x_prices as prices
from listener.querying.searches_dialects import X as DIALECT

LONGEST: Final = DIALECT.longest
LARGEST: Final = 100
"""Posts that X gives in one answer."""
FEWEST: Final = 10
WINDOW_DAYS: Final = 7
"""How far back X's search reaches."""
_USER: Final = re.compile(r"@?[A-Za-z0-9_]{1,15}|\d{1,20}")


class XRecheck(StrEnum):
    """How it is learned that a post was deleted."""

    JOBS = "jobs"
    LOOKUP = "lookup"


@dataclass(frozen=True, slots=True)
class XOptions:
    """What is asked of X, and what X charges for it."""

    user: str | None = None
    """Your own account, as @name or as its number: the posts that mention it are read too."""
    queries: tuple[str, ...] = ()
    """X's own queries, e.g. `from:acme -is:reply`, in place of the words of listener.queries."""
    narrow: str = ""
    """Added to every query made from those words, e.g. `lang:en -is:nullcast`."""
    first_days: int = 1
    """How many days back the first poll reads; X's search shows seven."""
    page_size: int = 100
    """Posts of one request, 10 to 100. What a whole page may cost must fit into the limits."""
    authors: bool = True
    """Read the authors' names beside their posts; X charges each as an account, once a day.
    Without it a handle is the account's number."""
    recheck: XRecheck = XRecheck.JOBS
    """jobs: batch compliance jobs, free, an answer later; lookup: posts are read again and paid."""
    usd_per_post: float = prices.POST.usd
    """Price of a post read."""
    usd_per_user: float = prices.USER.usd
    """Price of an account read."""
    usd_per_mention: float = prices.OWN.usd
    """Price of a post that mentions `user`; that of any post where `user` does not own the app."""
    usd_per_count: float = prices.COUNT.usd
    """Price of one count of posts."""

    def __post_init__(self) -> None:
        """Raises ValueError for what X does not take."""
        if self.user is not None and not _USER.fullmatch(self.user):
            raise ValueError(f"user: expected @name or the number of an account, not {self.user!r}")
        if not FEWEST <= self.page_size <= LARGEST:
            raise ValueError(f"page_size: from {FEWEST} to {LARGEST}, not {self.page_size}")
        if not 0 <= self.first_days <= WINDOW_DAYS:
            raise ValueError(f"first_days: from 0 to {WINDOW_DAYS}, not {self.first_days}")
        if len(self.narrow) > LONGEST // 2:
            raise ValueError(f"narrow: at most {LONGEST // 2} characters; use queries instead")
        if any(len(query) > LONGEST or not query.strip() for query in self.queries):
            raise ValueError(f"queries: 1 to {LONGEST} characters each; split a longer one")
        for name in ("usd_per_post", "usd_per_user", "usd_per_mention", "usd_per_count"):
            if not 0 <= getattr(self, name) < 1_000:
                raise ValueError(f"{name}: US dollars for one, at least 0")
