"""A person, the leaderboard, what was said, the keys, and pages that break."""

import pytest
from fastapi.testclient import TestClient

from desk.app import create_app
from desk.settings import DeskSettings
from rewards.review import Review
from store import audit, ledger, people
from store.db import reading
from store.records import Choice, LedgerEntry
from tests.desk.conftest import NOW, POLICY, THANKS, Desk


def test_person_is_shown_with_help_and_its_proof(desk: Desk) -> None:
    page = desk.get(f"/people/{desk.leo}")
    for said in ("thanked by mara", "Settings, then Export.", "Thank you Leo!", "Discourse"):
        assert said in page
    assert "<dt>points</dt><dd>10</dd>" in page
    assert "<dt>person helped</dt><dd>1</dd>" in page
    desk.get("/people/999", 404)
    desk.get(f"/people/{10**20}", 404)
    desk.get(f"/cases/{10**20}", 404)


def test_name_written_from_right_to_left_leaves_the_time_where_it_is(desk: Desk) -> None:
    line = "<bdi>thanked by mara</bdi> · <time"
    assert line in desk.get(f"/people/{desk.leo}")
    assert line in desk.get(f"/cases/{desk.help_case}")


@pytest.mark.parametrize("choice", list(Choice))
def test_choice_counts_at_once_and_is_noted(desk: Desk, choice: Choice) -> None:
    where = desk.post(f"/people/{desk.leo}/consent", choice=choice.value, origin="by mail")
    assert "The choice counts from now on." in desk.get(where)
    with reading(desk.engine) as tx:
        assert people.choice(tx, desk.leo) is choice
        assert [note.verb for note in audit.of(tx, "person", desk.leo)] == ["set consent"]


def test_leaderboard_of_the_month_with_ties(desk: Desk) -> None:
    with desk.engine.begin() as tx:
        ledger.add(tx, [LedgerEntry("e2", desk.mara, 10, "thanked", NOW)])
    page = desk.get("/leaderboard")
    assert "May 2026" in page
    assert page.count('<span class="rank">1') == 2
    assert "helped 1 person, once" in page
    assert "Points are given for help" in page
    assert 'href="/leaderboard?month=2026-04"' in page
    assert "month=2026-06" not in page


def test_leaderboard_leaves_out_who_wants_no_audience(desk: Desk) -> None:
    desk.post(f"/people/{desk.leo}/consent", choice="private")
    assert "leo" not in desk.get("/leaderboard")


@pytest.mark.parametrize("month", ["2026-13", "x", "2026-5", "٢٠٢٦-٠٥", "1999-01"])
def test_month_that_is_none(desk: Desk, month: str) -> None:
    desk.get(f"/leaderboard?month={month}", 404)


def test_empty_month_says_so(desk: Desk) -> None:
    page = desk.get("/leaderboard?month=2026-01")
    assert "No points in January 2026." in page
    assert 'href="/leaderboard?month=2025-12"' in page


def test_said_lists_the_rehearsal(desk: Desk) -> None:
    assert "Nothing said yet." in desk.get("/said")
    desk.post(f"/cases/{desk.help_case}/act", verb="approve", body=THANKS)
    page = desk.get("/said?state=pending")
    assert THANKS in page
    assert "Leaves" in page
    assert "Discourse forum.example" in page
    assert THANKS not in desk.get("/said?state=sent")
    assert THANKS in desk.get("/said?state=nonsense")


def test_keys_are_listed(desk: Desk) -> None:
    assert "<kbd>a</kbd></dt><dd>Approve</dd>" in desk.get("/keys")


def test_unknown_address_says_so(desk: Desk) -> None:
    assert "There is nothing at this address" in desk.get("/nope", 404)


def test_broken_page_says_what_was_kept(desk: Desk) -> None:
    def broken() -> object:
        raise RuntimeError("secret words")

    app = create_app(
        desk.engine,
        reviewer=Review(POLICY),
        policy=POLICY,
        settings=DeskSettings(),
        now=lambda: NOW,
        wall_clock=lambda: NOW,
    )
    app.add_api_route("/broken", broken)
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/broken")
    assert answer.status_code == 500
    assert "Nothing was changed" in answer.text
    assert "secret words" not in answer.text
    assert "content-security-policy" in answer.headers
