"""Approve, save, dismiss, assign, undo: through the real reviewer."""

import pytest

from store import cases, outbox, people
from store.cases import CaseRow
from store.db import reading
from store.records import CaseState, Choice, Message
from tests.desk.conftest import NOW, Desk, found


def row(desk: Desk, case_id: int) -> CaseRow:
    with reading(desk.engine) as tx:
        case = cases.load(tx, case_id)
    assert case is not None
    return case


def messages(desk: Desk, case_id: int) -> list[Message]:
    with reading(desk.engine) as tx:
        return outbox.of_case(tx, case_id)


def test_approved_words_are_the_edited_ones(desk: Desk) -> None:
    where = desk.post(
        f"/cases/{desk.help_case}/act",
        verb="approve",
        body="Thanks @leo,\r\nthat helped. ",
        next=str(desk.issue_case),
    )
    assert where == f"/cases/{desk.issue_case}?did=approved&case={desk.help_case}"
    assert row(desk, desk.help_case).state is CaseState.DONE
    assert [one.draft.body for one in messages(desk, desk.help_case)] == [
        "Thanks @leo,\nthat helped."
    ]


def test_next_case_opens_and_the_act_can_be_undone(desk: Desk) -> None:
    page = desk.get(f"/cases/{desk.issue_case}")
    following = found(r'name="next" value="(\d+)"', page)
    assert following == str(desk.help_case)
    fields = {"dismiss": "ANSWERED", "next": following}
    where = desk.post(f"/cases/{desk.issue_case}/act", **fields)
    page = desk.get(where)
    assert f'id="case-{desk.help_case}"' in page
    assert "Dismissed." in page
    assert f'action="/cases/{desk.issue_case}/undo"' in page
    back = desk.post(f"/cases/{desk.issue_case}/undo")
    assert back == f"/cases/{desk.issue_case}?did=undone&case={desk.issue_case}"
    assert row(desk, desk.issue_case).state is CaseState.OPEN


def test_after_the_last_case_the_queue_opens(desk: Desk) -> None:
    where = desk.post(f"/cases/{desk.help_case}/act", verb="approve", body="")
    assert where == f"/queue?did=approved&case={desk.help_case}"
    assert messages(desk, desk.help_case) == []


def test_saved_draft_stays_open(desk: Desk) -> None:
    where = desk.post(f"/cases/{desk.help_case}/act", verb="save", body="Better words")
    assert where.startswith(f"/cases/{desk.help_case}?")
    assert ">Better words</textarea>" in desk.get(where)
    assert row(desk, desk.help_case).state is CaseState.OPEN


def test_assigned_case_is_mine_and_can_be_given_back(desk: Desk) -> None:
    desk.post(f"/cases/{desk.help_case}/act", assignee="1")
    assert f"item-{desk.help_case}" in desk.get("/queue?tab=mine")
    desk.post(f"/cases/{desk.help_case}/act", assignee="0")
    assert f"item-{desk.help_case}" not in desk.get("/queue?tab=mine")


def test_filters_survive_an_act(desk: Desk) -> None:
    where = desk.post(f"/cases/{desk.help_case}/act", verb="save", body="x", kind="help", q="exp")
    assert where == f"/cases/{desk.help_case}?kind=help&q=exp&did=saved&case={desk.help_case}"


def test_sent_message_cannot_be_undone(desk: Desk) -> None:
    desk.post(f"/cases/{desk.help_case}/act", verb="approve", body="Thanks")
    (message,) = messages(desk, desk.help_case)
    with desk.engine.begin() as tx:
        outbox.claim(tx, message.id, NOW)
        outbox.mark_sent(tx, message.id, "r1", NOW)
    page = desk.get(f"/cases/{desk.help_case}")
    assert "Approved and sent." in page
    assert "/undo" not in page
    token = found(r'name="form_token" value="([^"]+)"', page)
    answer = desk.client.post(f"/cases/{desk.help_case}/undo", data={"form_token": token})
    assert answer.status_code == 409
    assert "cannot be taken back" in answer.text


def test_second_approval_is_refused_with_a_line(desk: Desk) -> None:
    desk.post(f"/cases/{desk.help_case}/act", verb="approve", body="Thanks")
    token = found(r'name="form_token" value="([^"]+)"', desk.get("/queue"))
    fields = {"form_token": token, "verb": "approve", "body": "Thanks again"}
    answer = desk.client.post(f"/cases/{desk.help_case}/act", data=fields)
    assert answer.status_code == 409
    assert "closed this case already" in answer.text
    assert len(messages(desk, desk.help_case)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"verb": "undo"},
        {"verb": "nonsense"},
        {"dismiss": "nonsense"},
        {"assignee": "999"},
        {"assignee": "x"},
        {"verb": "save", "body": "x" * 30_000},
    ],
)
def test_nonsense_changes_nothing(desk: Desk, fields: dict[str, str]) -> None:
    token = found(r'name="form_token" value="([^"]+)"', desk.get("/queue"))
    answer = desk.client.post(f"/cases/{desk.help_case}/act", data={"form_token": token} | fields)
    assert answer.status_code == 422
    assert "Nothing was changed" in answer.text


def test_case_that_is_not_there(desk: Desk) -> None:
    token = found(r'name="form_token" value="([^"]+)"', desk.get("/queue"))
    fields = {"form_token": token, "verb": "approve"}
    assert desk.client.post("/cases/999/act", data=fields).status_code == 404


def test_refused_words_stay_in_the_field(desk: Desk) -> None:
    token = found(r'name="form_token" value="([^"]+)"', desk.get("/queue"))
    fields = {"form_token": token, "verb": "approve", "body": "Words of mine."}
    with desk.engine.begin() as tx:
        people.set_choice(tx, desk.leo, Choice.NONE, "desk", NOW)
    answer = desk.client.post(f"/cases/{desk.help_case}/act", data=fields)
    assert answer.status_code == 409
    assert ">Words of mine.</textarea>" in answer.text
    assert answer.headers["hx-push-url"] == f"/cases/{desk.help_case}"
