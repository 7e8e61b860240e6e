"""How the sources fare, for people and for machines."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from desk.app import create_app
from desk.settings import DeskSettings
from rewards.review import Review
from store import cursors, spending
from store.db import Engine
from store.spending import Usage
from tests.desk.conftest import NOW, POLICY, Desk


@pytest.fixture
def heard(engine: Engine) -> Engine:
    """One source that listens, one that fails, one that needs a person."""
    with engine.begin() as tx:
        cursors.put(tx, "hn", "17", NOW - timedelta(minutes=4), received=1_234, stored=56)
        retry_at = NOW + timedelta(minutes=9)
        for _ in range(4):
            cursors.fail(
                tx, "forum", "forum.example fails (HTTP 503)", NOW,
                permanent=False, retry_at=retry_at,
            )  # fmt: skip
        cursors.fail(tx, "reddit", "<b>the key</b> is wrong", NOW, permanent=True, retry_at=None)
        cursors.put(tx, "import:/tmp/x.jsonl", "9", NOW)
        spending.add(tx, "hn", NOW.date(), Usage(77, 1_500_000))
        cursors.leave_unread(tx, "hn", "acme, page 3", "limits.usd_per_day of $2", NOW)
        cursors.leave_unread(tx, "hn", "old", "long ago", NOW - timedelta(days=3))
    return engine


@pytest.mark.usefixtures("heard")
def test_sources_that_need_a_person_come_first(desk: Desk) -> None:
    page = desk.get("/sources")
    order = [page.index(word) for word in ("stopped", "failing", "listening")]
    assert order == sorted(order)
    for said in (
        "&lt;b&gt;the key&lt;/b&gt; is wrong",
        "1,234 received, 56 kept",
        "77 requests today",
        "$1.50 this month",
        "acme, page 3",
        "next try",
    ):
        assert said in page
    assert "long ago" not in page
    assert "import:" not in page


@pytest.mark.usefixtures("heard")
def test_what_was_left_unread_for_one_reason_stands_together(desk: Desk) -> None:
    with desk.engine.begin() as tx:
        for page in range(4, 10):
            what = f"acme, page {page}"
            cursors.leave_unread(tx, "hn", what, "limits.usd_per_day of $2", NOW)
    shown = desk.get("/sources")
    assert shown.count("limits.usd_per_day of $2") == 1
    assert "2 more</summary>" in shown
    assert shown.count("acme, page") == 7


def test_page_without_sources_says_what_to_do(desk: Desk) -> None:
    assert "laurels init" in desk.get("/sources")


def test_metrics_need_their_token(heard: Engine) -> None:
    def answer(token: str | None, shown: str) -> tuple[int, str]:
        app = create_app(
            heard,
            reviewer=Review(POLICY),
            policy=POLICY,
            settings=DeskSettings(),
            now=lambda: NOW,
            wall_clock=lambda: NOW,
            metrics_token=token,
        )
        with TestClient(app, base_url="http://desk.test") as client:
            got = client.get("/metrics", headers={"Authorization": f"Bearer {shown}"})
            return got.status_code, got.text

    assert answer(None, "")[0] == 404
    assert answer("right", "wrong")[0] == 401
    status, text = answer("right", "right")
    assert status == 200
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["laurels_source_state", "reddit", "stopped"] == 1
    assert found["laurels_source_state", "hn", "listening"] == 1
    assert found["laurels_source_received_total", "hn"] == 1_234
    assert found["laurels_source_failures", "forum"] == 4
    assert found["laurels_source_usd_month", "hn"] == 1.5
    assert ("laurels_source_failures", "import:/tmp/x.jsonl") not in found
