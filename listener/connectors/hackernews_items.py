"""The official interface of Hacker News: numbered items, each asked for by itself.

https://github.com/HackerNews/API
"""

import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from listener.connectors import Access, Batch, Bounds, ConnectorError, Reject, Standing
from listener.connectors.hackernews_post import deletion, from_item, is_gone
from listener.connectors.json_item import BadItem, Item, as_item, maybe_whole, rejected
from listener.connectors.web import Web
from store.records import Deletion, Post

ADDRESS: Final = "https://hacker-news.firebaseio.com"
_AT_ONCE: Final = 30
_RECENT: Final = 2_000
"""About four hours of items: twice the time for which an author can change one."""
_LEAP: Final = 100_000
"""More items than a week brings: a newest one so far on is looked at before it is believed."""
_DEEPEST: Final = 60
_ROOTS_KEPT: Final = 50_000


@dataclass(frozen=True, slots=True)
class _Place:
    """The first number that was not read, and numbers before it that are to be read again."""

    next: int
    again: tuple[int, ...] = ()


class Items:
    """Reads on from a number; `back` is how many of the newest items the first look takes.

    With `changes`, what the platform lists as changed is read again: edits, votes, deletions.
    """

    def __init__(self, web: Web, access: Access, *, back: int, changes: bool) -> None:
        self._web = web
        self._access = access
        self._back = back
        self._changes = changes
        self._changed: frozenset[int] = frozenset()
        self._roots: dict[int, int] = {}
        self._amid = False

    @property
    def quiet_requests(self) -> int:
        """For the newest number, and for what changed where that is asked."""
        return 2 if self._changes else 1

    def fetch(self, cursor: str | None) -> Batch:
        """The next items, in the order of their numbers."""
        newest = self._newest()
        place = self._place(cursor, newest)
        again = place.again
        if not self._amid:
            again += self._changed_since(place.next - _RECENT, place.next)
        # A number that is far too high is planned no further than this fetch can go.
        last = min(newest, place.next + _AT_ONCE)
        queue = [*range(place.next, last + 1), *dict.fromkeys(again)]
        batch = _Gathered()
        for number in queue[:_AT_ONCE]:
            try:
                self._take(number, batch)
            except ConnectorError:
                if not batch.done:
                    raise
                break  # What was read is kept; the next fetch meets the failure first.
            batch.done += 1
        read = self._batch(batch, queue, place, newest)
        self._amid = not read.exhausted
        return read

    def thread(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        """The posts above it, then the thread from its top, level by level."""
        asking = _Asking(self._item, bounds.requests)
        above = asking.upwards(int(post.platform_id))
        if not above:
            return ()
        root = post.thread_id if "parent" in above[-1] else str(above[-1].get("id"))
        found = [(item, root) for item in above]
        queue = deque((kid, 1) for item in reversed(above) for kid in _kids(item))
        seen = {item.get("id") for item in above}
        while queue and len(found) < bounds.posts:
            kid, depth = queue.popleft()
            if kid in seen or depth > bounds.depth:
                continue
            seen.add(kid)
            if (item := asking(kid)) is None:
                continue
            found.append((item, root))
            queue += [(below, depth + 1) for below in _kids(item)]
        return [one for item, root in found if (one := _standing(item, root)) is not None]

    def recheck(self, ids: Sequence[str]) -> Standing:
        """Look at each; one that the platform does not answer for could not be told."""
        posts: list[Post] = []
        gone: list[str] = []
        for id_ in ids:
            if not id_.isdecimal() or (item := self._item(int(id_))) is None:
                continue
            if is_gone(item):
                gone.append(id_)
            elif (post := _standing(item, None)) is not None:
                posts.append(post)
        return Standing(posts, gone)

    def _batch(self, batch: "_Gathered", queue: Sequence[int], place: _Place, newest: int) -> Batch:
        left = queue[batch.done :]
        read_up_to = max((n for n in queue[: batch.done] if n >= place.next), default=None)
        after = place.next if read_up_to is None else read_up_to + 1
        # An item is counted before it can be read; one that never comes is given up in time.
        late = [n for n in batch.absent if n > newest - _RECENT]
        again = tuple(dict.fromkeys([n for n in left if n < place.next] + late))
        # Where only numbers that are not there yet were asked for, asking again now is no use.
        is_idle = read_up_to is None and batch.done == len(batch.absent)
        return Batch(
            batch.posts,
            json.dumps({"next": after, "again": again}, separators=(",", ":")),
            batch.rejects,
            exhausted=not left or is_idle,
            deletions=batch.deletions,
        )

    def _take(self, number: int, into: "_Gathered") -> None:
        item = self._item(number)
        if item is None:
            into.absent.append(number)
            return
        try:
            if is_gone(item):
                into.deletions.append(deletion(item, self._access.now()))
                return
            post = from_item(item, self._root(number, item))
        except BadItem as error:
            into.rejects.append(rejected(number, item, error))
            return
        if post is not None:
            into.posts.append(post)

    def _root(self, number: int, item: Item) -> str | None:
        """The number of the story that a comment is about: found by walking up."""
        passed = [number]
        parent = maybe_whole(item, "parent")
        while parent is not None and parent not in self._roots and len(passed) < _DEEPEST:
            passed.append(parent)
            above = self._item(parent)
            if above is None:
                return None
            parent = maybe_whole(above, "parent")
        root = passed[-1] if parent is None else self._roots.get(parent)
        if root is None:
            return None
        if len(self._roots) > _ROOTS_KEPT:
            self._roots.clear()
        self._roots |= dict.fromkeys(passed, root)
        return str(root)

    def _newest(self) -> int:
        found = self._web.json("/v0/maxitem.json", what="the newest item")
        if isinstance(found, bool) or not isinstance(found, int) or found < 0:
            raise ConnectorError("Hacker News: the number of the newest item is no number")
        return found

    def _place(self, cursor: str | None, newest: int) -> _Place:
        place = _parsed(cursor)
        if place is None or place.next > newest + _LEAP:
            # The number was once told far too high, and nothing would be new for years.
            return _Place(max(1, newest - self._back + 1))
        if newest > place.next + _LEAP and self._item(newest) is None:
            raise ConnectorError(f"Hacker News: the newest item, {newest}, is not there")
        return place

    def _changed_since(self, first: int, end: int) -> tuple[int, ...]:
        """Changed items that an author may still have changed; those of the last look are known."""
        if not self._changes:
            return ()
        found = self._web.json("/v0/updates.json", what="changed items")
        listed = found.get("items") if isinstance(found, dict) else None
        listed = listed if isinstance(listed, list) else []
        changed = frozenset(n for n in listed if isinstance(n, int) and first <= n < end)
        new, self._changed = changed - self._changed, changed
        return tuple(sorted(new))

    def _item(self, number: int) -> Item | None:
        found = self._web.json(f"/v0/item/{number}.json", what=f"item {number}")
        if found is None:
            return None
        try:
            return as_item(found)
        except BadItem:
            raise ConnectorError(f"Hacker News: item {number} is not an object") from None


class _Gathered:
    """What a fetch has read so far: `done` numbers, of which some were not there."""

    def __init__(self) -> None:
        self.done = 0
        self.posts: list[Post] = []
        self.deletions: list[Deletion] = []
        self.rejects: list[Reject] = []
        self.absent: list[int] = []


class _Asking:
    """Asks for items, but not more often than it may."""

    def __init__(self, ask: Callable[[int], Item | None], requests: int) -> None:
        self._ask = ask
        self._left = requests

    def __call__(self, number: int) -> Item | None:
        if self._left < 1:
            return None
        self._left -= 1
        return self._ask(number)

    def upwards(self, number: int | None) -> list[Item]:
        """The item and what is above it, as far as it may ask."""
        found: list[Item] = []
        while number is not None and (item := self(number)) is not None:
            found.append(item)
            number = maybe_whole(item, "parent")
        return found


def _standing(item: Item, root: str | None) -> Post | None:
    """The post, where there is one to see."""
    try:
        return None if is_gone(item) else from_item(item, root)
    except BadItem:
        return None


def _kids(item: Item) -> list[int]:
    kids = item.get("kids")
    return [kid for kid in kids if isinstance(kid, int)] if isinstance(kids, list) else []


def _parsed(cursor: str | None) -> _Place | None:
    """None for a cursor that is not of this interface: it is read as if for the first time."""
    try:
        found = json.loads(cursor) if cursor else {}
        return _Place(int(found["next"]), tuple(int(number) for number in found["again"]))
    except (ValueError, TypeError, KeyError):
        return None
