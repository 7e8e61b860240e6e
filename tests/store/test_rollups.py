"""Counts per UTC day follow from the log."""

from datetime import UTC, date, datetime, timedelta, timezone

from store import analyses, mentions, outbox, rollups
from store.db import Connection
from store.records import Analysis, Task
from store.rollups import DayCount
from tests.posts import MOMENT, a_post
from tests.store.seeds import an_open_case, draft_for, only, saved

_TODAY = MOMENT.date()
_TOMORROW = _TODAY + timedelta(days=1)


def test_posts_are_counted_by_utc_day(tx: Connection) -> None:
    late = datetime(2026, 5, 4, 23, 59, 59, tzinfo=UTC)
    next_day = datetime(2026, 5, 4, 23, 0, tzinfo=timezone(-timedelta(hours=2)))
    saved(tx, a_post("p1"), a_post("p2", at=late), a_post("p3", at=next_day), a_post("gone"))
    mentions.delete_post(tx, "discourse", "gone", MOMENT, MOMENT)
    rollups.rebuild(tx, None)
    expected = [DayCount(_TODAY, "", 2), DayCount(_TOMORROW, "", 1)]
    assert rollups.read(tx, "posts") == expected
    assert rollups.read(tx, "posts", since=_TOMORROW) == expected[1:]


def test_labels_are_counted_of_the_model_that_understood(tx: Connection) -> None:
    ids = saved(tx, a_post("p1"), a_post("p2"), a_post("p3"))
    labels = ("negative", "negative", "neutral")
    for post_id, label in zip(ids, labels, strict=True):
        old = Analysis(post_id, Task.SENTIMENT, "old", "positive", 0.5)
        new = Analysis(post_id, Task.SENTIMENT, "new", label, 0.5)
        intent = Analysis(post_id, Task.INTENT, "new", "question", 0.5)
        analyses.save(tx, [old, new, intent])
    analyses.mark_understood(tx, ids, "new")
    rollups.rebuild(tx, None)
    negative, neutral = DayCount(_TODAY, "negative", 2), DayCount(_TODAY, "neutral", 1)
    assert rollups.read(tx, "sentiment") == [negative, neutral]
    assert rollups.read(tx, "sentiment:negative") == [negative]
    assert rollups.read(tx, "intent") == [DayCount(_TODAY, "question", 3)]


def test_cases_and_thanks_are_counted(tx: Connection) -> None:
    case_id = an_open_case(tx, a_post())
    outbox.enqueue(tx, "m1", case_id, "rehearsal", draft_for(tx, case_id), MOMENT, MOMENT)
    rollups.rebuild(tx, None)
    assert rollups.read(tx, "cases_opened") == [DayCount(_TODAY, "", 1)]
    assert rollups.read(tx, "thanks") == []
    id_ = only([one.id for one in outbox.due(tx, MOMENT, 1)])
    outbox.claim(tx, id_, MOMENT)
    outbox.mark_sent(tx, id_, "r1", MOMENT)
    rollups.rebuild(tx, None)
    assert rollups.read(tx, "thanks") == [DayCount(_TODAY, "", 1)]


def test_rebuilding_from_a_day_leaves_the_days_before(tx: Connection) -> None:
    saved(tx, a_post("p1"), a_post("p2", at=MOMENT + timedelta(days=1)))
    rollups.rebuild(tx, None)
    saved(tx, a_post("p3"), a_post("p4", at=MOMENT + timedelta(days=1)))
    rollups.rebuild(tx, since=_TOMORROW)
    assert rollups.read(tx, "posts") == [DayCount(_TODAY, "", 1), DayCount(_TOMORROW, "", 2)]
    assert rollups.read(tx, "posts", since=date(2027, 1, 1)) == []
