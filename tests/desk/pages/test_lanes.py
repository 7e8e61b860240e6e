"""What is in doubt waits behind its own tab, with the reason, and is taken back from there."""

import pytest

from store import analyses, cases
from store.records import LIKE, SHARED, UNLIKE, Analysis, CaseKind, Lane, Task
from tests.desk.conftest import Desk
from tests.desk.pages.test_queue import items


def put(desk: Desk, lane: Lane) -> None:
    """The issue waits in that lane."""
    with desk.engine.begin() as tx:
        cases.set_lane(tx, desk.issue_case, lane)


@pytest.mark.parametrize(
    ("lane", "tab", "label", "empty"),
    [
        (Lane.UNSURE, "unsure", "Unsure", "Nothing is in doubt."),
        (Lane.SPAM, "spam", "Spam", "No spam."),
    ],
)
def test_lane_has_a_tab_with_a_count_and_a_key(
    desk: Desk, lane: Lane, tab: str, label: str, empty: str
) -> None:
    assert empty in desk.get(f"/queue?tab={tab}")
    put(desk, lane)
    page = desk.get("/queue")
    assert items(page) == [desk.help_case]
    assert f">{label} <span>1</span>" in page
    assert ">Open <span>1</span>" in page
    assert 'data-go="' + {"unsure": "u", "spam": "x"}[tab] + '"' in page
    assert items(desk.get(f"/queue?tab={tab}")) == [desk.issue_case]


@pytest.mark.parametrize(("lane", "says"), [(Lane.UNSURE, "About us"), (Lane.SPAM, "Not spam")])
def test_person_takes_a_case_back(desk: Desk, lane: Lane, says: str) -> None:
    put(desk, lane)
    assert 'value="admit" data-key="b"' in desk.get(f"/cases/{desk.issue_case}")
    assert says in desk.get(f"/cases/{desk.issue_case}")
    assert "did=admitted" in desk.post(f"/cases/{desk.issue_case}/act", verb="admit")
    assert desk.issue_case in items(desk.get("/queue"))
    assert 'value="admit"' not in desk.get(f"/cases/{desk.issue_case}")


@pytest.mark.parametrize(("lane", "tab"), [(Lane.UNSURE, "unsure"), (Lane.SPAM, "spam")])
def test_case_taken_back_can_be_put_where_it_was(desk: Desk, lane: Lane, tab: str) -> None:
    put(desk, lane)
    page = desk.get(desk.post(f"/cases/{desk.issue_case}/act", verb="admit", tab=tab))
    undo = f'action="/cases/{desk.issue_case}/undo"'
    assert undo in page
    assert f'<a href="/cases/{desk.issue_case}">Open it</a>' in page
    case = desk.get(f"/cases/{desk.issue_case}")
    said = {Lane.UNSURE: "about us", Lane.SPAM: "not spam"}[lane]
    assert f"<bdi>Ann</bdi> overruled the judgement: {said}" in case
    assert undo in case
    back = desk.post(f"/cases/{desk.issue_case}/undo", tab=tab)
    assert "Undone: the case waits where it was." in desk.get(back)
    assert items(desk.get(f"/queue?tab={tab}")) == [desk.issue_case]
    assert undo not in desk.get(f"/cases/{desk.issue_case}")


@pytest.mark.parametrize(
    ("lane", "tab", "name", "admit"),
    [
        (Lane.UNSURE, "unsure", "NOT_ABOUT_US", "About us"),
        (Lane.SPAM, "spam", "SPAM", "Not spam"),
    ],
)
def test_what_the_lane_doubts_is_asked_first(
    desk: Desk, lane: Lane, tab: str, name: str, admit: str
) -> None:
    put(desk, lane)
    page = desk.get(f"/queue?tab={tab}")
    assert f'class="main" name="dismiss" value="{name}" data-key="n"' in page
    assert page.index('data-key="n"') < page.index(admit + " <kbd>") < page.index('value="approve"')
    assert page.count('class="main"') == 1
    assert f'value="{name}" data-digit="1"' in page
    assert 'value="NOT_FOR_US" data-digit="1"' in desk.get(f"/cases/{desk.help_case}")


@pytest.mark.parametrize(("lane", "tab"), [(Lane.UNSURE, "unsure"), (Lane.SPAM, "spam")])
def test_no_clock_runs_before_a_person_says_that_it_is_for_us(
    desk: Desk, lane: Lane, tab: str
) -> None:
    assert "1 h left" in desk.get("/queue")
    put(desk, lane)
    assert "1 h left" not in desk.get(f"/queue?tab={tab}")
    desk.post(f"/cases/{desk.issue_case}/act", verb="admit", tab=tab)
    assert "8 h left" in desk.get("/queue")


def test_spam_is_called_spam(desk: Desk) -> None:
    with desk.engine.begin() as tx:
        cases.set_kind(tx, desk.issue_case, CaseKind.CONDUCT, "looks like spam, 0.97: coins")
        row = cases.load(tx, desk.issue_case)
        assert row is not None
        scores = {"spam": 0.97, "coins": 1.0}
        analyses.save(tx, [Analysis(row.post_id, Task.SPAM, "t", "spam", 0.97, scores)])
    put(desk, Lane.SPAM)
    page = desk.get("/queue?tab=spam")
    assert ">Conduct</span>" not in page
    assert '<span class="kind kind-spam">Spam</span>' in page
    assert "looks like spam" not in page
    assert page.count("97 % likely spam: coins") == 2  # once in the row, once in the case
    desk.post(f"/cases/{desk.issue_case}/act", verb="admit", tab="spam")
    assert '<span class="kind kind-question">' in desk.get(f"/cases/{desk.issue_case}")


@pytest.mark.parametrize(
    ("scores", "line"),
    [
        ({"relevance": 0.05, f"{LIKE}1": 0.0}, "5 % likely about us: like a post that was"),
        ({"relevance": 0.3, f"{UNLIKE}pie": 0.0, f"{LIKE}1": 1.0}, "us: unlike the description: p"),
        ({"relevance": 0.001}, "under 1 % likely about us<"),
    ],
)
def test_row_of_the_unsure_says_why_it_is_there(
    desk: Desk, scores: dict[str, float], line: str
) -> None:
    with desk.engine.begin() as tx:
        row = cases.load(tx, desk.issue_case)
        assert row is not None
        analyses.save(tx, [Analysis(row.post_id, Task.RELEVANCE, "t", "other", 0.9, scores)])
    put(desk, Lane.UNSURE)
    page = desk.get("/queue?tab=unsure")
    assert line in page.partition(f'id="item-{desk.issue_case}"')[2].partition("</li>")[0]


def test_dismissed_as_not_about_us(desk: Desk) -> None:
    put(desk, Lane.UNSURE)
    desk.post(f"/cases/{desk.issue_case}/act", dismiss="NOT_ABOUT_US", tab="unsure")
    assert items(desk.get("/queue?tab=unsure")) == []
    assert items(desk.get("/queue?tab=dismissed")) == [desk.issue_case]


def test_case_says_why_it_is_in_doubt(desk: Desk) -> None:
    put(desk, Lane.UNSURE)
    with desk.engine.begin() as tx:
        row, other = cases.load(tx, desk.issue_case), cases.load(tx, desk.help_case)
        assert row is not None
        assert other is not None
        scores = {"relevance": 0.21, f"{UNLIKE}pie": 0.0, f"{SHARED}phone": 1.0}
        scores[f"{LIKE}{other.post_id}"] = 0.0
        found = Analysis(row.post_id, Task.RELEVANCE, "t", "something else", 0.79, scores)
        spam = Analysis(row.post_id, Task.SPAM, "t", "clean", 0.3, {"spam": 0.3, "coins": 1.0})
        analyses.save(tx, [found, spam])
    page = desk.get(f"/cases/{desk.issue_case}")
    why = page.partition("Why it is here</h2>")[2].partition("The conversation")[0]
    lines = (
        "<strong>21 % likely about us</strong>",
        "Like a post dismissed as not about us: “",
        "Unlike the description: pie",
        "Like the description: phone",
        "30 % likely spam: coins",
        "Otherwise it would be here for: issue 0.91",
    )
    at = [why.index(line) for line in lines]
    assert at == sorted(at)
    assert why.count("likely about us") == 1
