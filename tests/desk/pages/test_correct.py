"""Correct what the model read, from the case."""

import pytest

from store import analyses, cases, labels
from store.db import reading
from store.records import Analysis, CaseKind, CaseState, Task
from tests.desk.conftest import Desk, found


@pytest.fixture
def read(desk: Desk) -> Desk:
    """The model took the report for an issue in a bad mood."""
    with desk.engine.begin() as tx:
        case = cases.load(tx, desk.issue_case)
        assert case is not None
        said = {Task.INTENT: ("issue", 0.91), Task.SENTIMENT: ("negative", 0.84)}
        rows = [Analysis(case.post_id, task, "m-1", *one) for task, one in said.items()]
        analyses.save(tx, rows)
        analyses.mark_understood(tx, [case.post_id], "m-1")
    return desk


def test_case_says_what_it_reads_as_and_offers_the_others(read: Desk) -> None:
    page = read.get(f"/cases/{read.issue_case}")
    assert "Reads as issue" in page
    assert 'data-key="l"' in page
    for digit, name, value in (("1", "intent", "question"), ("0", "sentiment", "positive")):
        assert f'name="{name}" value="{value}" data-digit="{digit}"' in page
    assert 'value="issue" data-digit="4" disabled' in page
    assert "As answer, thanks, other it asks for nothing of us: the case closes." in page


def test_correction_moves_the_case_says_by_whom_and_can_be_undone(read: Desk) -> None:
    address = f"/cases/{read.issue_case}"
    where = read.post(f"{address}/correct", intent="question", kind="issue")
    assert where == f"{address}?kind=issue&did=corrected&case={read.issue_case}"
    page = read.get(where)
    assert "Corrected." in page
    assert "<bdi>Ann</bdi> corrected the model: question, not issue" in page
    assert 'name="undo" value="intent" data-key="u"' in page
    with reading(read.engine) as tx:
        case = cases.load(tx, read.issue_case)
        assert case is not None
        assert case.kind is CaseKind.QUESTION
    back = read.get(read.post(f"{address}/correct", undo="intent"))
    assert "what was said before counts again" in back
    assert "corrected the model: question, not issue" in back.partition("What happened so far")[2]
    assert 'name="undo"' not in back
    with reading(read.engine) as tx:
        assert labels.right(tx, [case.post_id]) == {}


def test_newest_correction_is_the_one_that_the_key_undoes(read: Desk) -> None:
    address = f"/cases/{read.issue_case}"
    read.post(f"{address}/correct", intent="question")
    page = read.get(read.post(f"{address}/correct", sentiment="neutral"))
    assert page.count('name="undo"') == 2
    assert page.count('data-key="u"') == 1


def test_what_is_nothing_for_us_closes(read: Desk) -> None:
    page = read.get(read.post(f"/cases/{read.issue_case}/correct", intent="thanks"))
    assert "Dismissed; nothing was said." in page
    with reading(read.engine) as tx:
        case = cases.load(tx, read.issue_case)
    assert case is not None
    assert case.state is CaseState.DISMISSED


def test_case_that_no_model_read_offers_nothing(desk: Desk) -> None:
    assert 'data-key="l"' not in desk.get(f"/cases/{desk.issue_case}")


@pytest.mark.parametrize(
    "fields", [{}, {"intent": "nonsense"}, {"sentiment": "issue"}, {"undo": "emotion"}]
)
def test_nonsense_corrects_nothing(read: Desk, fields: dict[str, str]) -> None:
    token = found(r'name="form_token" value="([^"]+)"', read.get("/queue"))
    address = f"/cases/{read.issue_case}/correct"
    answer = read.client.post(address, data={"form_token": token} | fields)
    assert answer.status_code == 422
    assert read.client.post(address, data={"intent": "question"}).status_code == 403
    with reading(read.engine) as tx:
        assert labels.after(tx, 0, 10) == []


def test_what_stands_already_is_refused_with_a_line(read: Desk) -> None:
    token = found(r'name="form_token" value="([^"]+)"', read.get("/queue"))
    address = f"/cases/{read.issue_case}/correct"
    answer = read.client.post(address, data={"form_token": token, "intent": "issue"})
    assert answer.status_code == 409
    assert "reads as issue already" in answer.text


def test_list_and_reasons_follow_what_was_said(read: Desk) -> None:
    address = f"/cases/{read.issue_case}"
    page = read.get(address)
    assert "<dd>anger 0.91</dd>" in page
    assert "issue 0.91 · negative" in page
    read.post(f"{address}/correct", sentiment="neutral")
    page = read.get(read.post(f"{address}/correct", intent="question"))
    assert "question, as corrected · neutral" in page
    assert "<dd>anger 0.91</dd>" not in page
    assert "reports a problem" not in page
    read.post(f"{address}/correct", undo="sentiment")
    assert "question, as corrected · negative" in read.get(address)
