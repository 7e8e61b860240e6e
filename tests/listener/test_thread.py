"""The conversation around a mention is read while it goes on, once, and never revives anything."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

import pytest

from listener.budget import OverBudget
from listener.connectors import Batch, Bounds, Capabilities, ConnectorError
from listener.match import Matcher
from listener.poll import poll_once
from listener.query import EVERYTHING
from listener.thread import FIRST_WAIT, TRIES, ConversationsRead, read_conversations
from store import conversations, mentions
from store.conversations import Conversation
from store.db import Engine, reading
from store.records import Deletion, Post
from tests.posts import MOMENT, a_post

MATCHER = Matcher({"brand": "leaf"})
BOUNDS = Bounds(posts=5)
HOUR = timedelta(hours=1)


def a_thread() -> list[Post]:
    """A root and three replies; the second reply is the mention that was heard."""
    texts = ("how do I sync?", "use the other one", "my leaf does it", "no leaf here")
    return [
        a_post(str(n), text, author=f"u{n}", thread_id="0", parent_id="0" if n else None,
               at=MOMENT - HOUR / 2 + timedelta(minutes=n))
        for n, text in enumerate(texts)
    ]  # fmt: skip


class Forum:
    """A connector that hears the mention alone and reads the thread around it, or fails."""

    capabilities: ClassVar = Capabilities(platform="discourse", thread=True)

    def __init__(self, posts: Sequence[Post] = ()) -> None:
        self.posts = list(posts) or a_thread()
        self.asked: list[str] = []
        self.error: ConnectorError | None = None
        self.deletions: list[Deletion] = []
        self.heard = self.posts[2:3]

    def fetch(self, cursor: str | None) -> Batch:
        """All there is to hear."""
        return Batch(self.heard, "1", exhausted=True, deletions=self.deletions)

    def thread(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        """The whole thread; a clumsy platform may send more than it was asked for."""
        self.asked.append(post.platform_id)
        if self.error is not None:
            raise self.error
        return self.posts

    def close(self) -> None:
        """Nothing is open."""


def hear(engine: Engine, forum: Forum, matcher: Matcher = MATCHER) -> None:
    """One poll."""
    poll_once(engine, "forum", forum, matcher, MOMENT, wanted=matcher.matches)


def read(engine: Engine, forum: Forum, now: datetime = MOMENT, limit: int = 9) -> ConversationsRead:
    """One round."""
    return read_conversations(engine, "forum", forum, MATCHER, BOUNDS, now, limit)


def texts(engine: Engine) -> dict[str, str]:
    """What is stored of the thread."""
    with reading(engine) as tx:
        found = mentions.by_platform_ids(tx, "discourse", [str(n) for n in range(20)])
        return {id_: one.post.text for id_, one in found.items()}


def waiting(engine: Engine, now: datetime) -> list[Conversation]:
    """What is due by then."""
    with reading(engine) as tx:
        return conversations.due(tx, "forum", now, 9)


def test_thread_of_a_mention_is_kept_and_only_what_matches_is_a_mention(engine: Engine) -> None:
    forum = Forum()
    hear(engine, forum)
    assert set(texts(engine)) == {"2"}
    assert read(engine, forum) == ConversationsRead(read=1, posts=3, mentions=1)
    assert set(texts(engine)) == {"0", "1", "2", "3"}
    with reading(engine) as tx:
        assert mentions.counts(tx).mentions == 2


def test_conversation_is_read_again_until_its_mention_is_old(engine: Engine) -> None:
    forum = Forum()
    hear(engine, forum)
    said = forum.posts[2].created_at
    assert read(engine, forum).read == 1
    for age in (1, 6, 24, 72):
        before, then = said + (age - 0.01) * HOUR, said + age * HOUR
        assert read(engine, forum, before).read == 0
        assert read(engine, forum, then).read == 1
        assert read(engine, forum, then).read == 0
    hear(engine, forum)
    assert read(engine, forum, said + 9_000 * HOUR) == ConversationsRead()
    assert forum.asked == ["2"] * 5


def test_old_mention_has_its_thread_read_once(engine: Engine) -> None:
    forum = Forum([replace(one, created_at=MOMENT - 200 * HOUR) for one in a_thread()])
    hear(engine, forum)
    assert read(engine, forum).read == 1
    assert waiting(engine, MOMENT + 9_000 * HOUR) == []


def test_reading_again_adds_only_what_is_new(engine: Engine) -> None:
    forum = Forum()
    hear(engine, forum)
    read(engine, forum)
    forum.posts.append(replace(forum.posts[1], platform_id="4", text="late"))
    assert read(engine, forum, MOMENT + HOUR) == ConversationsRead(read=1, posts=1)


def test_no_more_than_the_bounds_allow_is_kept(engine: Engine) -> None:
    forum = Forum()
    hear(engine, forum)
    forum.posts += [replace(forum.posts[1], platform_id=str(n)) for n in range(4, 15)]
    read(engine, forum)
    assert len(texts(engine)) == BOUNDS.posts


def test_two_mentions_in_one_thread_are_one_conversation(engine: Engine) -> None:
    forum = Forum()
    forum.heard = forum.posts[2:]
    hear(engine, forum)
    assert read(engine, forum).read == 1
    assert read(engine, forum).read == 0


def test_post_of_a_community_that_names_nothing_opens_none(engine: Engine) -> None:
    forum = Forum()
    hear(engine, forum, Matcher({EVERYTHING: EVERYTHING}))
    assert waiting(engine, MOMENT) == []


@pytest.mark.parametrize("event", [False, True])
def test_what_was_deleted_is_not_pulled_back_in(engine: Engine, event: bool) -> None:
    forum = Forum()
    hear(engine, forum)
    read(engine, forum)
    forum.heard = [] if event else [replace(forum.posts[3], deleted_at=MOMENT)]
    forum.deletions = [Deletion("discourse", MOMENT, "event", platform_id="3")] if event else []
    hear(engine, forum)
    assert read(engine, forum, MOMENT + HOUR).read == 1
    assert texts(engine)["3"] == ""


def test_thread_of_a_deleted_mention_is_left_alone(engine: Engine) -> None:
    forum = Forum()
    hear(engine, forum)
    forum.deletions = [Deletion("discourse", MOMENT, "event", platform_id="2")]
    hear(engine, forum)
    read(engine, forum)
    assert forum.asked == []
    assert waiting(engine, MOMENT + 9_000 * HOUR) == []


def test_thread_that_is_gone_is_not_asked_for_again(engine: Engine) -> None:
    forum = Forum()
    hear(engine, forum)
    forum.posts = []
    assert read(engine, forum) == ConversationsRead(read=1)
    assert waiting(engine, MOMENT + 9_000 * HOUR) == []


def _budget() -> ConnectorError:
    return OverBudget("the day is spent", retry_after=7_200)


def _down() -> ConnectorError:
    return ConnectorError("the forum is down")


@pytest.mark.parametrize(("error", "hours", "failures"), [(_budget, 2, 0), (_down, 0.25, 1)])
def test_failure_leaves_it_due_for_later(
    engine: Engine, error: Callable[[], ConnectorError], hours: float, failures: int
) -> None:
    forum = Forum()
    hear(engine, forum)
    forum.error = error()
    done = read(engine, forum)
    assert (done.read, done.error) == (0, str(forum.error))
    assert waiting(engine, MOMENT + (hours - 0.01) * HOUR) == []
    (one,) = waiting(engine, MOMENT + hours * HOUR)
    assert one.failures == failures
    forum.error = None
    assert read(engine, forum, MOMENT + hours * HOUR).read == 1


def test_permanent_failure_gives_it_up_and_the_next_has_its_turn(engine: Engine) -> None:
    forum = Forum()
    other = a_post("9", "another leaf")
    forum.heard = [forum.posts[2], other]
    hear(engine, forum)
    forum.error = ConnectorError("this thread is private", permanent=True)
    assert read(engine, forum).error
    forum.error = None
    assert read(engine, forum, MOMENT + 9_000 * HOUR).read == 1
    assert forum.asked == ["2", "9"]


def test_thread_of_an_odd_shape_keeps_no_other_waiting(engine: Engine) -> None:
    posts = [*a_thread(), a_post("9", "another leaf", author="u9", thread_id="8")]
    forum = Forum(posts)
    forum.heard = [posts[2], posts[4]]
    hear(engine, forum)
    thread = forum.thread

    def odd(post: Post, bounds: Bounds) -> Sequence[Post]:
        return [dict[str, Post]()["author"]] if post.platform_id == "2" else thread(post, bounds)

    forum.thread = odd  # type: ignore[method-assign]  # a shape that nobody foresaw
    assert read(engine, forum).read == 1
    (left,) = waiting(engine, MOMENT + FIRST_WAIT)
    assert left.thread_id == "0"


def test_thread_that_always_breaks_is_given_up(engine: Engine) -> None:
    forum = Forum()
    hear(engine, forum)
    forum.error = ConnectorError("broken")
    now = MOMENT
    for tries in range(TRIES):
        assert len(forum.asked) == tries
        read(engine, forum, now)
        now += FIRST_WAIT * 2**tries
    assert len(forum.asked) == TRIES
    assert waiting(engine, MOMENT + 9_000 * HOUR) == []


def test_kill_while_keeping_leaves_it_to_be_read(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    forum = Forum()
    hear(engine, forum)
    with monkeypatch.context() as patched:
        patched.setattr(conversations, "mark_read", _killed)
        with pytest.raises(SystemExit):
            read(engine, forum)
    assert set(texts(engine)) == {"2"}
    assert read(engine, forum) == ConversationsRead(read=1, posts=3, mentions=1)


def _killed(*_: object) -> None:
    raise SystemExit("killed")


def test_connector_that_reads_no_threads_has_none(engine: Engine) -> None:
    class Feed(Forum):
        thread = None  # type: ignore[assignment]

    forum = Feed()
    hear(engine, forum)
    assert waiting(engine, MOMENT + HOUR) == []
    assert read(engine, forum) == ConversationsRead()
