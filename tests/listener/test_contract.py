"""What every connector promises, tried over real sockets against a peer of its platform."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.pipeline.hear import Heard, hear
from listener.connectors import (
    FREE,
    Access,
    Capabilities,
    Connector,
    ConnectorError,
    Deletions,
    Forecaster,
    Held,
    Meter,
    Rechecker,
    ThreadReader,
    kind,
)
from listener.match import Matcher
from listener.query import EVERYTHING
from store import mentions
from store.db import Engine, reading
from store.records import Post, StoredPost
from tests.peers import PEERS, Peer, peer

EVERY_POST = Matcher({EVERYTHING: EVERYTHING})
UNICODE = "Grüße aus 東京 🎉 — עברית \u202e ñ “quoted” <b>not bold</b> & &amp; done"
LONG = "word " * 2_000


class Place:
    """A peer, the connector that reads it, and the store that it fills."""

    def __init__(self, served: Peer, engine: Engine, folder: Path) -> None:
        self.peer = served
        self.engine = engine
        self.folder = folder
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.connector = self.made()

    def made(self, meter: Meter = FREE) -> Connector:
        """A new connector, as after a restart."""
        access = Access(
            base_url=self.peer.url,
            secrets=self.peer.secrets,
            meter=meter,
            now=self.now,
            folder=self.folder,
            timeout=1.0,
            patience=0.3,
        )
        return kind(self.peer.word)(self.peer.options, access)

    def now(self) -> datetime:
        """By the clock, which a test may set wrong."""
        return self.clock()

    def restart(self, meter: Meter = FREE) -> None:
        """Another process goes on."""
        self.connector.close()
        self.connector = self.made(meter)

    def hear(self, wanted: Callable[[Post], bool] | None = None) -> Heard:
        """Poll until exhausted."""
        rejects = self.folder / "rejects"
        return hear(
            self.engine, "place", self.connector, EVERY_POST, self.clock, rejects, wanted=wanted
        )

    def hear_through(self, tries: int = 12) -> None:
        """Poll until exhausted, trying again after failures that pass."""
        for _ in range(tries):
            try:
                self.hear()
            except ConnectorError as error:
                if error.permanent:
                    raise
                time.sleep(min(error.retry_after or 0.0, 1.2))
            else:
                return
        pytest.fail("the source did not recover")

    def stored(self, *ids: str) -> dict[str, StoredPost]:
        """What the store holds of these."""
        with reading(self.engine) as tx:
            return mentions.by_platform_ids(tx, self.capabilities.platform, ids)

    def post(self, platform_id: str) -> Post:
        """One stored post."""
        return self.stored(platform_id)[platform_id].post

    def count(self) -> int:
        """How many posts the store holds."""
        with reading(self.engine) as tx:
            return mentions.counts(tx).posts

    @property
    def capabilities(self) -> Capabilities:
        """Of the connector."""
        return self.connector.capabilities


@pytest.fixture(params=sorted(PEERS))
def place(request: pytest.FixtureRequest, sqlite_engine: Engine, tmp_path: Path) -> Iterator[Place]:
    """Each platform in turn, with an empty store."""
    with closing(peer(request.param)) as served:
        made = Place(served, sqlite_engine, tmp_path)
        yield made
        made.connector.close()


class Counted:
    """A meter that lets everything through."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def spend(self, what: str, *, requests: int = 1, micro_usd: int = 0) -> None:
        """One more."""
        self.asked += [what] * requests

    def settle(self, micro_usd: int) -> None:
        """Money is not counted."""


def ago(seconds: float) -> datetime:
    """A moment in the near past, whole seconds."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).replace(microsecond=0)


def test_empty_place_is_heard_and_heard_again(place: Place) -> None:
    for _ in range(2):
        place.hear()
    assert place.count() == 0


def test_first_poll_brings_what_is_there_and_the_next_what_is_new(place: Place) -> None:
    first = [place.peer.say(f"number {n}", ago(300 - n)) for n in range(5)]
    place.hear()
    assert set(place.stored(*first)) == set(first)
    new = place.peer.say("number 5", ago(10))
    place.hear()
    assert place.post(new).text.strip() == "number 5"
    assert place.count() == 6


def test_post_is_told_as_the_platform_tells_it(place: Place) -> None:
    at = ago(120)
    root = place.peer.say("first of all", at, author="ann")
    reply = place.peer.say("in answer", ago(60), author="ben", parent=root)
    place.hear()
    told, answer = place.post(root), place.post(reply)
    assert told.platform == place.capabilities.platform
    assert abs((told.created_at - at).total_seconds()) < 2
    assert told.author.handle
    assert told.author.platform_id != answer.author.platform_id
    if place.capabilities.thread:
        assert answer.parent_id == root
        assert answer.thread_id is not None


def test_restart_goes_on_where_it_was(place: Place) -> None:
    ids = [place.peer.say(f"before {n}", ago(300 - n)) for n in range(3)]
    place.hear()
    place.restart()
    ids.append(place.peer.say("after", ago(5)))
    place.hear()
    assert set(place.stored(*ids)) == set(ids)
    assert place.count() == 4


def test_same_thing_twice_is_one_post(place: Place) -> None:
    place.peer.say("once", ago(60))
    place.hear()
    with reading(place.engine) as tx:
        before = mentions.counts(tx)
    with closing(place.made()) as other:
        hear(place.engine, "other", other, EVERY_POST, place.clock, place.folder / "rejects")
    with reading(place.engine) as tx:
        assert mentions.counts(tx) == before


def test_each_item_is_counted_once_as_what_became_of_it(place: Place) -> None:
    old = [place.peer.say(f"number {n}", ago(9_000 - 2_000 * n)) for n in range(3)]
    place.hear()
    place.restart()
    new = [place.peer.say("acme", ago(20)), place.peer.say("nothing", ago(10))]
    wanted = Matcher({"acme": "acme"}).matches
    heard = place.hear(wanted)
    stored, duplicate = heard.new, heard.posts - heard.new
    filtered = heard.received - heard.posts
    assert (stored, filtered, heard.rejects) == (1, 1, 0)
    assert 0 <= duplicate <= len(old) + 1
    assert set(place.stored(*old, *new)) == {*old, new[0]}


def test_edit_replaces_the_words_and_keeps_a_hash(place: Place) -> None:
    if not place.peer.edits:
        assert not place.capabilities.edits
        return
    id_ = place.peer.say("teh words", ago(120))
    place.hear()
    place.peer.edit(id_, "the words", ago(1))
    place.hear()
    if place.post(id_).text.strip() != "the words":
        recheck(place, id_)
    assert place.post(id_).text.strip() == "the words"
    with reading(place.engine) as tx:
        edits = mentions.edits(tx, place.stored(id_)[id_].id)
    assert len(edits) == 1


def recheck(place: Place, *ids: str) -> None:
    """What the purge does when posts are due for another look."""
    assert isinstance(place.connector, Rechecker)
    asked = [Held(id_, one.post.url) for id_, one in place.stored(*ids).items()]
    found = place.connector.recheck(asked)
    with place.engine.begin() as tx:
        mentions.save_posts(tx, found.posts, "place", place.clock())
        for id_ in found.gone:
            platform = place.capabilities.platform
            mentions.delete_post(tx, platform, id_, place.clock(), place.clock())


def test_deleted_post_is_emptied(place: Place) -> None:
    assert place.capabilities.deletions is place.peer.deletions
    if place.peer.deletions is Deletions.NEVER:
        return
    id_, kept = place.peer.say("regretted", ago(120)), place.peer.say("kept", ago(110))
    place.hear()
    place.peer.delete(id_)
    place.hear()
    if place.peer.deletions is Deletions.RECHECK:
        recheck(place, id_, kept)
    assert place.post(id_).text == ""
    assert place.post(id_).deleted_at is not None
    assert place.post(kept).text.strip() == "kept"
    place.hear()
    assert place.post(id_).text == ""


def test_post_that_shows_up_late_is_heard(place: Place) -> None:
    first = place.peer.say("on time", ago(30))
    place.hear()
    late = place.peer.say("dated before", ago(90))
    place.hear()
    assert set(place.stored(first, late)) == {first, late}


def test_every_script_survives(place: Place) -> None:
    id_ = place.peer.say(UNICODE, ago(60))
    place.hear()
    assert place.post(id_).text.strip() == UNICODE


def test_long_text_is_kept_whole(place: Place) -> None:
    limit = place.capabilities.text_limit
    text = (LONG if limit is None else LONG[:limit]).strip()
    id_ = place.peer.say(text, ago(60))
    place.hear()
    assert place.post(id_).text.strip() == text


@pytest.mark.parametrize("skew", [timedelta(hours=-3), timedelta(hours=3)])
def test_clock_that_is_wrong_loses_nothing(place: Place, skew: timedelta) -> None:
    place.clock = lambda: datetime.now(UTC) + skew
    ids = [place.peer.say("one", ago(60))]
    place.hear()
    ids.append(place.peer.say("two", ago(2)))
    place.restart()
    place.hear()
    assert set(place.stored(*ids)) == set(ids)


def test_quiet_poll_asks_as_often_as_is_forecast(place: Place) -> None:
    counted = Counted()
    place.restart(counted)
    assert isinstance(place.connector, Forecaster)
    for n in range(3):
        place.peer.say(f"number {n}", ago(9_000 - 2_000 * n))
    for _ in range(2):  # What is asked once, for a session or of what is new, is asked by now.
        place.hear()
    counted.asked.clear()
    place.hear()
    assert len(counted.asked) == place.connector.quiet_requests(), counted.asked


def test_thread_reader_and_rechecker_are_what_the_capabilities_say(place: Place) -> None:
    assert isinstance(place.connector, ThreadReader) == place.capabilities.thread
    is_rechecker = isinstance(place.connector, Rechecker)
    if place.capabilities.deletions is Deletions.RECHECK:
        assert is_rechecker


def test_no_fault_loses_or_doubles_anything(place: Place) -> None:
    ids = [place.peer.say("calm", ago(600))]
    for n, fault in enumerate(place.peer.faults):
        ids.append(place.peer.say(f"before {fault}", ago(500 - 10 * n)))
        place.peer.fail(fault)
        place.hear_through()
        ids.append(place.peer.say(f"after {fault}", ago(495 - 10 * n)))
        place.hear_through()
        missing = set(ids) - set(place.stored(*ids))
        assert not missing, f"lost after {fault}"
    assert place.count() == len(ids)


def test_refusal_is_permanent_and_says_what_to_do(place: Place) -> None:
    for status in ("401", "403"):
        if status not in place.peer.faults:
            place.peer.say("unheard", ago(60))
            place.restart()
            for _ in range(3):
                place.peer.fail(status)
            with pytest.raises(ConnectorError) as caught:
                place.hear()
            assert caught.value.permanent
            assert len(str(caught.value)) > 20
            return
