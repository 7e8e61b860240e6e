"""What no request gets past."""

import pytest
from fastapi.testclient import TestClient

from desk.app import ROUTES, Door
from store import cases
from store.db import reading
from store.records import CaseState
from tests.desk.conftest import Desk, found


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for door, method, path, _ in ROUTES if door is Door.MEMBERS]
)
def test_signed_out_visitor_sees_how_to_get_a_link(
    client: TestClient, method: str, path: str
) -> None:
    answer = client.request(method, path.format(case_id=1, person_id=1, claimant_id=1))
    assert answer.status_code == 401
    assert "laurels desk --link" in answer.text


def test_every_answer_carries_the_security_headers(desk: Desk) -> None:
    for path in ("/queue", "/nope", "/healthz", "/static/desk.css", "/sign-in"):
        headers = desk.client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert desk.client.get("/queue").headers["cache-control"] == "no-store"


def test_no_page_holds_inline_script_or_style(desk: Desk) -> None:
    for path in (
        "/queue",
        f"/cases/{desk.help_case}",
        f"/people/{desk.leo}",
        "/said",
        "/claims",
        "/keys",
    ):
        page = desk.get(path)
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count("<script src=")


@pytest.mark.parametrize("token", ["", "wrong", "0.0"])
def test_form_without_the_right_token_changes_nothing(desk: Desk, token: str) -> None:
    fields = {"verb": "approve", "body": "hi", "form_token": token}
    answer = desk.client.post(f"/cases/{desk.help_case}/act", data=fields)
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert state(desk, desk.help_case) is CaseState.OPEN


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ],
)
def test_form_from_another_site_changes_nothing(desk: Desk, headers: dict[str, str]) -> None:
    token = found(r'name="form_token" value="([^"]+)"', desk.get("/queue"))
    answer = desk.client.post(
        f"/cases/{desk.help_case}/act",
        data={"verb": "approve", "body": "hi", "form_token": token},
        headers=headers,
    )
    assert answer.status_code == 403
    assert state(desk, desk.help_case) is CaseState.OPEN


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "same-origin"}, {"origin": "http://desk.test"}, {"origin": "null"}],
)
def test_form_of_this_desk_is_taken(desk: Desk, headers: dict[str, str]) -> None:
    desk.client.headers.update(headers)
    desk.post(f"/cases/{desk.help_case}/act", verb="approve", body="hi")
    assert state(desk, desk.help_case) is CaseState.DONE


def test_health_needs_no_sign_in(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"ok": True, "posts": 0}


def state(desk: Desk, case_id: int) -> CaseState:
    with reading(desk.engine) as tx:
        case = cases.load(tx, case_id)
    assert case is not None
    return case.state
