"""A copied text is one case: a copy joins the case of the post that it copies."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import nlargest
from typing import Final

from models.copies import Words, alike, bands, hashed, words
from store import cases, copies, mentions
from store.db import Connection
from store.records import CaseKind, Lane, NewCase, StoredPost

DAYS: Final = timedelta(days=7)
"""Between a text and its copy; what is said again later is said anew."""

APART: Final = frozenset({CaseKind.HELP, CaseKind.PRAISE})
"""Kinds that end in thanks: each person is thanked for their own."""

_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""Moments between which a week more or less can be told; some files hold stranger ones."""

_MOST_LINKS: Final = 4
_MOST_KNOWN: Final = 200
"""Posts that share one number; of a form filled in by thousands, the newest are looked at."""
_MOST_COMPARED: Final = 20
"""Posts compared in full with one; those that share most with it come first."""
_OWN: Final = 100
"""How much more a shared author and link says than a shared band."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What of a post is compared with others."""

    post_id: int
    words: Words
    who: frozenset[str]
    place: tuple[str, str | None]
    at: datetime

    def hashes(self) -> dict[int, int]:
        """Numbers of which two posts that say the same share one, and how much each tells."""
        own = sorted({hashed(one) for one in self._own()})
        return dict.fromkeys(bands(self.words), 1) | dict.fromkeys(own, _OWN)

    def _own(self) -> Iterator[tuple[str, ...]]:
        for name in self.who:
            if not self.words.is_short:
                yield "said", name, self.words.folded
            for link in sorted(self.words.links)[:_MOST_LINKS]:
                yield "link", name, link


def trace(stored: StoredPost) -> Trace:
    """What of a post is compared. The title of a reply is that of its thread."""
    post = stored.post
    who = {f"person {stored.person_id}", f"handle {post.author.handle.casefold()}"}
    return Trace(
        stored.id,
        words(post.text, post.title if post.parent_id is None else None),
        frozenset() if post.author.is_nobody else frozenset(who),
        (post.platform, post.channel),
        post.created_at,
    )


def is_copy(one: Trace, other: Trace) -> bool:
    """Whether two posts say the same: a copied text, or one author's cross-post.

    Two people write the same few words by chance; one person says the same few words, or shares
    the same link, in two places on purpose.
    """
    if abs(one.at - other.at) > DAYS:
        return False
    if one.words.is_long and other.words.is_long and alike(one.words, other.words):
        return True
    if one.place == other.place or not one.who & other.who:
        return False
    same_words = one.words.folded == other.words.folded and not one.words.is_short
    same_link = not one.words.links.isdisjoint(other.words.links)
    return same_link or (same_words and one.words.numbers == other.words.numbers)


def open_or_join(tx: Connection, wanted: Sequence[NewCase]) -> list[int]:
    """Open the cases, but for posts that copy the post of a case of the same kind, whatever was
    made of it: those join it. The ids of the cases that are new.

    Needs the lock that `store.burial.hold_off` takes, so that two processes see the same cases.
    """
    alone = [one for one in wanted if _is_apart(one)]
    rest = [one for one in wanted if not _is_apart(one)]
    group = _Group(tx, rest)
    opening = [one for one in rest if group.is_first(one)]
    opened = cases.open_cases(tx, [*alone, *opening])
    copies.keep(tx, {one.post_id: list(group.hashes[one.post_id]) for one in opening})
    ids = {(row.post_id, row.kind): row.id for row in cases.of_posts(tx, sorted(group.firsts))}
    new = [
        copies.Copy(ids[first, kind], copy, list(group.hashes[copy]))
        for (copy, kind), first in group.joining.items()
    ]
    copies.join(tx, new)
    return opened


def _is_apart(one: NewCase) -> bool:
    """Whether it never joins another; a copied giveaway that sounds like praise is nobody's own."""
    return one.kind in APART and (one.kind, one.lane) != (CaseKind.PRAISE, Lane.SPAM)


class _Group:
    """Which of the new cases' posts are copies, of each other or of posts that have a case."""

    def __init__(self, tx: Connection, wanted: Sequence[NewCase]) -> None:
        ids = sorted({one.post_id for one in wanted})
        self._traces = _traces_of(tx, set(ids))
        self.hashes = {id_: one.hashes() for id_, one in self._traces.items()}
        self.joining: dict[tuple[int, CaseKind], int] = {}
        every = self._candidates(tx)
        self._near = {n: set(nlargest(_MOST_KNOWN, found)) for n, found in every.items()}
        near = set().union(*self._near.values()) - set(ids)
        self._traces |= _traces_of(tx, near)
        rows = cases.of_posts(tx, [*near, *ids])
        self._lanes = {(row.post_id, row.kind): row.lane for row in rows}
        self._stays = self._still_joined(tx, ids)
        for one in sorted(wanted, key=self._order):
            self._place(one)

    @property
    def firsts(self) -> set[int]:
        """The posts whose cases others join."""
        return set(self.joining.values())

    def is_first(self, one: NewCase) -> bool:
        """Whether the post has a case of its own."""
        key = one.post_id, one.kind
        return key not in self.joining and key not in self._stays

    def _candidates(self, tx: Connection) -> dict[int, set[int]]:
        if not self._traces:
            return {}
        moments = [one.at for one in self._traces.values()]
        numbers = {number for each in self.hashes.values() for number in each}
        since, until = max(min(moments), _FIRST), min(max(moments), _LAST)
        return copies.candidates(tx, numbers, since - DAYS, until + DAYS)

    def _order(self, one: NewCase) -> tuple[datetime, int]:
        return self._traces[one.post_id].at, one.post_id

    def _still_joined(self, tx: Connection, ids: Sequence[int]) -> set[tuple[int, CaseKind]]:
        """Posts that are in a case as copies; one that says something else by now leaves it."""
        joined = copies.joined(tx, ids)
        firsts = {one.first_id for each in joined.values() for one in each}
        known = self._traces | _traces_of(tx, firsts - self._traces.keys())
        stays = set()
        for post_id, each in joined.items():
            for one in each:
                first = known.get(one.first_id)
                # Of a closed case the first post may be gone: it goes on standing for its copies.
                if first is None or not first.words.folded or is_copy(first, known[post_id]):
                    stays.add((post_id, one.kind))
                else:
                    copies.leave(tx, one.case_id, post_id)
        return stays

    def _place(self, one: NewCase) -> None:
        key = one.post_id, one.kind
        if key in self._stays:
            return
        if key not in self._lanes:
            first = self._first(one)
            if first is not None:
                self.joining[key] = first
                return
        self._lanes.setdefault(key, one.lane)
        for number in self.hashes[one.post_id]:
            self._near.setdefault(number, set()).add(one.post_id)

    def _first(self, one: NewCase) -> int | None:
        """The oldest post with a case of this kind that the post copies.

        What belongs in the queue never joins a case that waits aside, in another lane.
        """
        ours, seen = self._traces[one.post_id], (Lane.MAIN, one.lane)
        shared = Counter[int]()
        for number, weight in self.hashes[one.post_id].items():
            for id_ in self._near.get(number, ()):
                shared[id_] += weight
        fit = [id_ for id_ in shared if self._lanes.get((id_, one.kind)) in seen]
        most = nlargest(_MOST_COMPARED, fit, key=lambda id_: (shared[id_], id_))
        same = [id_ for id_ in most if is_copy(self._traces[id_], ours)]
        return min(same, key=lambda id_: (self._traces[id_].at, id_), default=None)


def _traces_of(tx: Connection, post_ids: set[int]) -> dict[int, Trace]:
    return {id_: trace(one) for id_, one in mentions.load(tx, post_ids).items()}
