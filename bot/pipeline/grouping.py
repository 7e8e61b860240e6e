"""A copied text is one case: a copy joins the case of the post that it copies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest
from typing import Final

from models.copies import Words, alike, bands, hashed, words
from store import cases, copies, mentions
from store.db import Connection
from store.records import CaseKind, NewCase, StoredPost

DAYS: Final = timedelta(days=7)
"""Between a text and its copy; what is said again later is said anew."""

APART: Final = frozenset({CaseKind.HELP, CaseKind.PRAISE})
"""Kinds that end in thanks: each person is thanked for their own."""

_MOST_LINKS: Final = 4
_MOST_COMPARED: Final = 200
"""Posts that share a number with one; of a template with many fillings, the newest are compared."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What of a post is compared with others."""

    post_id: int
    words: Words
    who: frozenset[str]
    place: tuple[str, str | None]
    at: datetime

    def hashes(self) -> list[int]:
        """Numbers of which two posts that say the same share one."""
        return [*bands(self.words), *sorted({hashed(one) for one in self._own()})]

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
    alone = [one for one in wanted if one.kind in APART]
    rest = [one for one in wanted if one.kind not in APART]
    group = _Group(tx, rest)
    opening = [one for one in rest if group.is_first(one)]
    opened = cases.open_cases(tx, [*alone, *opening])
    copies.keep(tx, {one.post_id: group.hashes[one.post_id] for one in opening})
    ids = {(row.post_id, row.kind): row.id for row in cases.of_posts(tx, sorted(group.firsts))}
    new = [
        copies.Copy(ids[first, kind], copy, group.hashes[copy])
        for (copy, kind), first in group.joining.items()
    ]
    copies.join(tx, new)
    return opened


class _Group:
    """Which of the new cases' posts are copies, of each other or of posts that have a case."""

    def __init__(self, tx: Connection, wanted: Sequence[NewCase]) -> None:
        ids = sorted({one.post_id for one in wanted})
        self._traces = _traces_of(tx, set(ids))
        self.hashes = {id_: one.hashes() for id_, one in self._traces.items()}
        self.joining: dict[tuple[int, CaseKind], int] = {}
        every = copies.candidates(tx, [n for each in self.hashes.values() for n in each])
        self._near = {n: set(nlargest(_MOST_COMPARED, found)) for n, found in every.items()}
        near = set().union(*self._near.values()) - set(ids)
        self._traces |= _traces_of(tx, near)
        self._kinds: dict[int, set[CaseKind]] = {}
        for row in cases.of_posts(tx, [*near, *ids]):
            self._kinds.setdefault(row.post_id, set()).add(row.kind)
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
        if one.kind not in self._kinds.get(one.post_id, ()):
            first = self._first(one)
            if first is not None:
                self.joining[key] = first
                return
        self._kinds.setdefault(one.post_id, set()).add(one.kind)
        for number in self.hashes[one.post_id]:
            self._near.setdefault(number, set()).add(one.post_id)

    def _first(self, one: NewCase) -> int | None:
        """The oldest post with a case of this kind that the post copies."""
        ours = self._traces[one.post_id]
        near = set().union(*(self._near.get(n, ()) for n in self.hashes[one.post_id]))
        fit = {id_ for id_ in near if one.kind in self._kinds.get(id_, ())} - {one.post_id}
        same = [id_ for id_ in nlargest(_MOST_COMPARED, fit) if is_copy(self._traces[id_], ours)]
        return min(same, key=lambda id_: (self._traces[id_].at, id_), default=None)


def _traces_of(tx: Connection, post_ids: set[int]) -> dict[int, Trace]:
    return {id_: trace(one) for id_, one in mentions.load(tx, post_ids).items()}
