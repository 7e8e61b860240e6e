"""The queue shows what matters first, and only what was asked for."""

from datetime import timedelta

import pytest

from rewards.reading import reading
from store import analyses, cases, labels, members, mentions
from store.db import Connection
from store.mentions import NewMention
from store.queue import QueueCounts, QueueFilters, queue, queue_counts, queue_size
from store.records import Analysis, CaseKind, CaseState, Post, Task
from tests.posts import MOMENT, a_post
from tests.store.seeds import new_case, only, saved

_ANY = QueueFilters(state=None)


def _open(
    tx: Connection, post: Post, kind: CaseKind = CaseKind.HELP, priority: int = 0, minute: int = 0
) -> int:
    (post_id,) = saved(tx, post)
    opened_at = MOMENT + timedelta(minutes=minute)
    case = new_case(tx, post_id, kind, priority=priority, opened_at=opened_at)
    id_ = only(cases.open_cases(tx, [case]))
    cases.set_state(tx, id_, CaseState.OPEN, MOMENT)
    return id_


def _shown(tx: Connection, filters: QueueFilters) -> list[int]:
    found = [item.case_id for item in queue(tx, filters)]
    assert queue_size(tx, filters) == len(found)
    return found


def test_urgent_comes_first_then_the_longest_open(tx: Connection) -> None:
    late = _open(tx, a_post("p1"), minute=2)
    early = _open(tx, a_post("p2"), minute=1)
    urgent = _open(tx, a_post("p3"), priority=5, minute=3)
    assert _shown(tx, QueueFilters()) == [urgent, early, late]
    pages = [queue(tx, QueueFilters(), limit=2, offset=start) for start in (0, 2)]
    assert [[item.case_id for item in page] for page in pages] == [[urgent, early], [late]]


@pytest.mark.parametrize(
    ("towards", "said", "shown"),
    [
        (None, None, "negative"),
        (("positive", False), None, "positive"),
        (("positive", True), None, "negative"),
        (("positive", False), "neutral", "neutral"),
    ],
)
def test_row_has_the_mood_that_the_rules_read(
    tx: Connection, towards: tuple[str, bool] | None, said: str | None, shown: str
) -> None:
    _open(tx, a_post())
    (item,) = queue(tx, QueueFilters())
    rows = [Analysis(item.post_id, Task.SENTIMENT, "m1", "negative", 0.9)]
    rows += [Analysis(item.post_id, Task.SENTIMENT, "m0", "neutral", 0.9)]
    if towards is not None:
        label, is_guess = towards
        rows.append(Analysis(item.post_id, Task.TARGET, "m1", label, 0.9, {}, is_guess))
    analyses.save(tx, rows)
    analyses.mark_understood(tx, [item.post_id], "m1")
    found = analyses.of(tx, [item.post_id])[item.post_id]
    if said is not None:
        labels.add(tx, found[Task.SENTIMENT], said, may_train=True, actor="Ann", at=MOMENT)
    (item,) = queue(tx, QueueFilters())
    right = labels.right(tx, [item.post_id]).get(item.post_id, {})
    assert item.sentiment == reading(found, right).sentiment.name == shown


def test_row_carries_what_the_list_shows(tx: Connection) -> None:
    post = a_post(text="x" * 400, author="ann", title="Help", channel="#help")
    case_id, ben = _open(tx, post), members.add_member(tx, "ben", MOMENT)
    (item,) = queue(tx, QueueFilters())
    assert (item.sentiment, item.assignee, item.has_draft) == (None, None, False)
    for model, label in (("m1", "negative"), ("m2", "positive")):
        sentiment = Analysis(item.post_id, Task.SENTIMENT, model, label, 0.9)
        analyses.save(tx, [sentiment])
    analyses.mark_understood(tx, [item.post_id], "m1")
    cases.assign(tx, case_id, ben)
    cases.set_draft(tx, case_id, "Thanks!")
    (item,) = queue(tx, QueueFilters())
    assert (item.sentiment, item.assignee, item.has_draft) == ("negative", "ben", True)
    assert (item.handle, item.title, item.channel) == ("ann", "Help", "#help")
    assert item.text == "x" * 300
    assert item.kind is CaseKind.HELP
    assert item.opened_at == MOMENT


def test_filters_leave_what_was_asked_for(tx: Connection) -> None:
    help_ = _open(tx, a_post("p1", platform="x", channel="#a"))
    issue = _open(tx, a_post("p2", platform="reddit", channel="#b"), CaseKind.ISSUE)
    done = _open(tx, a_post("p3", platform="x", channel="#b"), CaseKind.PRAISE)
    ann = members.add_member(tx, "ann", MOMENT)
    cases.assign(tx, issue, ann)
    cases.set_state(tx, done, CaseState.DONE, MOMENT)
    assert _shown(tx, QueueFilters()) == [help_, issue]
    assert _shown(tx, _ANY) == [help_, issue, done]
    assert _shown(tx, QueueFilters(state=CaseState.DONE)) == [done]
    assert _shown(tx, QueueFilters(kinds=(CaseKind.ISSUE, CaseKind.PRAISE))) == [issue]
    assert _shown(tx, QueueFilters(assignee_id=ann)) == [issue]
    assert _shown(tx, QueueFilters(unassigned=True)) == [help_]
    assert _shown(tx, QueueFilters(state=None, platform="x")) == [help_, done]
    assert _shown(tx, QueueFilters(state=None, channel="#b")) == [issue, done]
    assert _shown(tx, QueueFilters(platform="x", channel="#b")) == []


@pytest.mark.parametrize("others", [0, 501])
def test_queue_of_one_query_is_the_same_however_many_posts_it_found(
    tx: Connection, others: int
) -> None:
    more = saved(tx, *(a_post(f"other {n}") for n in range(others)))
    mentions.add_mentions(tx, [NewMention(one, "acme", (), MOMENT) for one in more])
    ids = [_open(tx, a_post(f"p{n}"), minute=n) for n in range(3)]
    first, _, last = (cases.load(tx, id_) for id_ in ids)
    assert first is not None
    assert last is not None
    found = [(last, "acme"), (first, "acme"), (first, "other")]
    mentions.add_mentions(tx, [NewMention(row.post_id, name, (), MOMENT) for row, name in found])
    assert _shown(tx, QueueFilters(query="acme")) == [ids[0], ids[2]]
    assert _shown(tx, QueueFilters(query="other", text="nowhere")) == []
    assert _shown(tx, QueueFilters(query="ACME")) == []


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("SYNC", True),
        ("100%", True),
        ("crash_log", True),
        ("title", True),
        ("überall", True),
        ("ÜBERALL", True),
        ("1%0", False),
        ("crashXlog", False),
    ],
)
def test_words_are_found_in_text_and_title(tx: Connection, words: str, is_found: bool) -> None:
    post = a_post(text="Sync stops at 100% in crash_log ÜBERALL überall", title="A Title")
    case_id = _open(tx, post)
    _open(tx, a_post("p2", text="something else"))
    assert _shown(tx, QueueFilters(text=words)) == ([case_id] if is_found else [])


def test_counts_are_of_what_waits(tx: Connection) -> None:
    assert queue_counts(tx) == QueueCounts()
    kinds = (CaseKind.HELP, CaseKind.HELP, CaseKind.ISSUE, CaseKind.PRAISE, CaseKind.PRAISE)
    opened = [_open(tx, a_post(f"p{n}"), kind) for n, kind in enumerate(kinds)]
    cases.assign(tx, opened[0], members.add_member(tx, "ann", MOMENT))
    cases.set_state(tx, opened[3], CaseState.DONE, MOMENT)
    cases.set_state(tx, opened[4], CaseState.NEW, MOMENT)
    assert queue_counts(tx) == QueueCounts(
        new=1, open=3, unassigned=2, by_kind={CaseKind.HELP: 2, CaseKind.ISSUE: 1}
    )
