"""The list of cases: what part of the queue to see, and one page of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Depends, Query

from desk.guard import Reader
from desk.words import PLATFORMS, short_count
from listener.health import needs_attention
from store import cases, claims, copies, cursors, pages
from store.cases import QueueFilters, QueueItem
from store.cursors import CursorState
from store.db import Connection
from store.pages import MOST_COUNTED, Waiting
from store.records import CaseKind, CaseState, Lane

PER_PAGE: Final = 50
TABS: Final = (
    ("open", "Open", "Waits for a person"),
    ("mine", "Mine", "Assigned to you"),
    ("unassigned", "Free", "Open and assigned to nobody"),
    ("unsure", "Unsure", "Perhaps about something else that has our name"),
    ("new", "Later", "Gives peers time first; the policy decides later"),
    ("done", "Done", ""),
    ("dismissed", "Dismissed", ""),
    ("spam", "Spam", "Looks like spam; nothing is deleted"),
)
KEYS: Final = {"unsure": "u", "spam": "x"}
EMPTY: Final = {
    "open": (
        "The queue is empty.",
        "Issues, questions and help worth a thank-you appear here when they are heard.",
    ),
    "mine": ("Nothing is assigned to you.", "Take a case with Assign, and it waits here."),
    "unassigned": ("Every open case has somebody.", "New ones appear here first."),
    "unsure": (
        "Nothing is in doubt.",
        "Mentions that seem to be about something else that shares our words wait here.",
    ),
    "spam": ("No spam.", "What looks like spam or a giveaway is kept here, and nowhere deleted."),
    "new": ("Nothing is waiting.", "Questions stand here while peers have time to answer."),
    "done": ("Nothing done yet.", "Cases that you approve are kept here."),
    "dismissed": ("Nothing dismissed.", "Cases that need no word of yours are kept here."),
}


@dataclass(frozen=True, slots=True)
class View:
    """What part of the queue to see, as the address has it."""

    tab: str = "open"
    kind: str = ""
    platform: str = ""
    q: str = ""
    page: int = 1

    @property
    def fields(self) -> dict[str, str]:
        """What differs from the plain queue, for addresses and forms."""
        said = {"tab": self.tab, "kind": self.kind, "platform": self.platform, "q": self.q}
        plain = {name: value for name, value in said.items() if value}
        if self.tab == "open":
            del plain["tab"]
        return plain | ({"page": str(self.page)} if self.page > 1 else {})

    @property
    def suffix(self) -> str:
        """`?…` for an address, empty for the plain queue."""
        return f"?{urlencode(self.fields)}" if self.fields else ""

    def to(self, *, tab: str | None = None, page: int = 1) -> str:
        """The query of another tab or another page."""
        return urlencode(replace(self, tab=tab or self.tab, page=page).fields)

    def with_notice(self, word: str, case_id: int) -> str:
        """`?…` that also says what was done to which case."""
        return f"?{urlencode(self.fields | {'did': word, 'case': str(case_id)})}"

    def filters(self, member_id: int) -> QueueFilters:
        """What the store should look for."""
        states = {"new": CaseState.NEW, "done": CaseState.DONE, "dismissed": CaseState.DISMISSED}
        return QueueFilters(
            state=states.get(self.tab, CaseState.OPEN),
            lane=_lane(self.tab),
            kinds=(CaseKind(self.kind),) if self.kind else (),
            assignee_id=member_id if self.tab == "mine" else None,
            unassigned=self.tab == "unassigned",
            platform=self.platform or None,
            text=self.q or None,
        )


def _lane(tab: str) -> Lane | None:
    """Closed cases are listed whatever lane they waited in."""
    lanes = {"unsure": Lane.UNSURE, "spam": Lane.SPAM, "done": None, "dismissed": None}
    return lanes.get(tab, Lane.MAIN)


def view_of(tab: str, kind: str, platform: str, q: str, page: int) -> View:
    """A view from untrusted words: what is unknown falls back to everything."""
    return View(
        tab=tab if tab in EMPTY else "open",
        kind=kind if kind in set(CaseKind) else "",
        platform=platform if platform in PLATFORMS else "",
        q=q.strip()[:200],
        page=min(max(page, 1), 10_000),
    )


def asked_view(
    tab: str = "open",
    kind: str = "",
    platform: str = "",
    q: Annotated[str, Query(max_length=1000)] = "",
    page: int = 1,
) -> View:
    """The view in the address of a page."""
    return view_of(tab, kind, platform, q, page)


Asked = Annotated[View, Depends(asked_view)]


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab above the list."""

    name: str
    label: str
    hint: str
    count: str
    key: str
    """What opens it after `g`; empty where nothing does."""


@dataclass(frozen=True, slots=True)
class Empty:
    """What stands where the list would be, and the one thing to do."""

    lines: tuple[str, ...]
    href: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list with its tabs."""

    tabs: Sequence[Tab]
    items: Sequence[QueueItem]
    more: bool
    claims: int
    """Accounts that wrote a code and wait for a member."""
    trouble: str
    """Which sources need a person, in one line; empty where none does."""
    copies: Mapping[int, int]
    """How often the text of a case was copied; one that never was is left out."""

    def after(self, case_id: int) -> int | None:
        """The case to open once this one is dealt with: the next, else the one before."""
        ids = [item.case_id for item in self.items]
        if case_id not in ids:
            return ids[0] if ids else None
        at = ids.index(case_id)
        rest = ids[at + 1 :] + ids[:at][::-1]
        return rest[0] if rest else None


def read(tx: Connection, view: View, visitor: Reader) -> Listing:
    """Read one page of the list."""
    offset = (view.page - 1) * PER_PAGE
    items = cases.queue(tx, view.filters(visitor.id), PER_PAGE + 1, offset)
    waiting = pages.waiting(tx, visitor.id)
    return Listing(
        tabs=[
            Tab(name, label, hint, _count(name, waiting), KEYS.get(name, ""))
            for name, label, hint in TABS
        ],
        items=items[:PER_PAGE],
        more=len(items) > PER_PAGE,
        claims=len(claims.waiting(tx)),
        trouble=_trouble([state for state in cursors.states(tx) if needs_attention(state)]),
        copies=copies.counts(tx, [item.case_id for item in items]),
    )


def empty(view: View) -> Empty:
    """What to say where nothing is listed."""
    if view.kind or view.platform or view.q:
        href = f"/queue?{urlencode({'tab': view.tab})}"
        return Empty(("No case fits these filters.",), href, "Clear the filters")
    if view.page > 1:
        return Empty(("This page is past the end.",), f"/queue?{view.to()}", "First page")
    return Empty(EMPTY[view.tab])


def _trouble(states: Sequence[CursorState]) -> str:
    match states:
        case []:
            return ""
        case [one]:
            return f"{one.source} could not be heard: {one.error}"
    names = ", ".join(one.source for one in states)
    return f"{len(states)} sources could not be heard: {names}"


def _count(tab: str, waiting: Waiting) -> str:
    known = {
        "open": waiting.open,
        "mine": waiting.mine,
        "unassigned": waiting.unassigned,
        "new": waiting.new,
        "unsure": waiting.unsure,
        "spam": waiting.spam,
    }
    count = known.get(tab, 0)
    more = "+" if count >= MOST_COUNTED else ""
    return short_count(count) + more if count else ""
