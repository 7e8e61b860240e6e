"""Sweeps of listings: complete, resumable, and no listing in the way of another."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.connectors import Access, Batch, ConnectorError, Reject
from listener.connectors.listing import Listings, Page, StalePage
from store.records import Post
from tests.posts import MOMENT, a_post

ACCESS = Access(now=lambda: MOMENT)
NOW = int(MOMENT.timestamp())


class Platform:
    """Listings of numbered items, newest first, paged by the number below which to go on."""

    def __init__(self, size: int = 3) -> None:
        self.size = size
        self.items: dict[str, list[int]] = {}
        self.asked: list[str] = []
        self.failing: dict[str, ConnectorError] = {}
        self.stale = False

    def read(self, key: str, since: int, page: str | None) -> Page:
        """One page, as a platform with keyset paging gives it."""
        self.asked.append(key)
        if key in self.failing:
            raise self.failing[key]
        if page is not None and self.stale:
            self.stale = False
            raise StalePage
        below = [at for at in self.items.get(key, []) if page is None or at < int(page)]
        some = sorted(below, reverse=True)[: self.size]
        if not some:
            return Page(())
        posts = [replace(a_post(f"{key}{at}")) for at in some]
        more = len(below) > len(some)
        return Page(posts, some[-1], some[0], next=str(some[-1]) if more else None)

    def listings(self, *keys: str, overlap: int = 0) -> Listings:
        """What the connector under test would hold; a new one is what a restart makes."""
        return Listings(keys, self.read, ACCESS, start=0, overlap=overlap)


def drained(listings: Listings, cursor: str | None) -> tuple[list[str], str]:
    """Ids until the listings are exhausted, and the cursor then."""
    ids: list[str] = []
    while True:
        batch = listings.fetch(cursor)
        ids += [post.platform_id for post in batch.posts]
        cursor = batch.cursor
        if batch.exhausted:
            return ids, cursor


def test_first_poll_reads_every_page_and_the_next_only_what_is_new() -> None:
    platform = Platform()
    platform.items = {"a": list(range(1, 9))}
    ids, cursor = drained(platform.listings("a"), None)
    assert ids == [f"a{at}" for at in range(8, 0, -1)]
    platform.items["a"] += [9, 10]
    ids, _ = drained(platform.listings("a"), cursor)
    assert ids[:2] == ["a10", "a9"]
    assert len(ids) <= platform.size


def test_items_that_come_during_a_sweep_are_not_lost() -> None:
    platform = Platform()
    platform.items = {"a": list(range(1, 9))}
    listings = platform.listings("a")
    first = listings.fetch(None)
    platform.items["a"].append(9)
    ids, cursor = drained(listings, first.cursor)
    assert "a9" not in ids
    assert drained(listings, cursor)[0][0] == "a9"


def test_page_that_the_platform_forgot_begins_the_sweep_again() -> None:
    platform = Platform()
    platform.items = {"a": list(range(1, 9))}
    first = platform.listings("a").fetch(None)
    platform.stale = True
    ids, _ = drained(platform.listings("a"), first.cursor)
    assert set(ids) == {f"a{at}" for at in range(1, 9)}


def test_listing_of_very_many_pages_is_read_to_its_end() -> None:
    platform = Platform(size=1)
    platform.items = {"a": list(range(1, 1_201))}
    ids, _ = drained(platform.listings("a"), None)
    assert len(ids) == 1_200


@pytest.mark.parametrize(("before", "circle"), [(0, 1), (0, 2), (0, 4), (0, 300), (5, 6), (9, 1)])
def test_pages_that_lead_round_in_a_circle_end_the_sweep_and_are_told(
    before: int, circle: int
) -> None:
    def read(_key: str, _since: int, page: str | None) -> Page:
        at = int(page or 0)
        following = at + 1 if at < before + circle else before + 1
        return Page([a_post(f"a{at}")], 9_000 - at, 9_000, next=str(following))

    batches = swept(read)
    assert before + circle < len(batches) <= 2 * (before + circle) + 1
    assert "same pages again" in batches[-1].unread[0].reason
    assert len(batches[-2].cursor) < 150


def test_circle_is_known_by_what_tells_pages_apart() -> None:
    def read(_key: str, _since: int, page: str | None) -> Page:
        count, _, at = (page or "0/0").partition("/")
        return Page([a_post("a")], 900, 900, next=f"{int(count) + 1}/{int(at) % 6 + 1}")

    assert len(swept(read, known_by=lambda token: token.partition("/")[2])) == 7


def swept(
    read: Callable[[str, int, str | None], Page], known_by: Callable[[str], str] = str
) -> list[Batch]:
    """The batches of one sweep, each of another process."""
    cursor, batches = None, list[Batch]()
    while not batches or not batches[-1].exhausted:
        listings = Listings(["a"], read, ACCESS, start=0, overlap=0, known_by=known_by)
        batches.append(listings.fetch(cursor))
        cursor = batches[-1].cursor
    return batches


def test_unreadable_pages_are_passed_but_not_for_ever() -> None:
    good = [14, 15, 90]

    def read(_key: str, _since: int, page: str | None) -> Page:
        at = int(page or 0)
        if at not in good:
            return Page((), next=str(at + 1), rejects=[Reject(1, "no date", "{}")])
        return Page([a_post(f"a{at}")], 900 - at, 900 - at, next=str(at + 1))

    batches = swept(read)
    assert len(batches) == 10
    good[:0] = [9]
    batches = swept(read)
    assert _ids([post for one in batches for post in one.posts]) == ["a9", "a14", "a15"]
    assert sum(len(one.rejects) for one in batches) == 9 + 4 + 10
    assert "10 pages in a row" in batches[-1].unread[0].reason


def test_cursor_that_counts_its_pages_goes_on() -> None:
    platform = Platform()
    platform.items = {"a": list(range(1, 9))}
    ids, _ = drained(platform.listings("a"), '{"turn": 0, "sweeps": {"a": [0, 8, "3", 1]}}')
    assert ids == ["a2", "a1"]


def test_late_items_are_found_within_the_overlap() -> None:
    platform = Platform(size=50)
    platform.items = {"a": [100, 110]}
    listings = platform.listings("a", overlap=20)
    _, cursor = drained(listings, None)
    platform.items["a"].append(95)
    assert "a95" in drained(listings, cursor)[0]


def test_clock_that_runs_ahead_hides_nothing_later() -> None:
    platform = Platform(size=50)
    ahead = NOW + int(timedelta(days=3).total_seconds())
    platform.items = {"a": [NOW, ahead]}
    listings = Listings(["a"], platform.read, ACCESS, start=0, overlap=600)
    _, cursor = drained(listings, None)
    platform.items["a"].append(NOW + 60)
    assert f"a{NOW + 60}" in drained(listings, cursor)[0]


def test_failing_listing_is_noted_and_the_others_are_read() -> None:
    platform = Platform()
    platform.items = {"a": [1], "b": [2], "c": [3]}
    platform.failing["b"] = ConnectorError("b is private", permanent=True)
    listings = platform.listings("a", "b", "c")
    batches: list[Batch] = []
    cursor = None
    while not batches or not batches[-1].exhausted:
        batches.append(listings.fetch(cursor))
        cursor = batches[-1].cursor
    assert [_ids(one.posts) for one in batches] == [["a1"], [], ["c3"]]
    assert [note.reason for one in batches for note in one.unread] == ["b is private"]
    del platform.failing["b"]
    assert "b2" in drained(listings, cursor)[0]


def test_fetch_fails_when_all_listings_do_and_asks_all_again() -> None:
    platform = Platform()
    down = ConnectorError("down", retry_after=7)
    platform.items = {"a": [1], "b": [2]}
    platform.failing = {"a": down, "b": ConnectorError("gone", permanent=True)}
    listings = platform.listings("a", "b")
    first = listings.fetch(None)
    with pytest.raises(ConnectorError, match="down") as caught:
        listings.fetch(first.cursor)
    assert (caught.value.permanent, caught.value.retry_after) == (False, 7)
    del platform.failing["a"]
    platform.asked.clear()
    assert drained(listings, first.cursor)[0] == ["a1"]
    assert platform.asked == ["a", "b"]


def test_listing_that_a_limit_left_out_comes_first_in_the_next_round() -> None:
    platform = Platform()
    keys = ("a", "b", "c", "d", "e")
    platform.items = {key: [1] for key in keys}
    read, cursor = platform.read, None
    seen = set[str]()
    for _ in range(3):
        left = 2  # requests that the platform allows in a round

        def limited(key: str, since: int, page: str | None) -> Page:
            nonlocal left
            if not left:
                raise ConnectorError("wait", retry_after=60)
            left -= 1
            return read(key, since, page)

        listings = Listings(keys, limited, ACCESS, start=0, overlap=0)
        ids, cursor = drained(listings, cursor)
        seen |= set(ids)
    assert seen == {"a1", "b1", "c1", "d1", "e1"}


def test_cursor_of_something_else_starts_anew() -> None:
    platform = Platform()
    platform.items = {"a": [1]}
    for cursor in ("17:abc", "[]", '{"sweeps": {"a": {}}}', '{"sweeps": {"a": [1, 2, 3, 4, 5]}}'):
        assert drained(platform.listings("a"), cursor)[0] == ["a1"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 6)), min_size=1, max_size=12),
    st.lists(st.booleans(), min_size=80, max_size=80),
)
def test_nothing_is_lost_whatever_comes_and_wherever_it_is_killed(
    arrivals: Sequence[tuple[str, int]], kills: Sequence[bool]
) -> None:
    platform, number, cursor = Platform(), 0, None
    listings, seen = platform.listings("a", "b"), set[str]()
    steps = iter(kills)
    for key, count in arrivals:
        platform.items.setdefault(key, []).extend(range(number + 1, number + count + 1))
        number += count
        batch = listings.fetch(cursor)
        if next(steps, False):
            listings = platform.listings("a", "b")  # killed before the batch was kept
            continue
        seen |= set(_ids(batch.posts))
        cursor = batch.cursor
    for _ in range(2):
        ids, cursor = drained(listings, cursor)
        seen |= set(ids)
    assert seen == {f"{key}{at}" for key, items in platform.items.items() for at in items}


def _ids(posts: Sequence[Post]) -> list[str]:
    return [post.platform_id for post in posts]
