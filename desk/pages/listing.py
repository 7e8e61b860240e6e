"""The list of cases: what part of the queue to see, and one page of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Depends, Query

from desk import doubts
from desk.guard import Reader
from desk.words import KINDS, PLATFORMS, excerpt, platform_name, query_name, short_count
from listener.health import needs_attention
from store import analyses, cases, claims, copies, cursors, examples, pages
from store.cases import QueueFilters, QueueItem
from store.cursors import CursorState
from store.db import Connection
from store.pages import MOST_COUNTED, Waiting
from store.records import CaseKind, CaseState, Lane

PER_PAGE: Final = 50
NAME_LENGTH: Final = 1000
"""Of a query; a longer name cannot be asked for."""
MOST_NAMED: Final = 100
"""Queries and platforms offered to narrow the list to."""
TABS: Final = (
    ("open", "Open", "Waits for a person"),
    ("mine", "Mine", "Assigned to you"),
    ("unassigned", "Free", "Open and assigned to nobody"),
    ("new", "Later", "Gives peers time first; the policy decides later"),
    ("unsure", "Unsure", "Perhaps about something else that has our name"),
    ("spam", "Spam", "Looks like spam; nothing is deleted"),
    ("done", "Done", "Dealt with"),
    ("dismissed", "Dismissed", "Closed without a word"),
)
LABELS: Final = {name: label for name, label, _ in TABS}
LANES: Final = {"unsure": Lane.UNSURE, "spam": Lane.SPAM}
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
    query: str = ""
    """The name of a query that found the post."""
    q: str = ""
    """Words in the post."""
    page: int = 1

    @property
    def fields(self) -> dict[str, str]:
        """What differs from the plain queue, for addresses and forms."""
        said = {
            "tab": self.tab,
            "kind": self.kind,
            "platform": self.platform,
            "query": self.query,
            "q": self.q,
        }
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

    def with_words(self, task: str) -> str:
        """`?…` that also asks which words moved the verdict of a task."""
        return f"?{urlencode(self.fields | {'words': task})}"

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
            query=self.query or None,
            text=self.q or None,
        )


def _lane(tab: str) -> Lane | None:
    """Closed cases are listed whatever lane they waited in."""
    return None if tab in ("done", "dismissed") else LANES.get(tab, Lane.MAIN)


def view_of(tab: str, kind: str, platform: str, query: str, q: str, page: int) -> View:
    """A view from untrusted words: what is unknown falls back to everything."""
    return View(
        tab=tab if tab in EMPTY else "open",
        kind=kind if kind in set(CaseKind) else "",
        platform=platform if platform in PLATFORMS else "",
        query=query,
        q=q.strip()[:200],
        page=min(max(page, 1), 10_000),
    )


def asked_view(
    tab: str = "open",
    kind: str = "",
    platform: str = "",
    query: Annotated[str, Query(max_length=NAME_LENGTH)] = "",
    q: Annotated[str, Query(max_length=1000)] = "",
    page: int = 1,
) -> View:
    """The view in the address of a page."""
    return view_of(tab, kind, platform, query, q, page)


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
    queries: Mapping[int, Sequence[str]]
    """The queries that found the post of a case; one that none found is left out."""
    doubts: Mapping[int, str]
    """Why a case waits in Unsure or Spam."""
    platforms: Sequence[str]
    names: Sequence[str]
    """Queries that the list can be narrowed to."""

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
    shown = items[:PER_PAGE]
    waiting = pages.waiting(tx, visitor.id)
    found_by = examples.queries_of(tx, [item.post_id for item in shown])
    return Listing(
        tabs=[
            Tab(name, label, hint, _count(name, waiting), KEYS.get(name, ""))
            for name, label, hint in TABS
        ],
        items=shown,
        more=len(items) > PER_PAGE,
        claims=len(claims.waiting(tx)),
        trouble=_trouble([state for state in cursors.states(tx) if needs_attention(state)]),
        copies=copies.counts(tx, [item.case_id for item in shown]),
        queries={one.case_id: found_by[one.post_id] for one in shown if one.post_id in found_by},
        doubts=_doubts(tx, view, shown),
        platforms=_choices(pages.platforms(tx, MOST_NAMED), view.platform),
        names=_choices(pages.queries(tx, MOST_NAMED), view.query),
    )


def _doubts(tx: Connection, view: View, items: Sequence[QueueItem]) -> dict[int, str]:
    lane = LANES.get(view.tab)
    if lane is None:
        return {}
    found = analyses.of(tx, [item.post_id for item in items])
    lines = {item.case_id: doubts.brief(found.get(item.post_id, {}), lane) for item in items}
    return {case_id: line for case_id, line in lines.items() if line}


def _choices(known: Sequence[str], chosen: str) -> list[str]:
    """What may be asked for, with what is asked for now."""
    names = [name for name in known if len(name) <= NAME_LENGTH]
    return names if not chosen or chosen in names else [chosen, *names]


def empty(view: View) -> Empty:
    """What to say where nothing is listed."""
    if asked := _asked(view):
        href = f"/queue?{urlencode({'tab': view.tab})}"
        looked = f"{LABELS[view.tab]} holds none with {', '.join(asked)}."
        return Empty(("No case fits these filters.", looked), href, "Clear the filters")
    if view.page > 1:
        return Empty(("This page is past the end.",), f"/queue?{view.to()}", "First page")
    return Empty(EMPTY[view.tab])


def _asked(view: View) -> list[str]:
    """What the list was narrowed to, in words."""
    said = (
        (view.q, f"the words “{excerpt(view.q, 60)}”"),
        (view.kind, f"the kind {KINDS.get(view.kind, '')}"),
        (view.platform, f"the place {platform_name(view.platform)}"),
        (view.query, f"the query {query_name(view.query)}"),
    )
    return [words for value, words in said if value]


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
        "done": waiting.done,
        "dismissed": waiting.dismissed,
    }
    return short_count(known[tab]) + ("+" if known[tab] >= MOST_COUNTED else "")
