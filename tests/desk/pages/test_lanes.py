"""What is in doubt waits behind its own tab, with the reason, and is taken back from there."""

import pytest

from store import analyses, cases
from store.records import LIKE, SHARED, UNLIKE, Analysis, Lane, Task
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
    for line in ("About us, 0.21", "Unlike the description: pie", "Like the description: phone"):
        assert line in page
    assert "Like a post dismissed as not about us: “" in page
    assert "Like spam, 0.30: coins" in page
