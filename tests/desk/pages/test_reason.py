"""Which words moved a verdict, asked for on a case's page."""

import pytest

from desk.pages.listing import View
from desk.reason import TASKS
from store import analyses, burial, cases, mentions
from store.db import reading
from store.records import Analysis, Task
from tests.desk.conftest import NOW, Desk, found


def post_of(desk: Desk, case_id: int) -> int:
    """The post of a case."""
    with reading(desk.engine) as tx:
        case = cases.load(tx, case_id)
    assert case is not None
    return case.post_id


@pytest.fixture
def judged(desk: Desk) -> Desk:
    """The angry report with what the model read in it."""
    post = post_of(desk, desk.issue_case)
    rows = [
        Analysis(post, task, "m", label, 0.9, {})
        for task, label in ((Task.SENTIMENT, "negative"), (Task.LANGUAGE, "en"))
    ]
    with desk.engine.begin() as tx:
        analyses.save(tx, rows)
    return desk


def test_page_offers_each_verdict_that_can_be_asked_for(judged: Desk) -> None:
    page = judged.get(f"/cases/{judged.issue_case}?tab=done&words=nope")
    line = found(r"Which words moved it: (.*?)</p>", page)
    assert line.count("<a ") == 1
    assert f'href="/cases/{judged.issue_case}?tab=done&amp;words=sentiment#moved"' in line
    assert 'id="moved"' not in page


def test_words_are_marked_by_the_side_they_are_on(judged: Desk) -> None:
    page = judged.get(f"/cases/{judged.issue_case}?words=sentiment")
    assert "<details open><summary>What the model read" in page
    part = page.partition('<div class="moved"')[2].partition("</details>")[0]
    assert "<strong>negative</strong> 0.91" in part
    assert '<mark class="for">Acme</mark> <mark class="against">crashed.</mark>' in part
    assert "For it:" in part
    assert "Against it:" in part
    assert "<bdi>Acme</bdi>" in part
    assert "<script>alert" not in part


def test_verdict_that_no_word_moved_is_told(judged: Desk) -> None:
    page = judged.get(f"/cases/{judged.issue_case}?words=offensive")
    assert "no word of it moved that by itself" in page


def test_deleted_post_is_not_explained(judged: Desk) -> None:
    with judged.engine.begin() as tx:
        (stored,) = mentions.load(tx, [post_of(judged, judged.issue_case)]).values()
        burial.delete_post(tx, stored.post.platform, stored.post.platform_id, NOW, NOW)
    page = judged.get(f"/cases/{judged.issue_case}?words=sentiment")
    assert 'id="moved"' not in page
    assert "Which words moved it" not in page


def test_what_cannot_be_told_says_the_way_out(judged: Desk) -> None:
    page = judged.get(f"/cases/{judged.issue_case}?words=irony")
    assert '<p class="small" id="moved">models.hub: set it to null</p>' in page


def test_tasks_are_words_of_the_store_and_views_carry_them() -> None:
    assert set(TASKS) <= set(Task)
    assert View(tab="mine").with_words("irony") == "?tab=mine&words=irony"
