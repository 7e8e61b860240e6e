"""One poll: what it keeps, and what it keeps together."""

from collections.abc import Sequence
from typing import ClassVar

import pytest

from listener.connectors import Batch, Capabilities, ConnectorError, Reject, Unread
from listener.match import Matcher
from listener.poll import poll_once
from store import cursors, mentions
from store.db import Engine, reading
from store.records import Post
from tests.posts import MOMENT, a_post

MATCHER = Matcher({"brand": "leaf"})


class Script:
    """A connector that brings what it was given, by cursor, or fails."""

    capabilities: ClassVar = Capabilities(platform="discourse")

    def __init__(self, *batches: Sequence[Post], fails: bool = False) -> None:
        self._batches = batches
        self._fails = fails

    def fetch(self, cursor: str | None) -> Batch:
        """The batch after the cursor."""
        if self._fails:
            raise ConnectorError("the forum is down", retry_after=5)
        at = int(cursor or 0)
        posts = self._batches[at] if at < len(self._batches) else ()
        rejects = (Reject(7, "not JSON", "{"),) if at == 0 else ()
        return Batch(posts, str(at + 1), rejects, exhausted=at + 1 >= len(self._batches))

    def close(self) -> None:
        """Nothing is open."""


def test_posts_mentions_and_cursor_are_kept_together(engine: Engine) -> None:
    connector = Script([a_post("1", "my leaf"), a_post("2", "hello")], [a_post("3", "a leaf")])
    first = poll_once(engine, "forum", connector, MATCHER, MOMENT)
    assert (first.posts, first.new, first.mentions, first.exhausted) == (2, 2, 1, False)
    assert first.rejects == (Reject(7, "not JSON", "{"),)
    second = poll_once(engine, "forum", connector, MATCHER, MOMENT)
    assert (second.posts, second.mentions, second.exhausted) == (1, 1, True)
    with reading(engine) as tx:
        assert cursors.get(tx, "forum") == "2"
        assert mentions.counts(tx).posts == 3


def test_what_cannot_be_put_aside_is_read_again(engine: Engine) -> None:
    def full(_: Sequence[Reject]) -> None:
        raise OSError("the disk is full")

    connector, kept = Script([a_post("1", "my leaf")]), list[Reject]()
    with pytest.raises(OSError, match="full"):
        poll_once(engine, "forum", connector, MATCHER, MOMENT, aside=full)
    poll_once(engine, "forum", connector, MATCHER, MOMENT, aside=kept.extend)
    assert [one.number for one in kept] == [7]


class Halves:
    """A connector of two listings that are both out of reach."""

    capabilities: ClassVar = Capabilities(platform="discourse")

    def __init__(self) -> None:
        self._asked = 0

    def fetch(self, cursor: str | None) -> Batch:
        """The first is noted as unread, with the second all of it fails."""
        self._asked += 1
        if self._asked % 2:
            return Batch((), "1", unread=(Unread("issues", "cannot be reached"),))
        raise ConnectorError("cannot be reached")

    def close(self) -> None:
        """Nothing is open."""


def test_pause_grows_although_one_half_is_only_noted(engine: Engine) -> None:
    connector, waits = Halves(), []
    for _ in range(4):
        poll_once(engine, "forum", connector, MATCHER, MOMENT, every=60)
        with pytest.raises(ConnectorError):
            poll_once(engine, "forum", connector, MATCHER, MOMENT, every=60)
        with reading(engine) as tx:
            state = cursors.state(tx, "forum")
        assert state is not None
        assert state.retry_at is not None
        waits.append((state.retry_at - MOMENT).total_seconds())
        assert state.failures == len(waits)
    assert waits[0] <= 60 < waits[2]


def test_same_posts_again_add_nothing(engine: Engine) -> None:
    for name in ("one", "other"):
        polled = poll_once(engine, name, Script([a_post("1", "my leaf")]), MATCHER, MOMENT)
    assert (polled.posts, polled.new, polled.mentions) == (1, 0, 0)


def test_failure_is_noted_and_the_cursor_stays(engine: Engine) -> None:
    poll_once(engine, "forum", Script([a_post("1")], [a_post("2")]), MATCHER, MOMENT)
    with pytest.raises(ConnectorError, match="the forum is down"):
        poll_once(engine, "forum", Script(fails=True), MATCHER, MOMENT)
    with reading(engine) as tx:
        (state,) = cursors.states(tx)
        assert (state.value, state.error) == ("1", "the forum is down")


def test_nothing_is_kept_where_keeping_fails(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(cursors, "put", broken)
    with pytest.raises(RuntimeError):
        poll_once(engine, "forum", Script([a_post("1", "leaf")]), MATCHER, MOMENT)
    with reading(engine) as tx:
        assert mentions.counts(tx).posts == 0
