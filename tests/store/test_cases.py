"""Cases are opened once and move on."""

from datetime import timedelta

from store import cases, members
from store.db import Connection
from store.records import CaseKind, CaseState
from tests.posts import MOMENT, a_post
from tests.store.seeds import UNKNOWN, an_open_case, new_case, only, saved

_HOUR = timedelta(hours=1)


def test_post_has_one_case_of_each_kind(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post(channel="#help"))
    issue, praise = (new_case(tx, post_id, kind) for kind in (CaseKind.ISSUE, CaseKind.PRAISE))
    first = cases.open_cases(tx, [issue, issue])
    assert len(first) == 1
    assert len(cases.open_cases(tx, [issue, praise])) == 1
    assert cases.open_cases(tx, []) == []
    row = cases.load(tx, only(first))
    assert row is not None
    assert (row.kind, row.state, row.channel) == (CaseKind.ISSUE, CaseState.NEW, "#help")
    assert [one.kind for one in cases.of_posts(tx, [post_id])] == [CaseKind.ISSUE, CaseKind.PRAISE]


def test_case_waits_until_it_is_time_to_decide(tx: Connection) -> None:
    ids = saved(tx, *(a_post(f"p{n}") for n in range(3)))
    opened = cases.open_cases(
        tx,
        [new_case(tx, id_, decide_after=MOMENT + (2 - n) * _HOUR) for n, id_ in enumerate(ids)],
    )
    due = cases.undecided(tx, MOMENT + _HOUR, 10)
    assert [row.post_id for row in due] == [ids[2], ids[1]]
    assert len(cases.undecided(tx, MOMENT + _HOUR, 1)) == 1
    for id_ in opened:
        cases.set_state(tx, id_, CaseState.OPEN, MOMENT)
    assert cases.undecided(tx, MOMENT + 9 * _HOUR, 10) == []


def test_closed_case_says_when_and_reopens(tx: Connection) -> None:
    id_ = an_open_case(tx, a_post())
    for state, closed_at in (
        (CaseState.DONE, MOMENT), (CaseState.OPEN, None), (CaseState.DISMISSED, MOMENT),
    ):  # fmt: skip
        cases.set_state(tx, id_, state, MOMENT)
        row = cases.load(tx, id_)
        assert row is not None
        assert (row.state, row.closed_at) == (state, closed_at)


def test_case_is_given_a_draft_a_member_and_a_responder(tx: Connection) -> None:
    id_, ann = an_open_case(tx, a_post()), members.add_member(tx, "ann", MOMENT)
    cases.set_draft(tx, id_, "Thank you!\x00")
    cases.assign(tx, id_, ann)
    cases.route(tx, id_, responder="support", due_at=MOMENT + _HOUR, priority=7)
    row = cases.load(tx, id_)
    assert row is not None
    assert (row.draft, row.assignee_id) == ("Thank you!\ufffd", ann)
    assert (row.responder, row.due_at, row.priority) == ("support", MOMENT + _HOUR, 7)
    cases.set_draft(tx, id_, None)
    cases.assign(tx, id_, None)
    assert cases.load(tx, UNKNOWN) is None


def test_cases_about_a_person_newest_first(tx: Connection) -> None:
    opened = [an_open_case(tx, a_post(f"p{n}")) for n in range(3)]
    row = cases.load(tx, opened[0])
    assert row is not None
    assert [one.id for one in cases.of_person(tx, row.person_id, 2)] == opened[:0:-1]
