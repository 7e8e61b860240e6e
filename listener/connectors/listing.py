"""Read listings that a platform pages through, a page a fetch, so that none is lost or read twice.

A listing is swept from its newest item down to what an earlier sweep reached. The cursor holds,
for each listing, what was reached, and for a sweep under way its newest mark and its next page,
so that a killed process goes on in the middle.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from listener.connectors import Access, Batch, ConnectorError, Reject, Unread
from store.records import Deletion, Post

_UNREADABLE: Final = 10
"""Pages in a row of which no item tells when it was written; then a sweep ends."""
_FUTURE: Final = timedelta(minutes=10)
_MOST_DAYS: Final = 10_000


def check_days(days_back: int) -> None:
    """Raises ValueError for an option `days_back` that cannot be meant."""
    if not 0 <= days_back <= _MOST_DAYS:
        raise ValueError(f"days_back: from 0 to {_MOST_DAYS}, not {days_back}")


def mark_before(now: datetime, days: float) -> int:
    """The moment so many days before, in seconds since 1970: where a first sweep ends."""
    return int((now - timedelta(days=days)).timestamp())


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing. Marks order its items: seconds since 1970, or ids that only grow."""

    posts: Sequence[Post]
    oldest: int | None = None
    newest: int | None = None
    """The marks of the outermost items of the page, read or not; None for an empty page."""
    next: str | None = None
    """How to ask for the page after this one; None where there is none."""
    rejects: Sequence[Reject] = ()
    deletions: Sequence[Deletion] = ()
    capped: str | None = None
    """Why the platform shows no older items although there are some."""

    @property
    def is_unreadable(self) -> bool:
        """Whether there is something on it, and nothing that tells when it was written."""
        return self.newest is None and bool(self.rejects)


class StalePage(Exception):
    """The platform no longer knows the page asked for: the sweep begins again at its top."""


@dataclass(frozen=True, slots=True)
class _Sweep:
    """`done` was reached by an earlier sweep. The others are of the sweep under way.

    `number` counts its pages before `page`, `unreadable` the last of them that told no time.
    `before` are those whose number is a power of two: a platform that leads round in a circle,
    however long, comes by one of them again, and few have to be remembered.
    """

    done: int
    top: int | None = None
    page: str | None = None
    before: tuple[str, ...] = ()
    number: int = 0
    unreadable: int = 0

    def after(self, page: Page, top: int | None) -> "_Sweep":
        """The sweep with this page read and another to come."""
        number = self.number + (self.page is not None)
        is_kept = self.page is not None and number & (number - 1) == 0
        before = (*self.before, self.page) if self.page and is_kept else self.before
        unreadable = self.unreadable + 1 if page.is_unreadable else 0
        return _Sweep(self.done, top, page.next, before, number, unreadable)


@dataclass(frozen=True, slots=True)
class _Place:
    """The whole cursor: every sweep, whose turn in the round it is, and who begins it."""

    sweeps: Mapping[str, _Sweep]
    turn: int = 0
    first: int = 0


class Listings:
    """Several listings of one source, read in turn, one page a fetch.

    `read(key, since, page)` reads the page `page` (None: the newest) of a listing; items older
    than the mark `since` are not needed, and may be left out by the platform's own filter.
    `start` is how far back the first sweep goes, as a mark. `overlap` in marks is read again each
    time, for items that a platform shows late. With `ascending` pages grow newer, and a sweep
    goes on to the last page. `known_by` is what tells one page token from another, where tokens
    also count. A listing that fails is noted as unread and tried in the next round; only when all
    of them fail does the fetch.
    """

    def __init__(
        self,
        keys: Sequence[str],
        read: Callable[[str, int, str | None], Page],
        access: Access,
        *,
        start: int,
        overlap: int = 600,
        ascending: bool = False,
        in_seconds: bool = True,
        known_by: Callable[[str], str] = str,
    ) -> None:
        self._keys = tuple(dict.fromkeys(keys))
        self._read = read
        self._access = access
        self._start = start
        self._overlap = overlap
        self._ascending = ascending
        self._in_seconds = in_seconds
        self._known_by = known_by
        self._failed: dict[str, ConnectorError] = {}
        self._begins_anew = False

    @property
    def count(self) -> int:
        """How many listings there are: as many requests where one page shows that all is known."""
        return len(self._keys)

    def fetch(self, cursor: str | None) -> Batch:
        """One page of the listing whose turn it is."""
        place = self._placed(cursor)
        if not self._keys:
            return Batch((), _written(place), exhausted=True)
        if place.turn == 0:
            self._failed.clear()
        key = self._keys[(place.first + place.turn) % len(self._keys)]
        sweep = place.sweeps.get(key) or _Sweep(self._start)
        try:
            sweep, page = self._page(key, sweep)
        except ConnectorError as error:
            return self._without(place, key, error)
        return self._with(place, key, sweep, page)

    def _page(self, key: str, sweep: _Sweep) -> tuple[_Sweep, Page]:
        since = sweep.done - self._overlap
        try:
            return sweep, self._read(key, since, sweep.page)
        except StalePage:
            return _Sweep(sweep.done), self._read(key, since, None)

    def _with(self, place: _Place, key: str, sweep: _Sweep, page: Page) -> Batch:
        top = self._higher(sweep.top, page.newest)
        unread: tuple[Unread, ...] = ()
        page = self._straight(sweep, page)
        if self._goes_on(sweep, page):
            place = replace(place, sweeps={**place.sweeps, key: sweep.after(page, top)})
            exhausted = False
        else:
            if page.capped and (page.is_unreadable or (page.oldest or 0) > sweep.done):
                unread = (Unread(key, page.capped),)
            after = _Sweep(sweep.done if top is None else max(sweep.done, top))
            place = self._next_turn(replace(place, sweeps={**place.sweeps, key: after}))
            exhausted = place.turn == 0
        return Batch(
            page.posts,
            _written(place),
            page.rejects,
            exhausted=exhausted,
            deletions=page.deletions,
            unread=unread,
        )

    def _without(self, place: _Place, key: str, error: ConnectorError) -> Batch:
        self._failed.setdefault(key, error)
        if set(self._failed) >= set(self._keys):
            # The cursor stays at the last listing; the next try asks all of them again.
            self._begins_anew = True
            raise _together(list(self._failed.values())) from error
        place = self._next_turn(place)
        unread = (Unread(key, str(error)),)
        return Batch((), _written(place), exhausted=place.turn == 0, unread=unread)

    def _goes_on(self, sweep: _Sweep, page: Page) -> bool:
        if page.next is None:
            return False
        if self._ascending:
            return True
        return page.oldest is None or page.oldest > sweep.done - self._overlap

    def _straight(self, sweep: _Sweep, page: Page) -> Page:
        """The page, which is the last one where those after it would be no use."""
        if page.next is None:
            return page
        seen = {self._known_by(one) for one in (sweep.page, *sweep.before) if one is not None}
        if self._known_by(page.next) in seen:
            reason = "the platform shows the same pages again; what is older is left out"
        elif page.is_unreadable and sweep.unreadable + 1 >= _UNREADABLE:
            reason = f"nothing on {_UNREADABLE} pages in a row can be read; they are put aside"
        else:
            return page
        return replace(page, next=None, capped=page.capped or reason)

    def _higher(self, top: int | None, newest: int | None) -> int | None:
        if newest is None:
            return top
        if self._in_seconds:
            # A clock that runs ahead would make the next sweep stop before it began.
            newest = min(newest, int((self._access.now() + _FUTURE).timestamp()))
        return newest if top is None else max(top, newest)

    def _next_turn(self, place: _Place) -> _Place:
        turn = (place.turn + 1) % len(self._keys)
        if turn or not self._failed:
            return replace(place, turn=turn)
        # What a limit left out in this round comes first in the next, or it would never be read.
        return replace(place, turn=0, first=self._keys.index(next(iter(self._failed))))

    def _placed(self, cursor: str | None) -> _Place:
        found = _parsed(cursor)
        known = {key: sweep for key, sweep in found.sweeps.items() if key in self._keys}
        turn = 0 if self._begins_anew or not 0 <= found.turn < len(self._keys) else found.turn
        self._begins_anew = False
        return _Place(known, turn, found.first if 0 <= found.first < len(self._keys) else 0)


def _together(errors: Sequence[ConnectorError]) -> ConnectorError:
    """One error for listings that all failed: permanent only where no new try can help."""
    permanent = all(one.permanent for one in errors)
    waits = [one.retry_after for one in errors if one.retry_after is not None]
    shown = next(one for one in errors if one.permanent == permanent)
    return ConnectorError(str(shown), permanent=permanent, retry_after=max(waits, default=None))


def _written(place: _Place) -> str:
    sweeps = {
        key: astuple(sweep) if sweep.page else [sweep.done] for key, sweep in place.sweeps.items()
    }
    written = {"turn": place.turn, "first": place.first, "sweeps": sweeps}
    return json.dumps(written, separators=(",", ":"), ensure_ascii=False)


def _swept(
    done: int,
    top: int | None = None,
    page: str | None = None,
    before: object = (),
    *counts: int,
) -> _Sweep:
    # Once a number of pages stood where those before it stand now.
    seen = tuple(before) if isinstance(before, list) else ()
    return _Sweep(done, top, page, seen, *map(int, counts))


def _parsed(cursor: str | None) -> _Place:
    try:
        found = json.loads(cursor) if cursor else {}
        sweeps = {str(key): _swept(*values) for key, values in found.get("sweeps", {}).items()}
        return _Place(sweeps, int(found.get("turn", 0)), int(found.get("first", 0)))
    except (ValueError, TypeError, AttributeError):
        # A cursor of another connector under the same name: the platform is read from the start.
        return _Place({})
