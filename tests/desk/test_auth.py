"""Coming in and going out."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from desk.app import create_app
from desk.auth import NoEntry, form_token, is_form_token, new_link, sign_in, visitor_of
from desk.settings import DeskSettings
from rewards.review import Review
from store import members
from store.db import Engine
from tests.desk.conftest import NOW, POLICY, Desk


def test_first_link_asks_for_a_name_and_lets_one_person_in(
    engine: Engine, client: TestClient
) -> None:
    with engine.begin() as tx:
        link = new_link(tx, NOW)
    assert "What is your name?" in client.get(f"/sign-in/{link}").text
    entered = client.post(f"/sign-in/{link}", data={"name": "  Ann \n Reyes "})
    assert (entered.status_code, entered.headers["location"]) == (303, "/queue")
    assert "Ann Reyes" in client.get("/queue").text
    again = client.post(f"/sign-in/{link}", data={"name": "Eve"})
    assert again.status_code == 403
    assert "used already" in again.text
    with engine.begin() as tx:
        assert [member.name for member in members.members(tx)] == ["Ann Reyes"]


def test_looking_at_a_link_does_not_spend_it(engine: Engine, client: TestClient) -> None:
    with engine.begin() as tx:
        link = new_link(tx, NOW)
    for _ in range(3):
        assert client.get(f"/sign-in/{link}").status_code == 200
    assert client.post(f"/sign-in/{link}", data={"name": "Ann"}).status_code == 303


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u202e", "x" * 81])
def test_bad_name_keeps_the_link(engine: Engine, client: TestClient, name: str) -> None:
    with engine.begin() as tx:
        link = new_link(tx, NOW)
    assert client.post(f"/sign-in/{link}", data={"name": name}).status_code == 422
    assert client.post(f"/sign-in/{link}", data={"name": "Ann"}).status_code == 303


def test_wrong_first_link_lets_nobody_in(engine: Engine, client: TestClient) -> None:
    assert client.post("/sign-in/guess", data={"name": "Eve"}).status_code == 403
    with engine.begin() as tx:
        new_link(tx, NOW)
    assert client.post("/sign-in/guess", data={"name": "Eve"}).status_code == 403
    with engine.begin() as tx:
        assert not members.first_member_exists(tx)


def test_links_and_sessions_run_out(engine: Engine) -> None:
    with engine.begin() as tx:
        old = new_link(tx, NOW)
        with pytest.raises(NoEntry):
            sign_in(tx, old, "Ann", NOW + timedelta(hours=25), 30)
        session = sign_in(tx, new_link(tx, NOW), "Ann", NOW, 30)
        assert visitor_of(tx, session, NOW + timedelta(days=29))
        assert visitor_of(tx, session, NOW + timedelta(days=31)) is None


def test_later_link_is_for_a_member(engine: Engine) -> None:
    with engine.begin() as tx:
        sign_in(tx, new_link(tx, NOW), "Ann", NOW, 30)
        back = sign_in(tx, new_link(tx, NOW), "ignored", NOW, 30)
        other = sign_in(tx, new_link(tx, NOW, "Bo"), "", NOW, 30)
        names = [visitor_of(tx, session, NOW) for session in (back, other)]
        assert [one.name for one in names if one] == ["Ann", "Bo"]
        with pytest.raises(NoEntry, match="Ann, Bo"):
            new_link(tx, NOW)


def test_only_hashes_are_kept(engine: Engine, client: TestClient) -> None:
    with engine.begin() as tx:
        link = new_link(tx, NOW)
    client.post(f"/sign-in/{link}", data={"name": "Ann"})
    session = client.cookies["laurels_session"]
    with engine.connect() as tx:
        dump = "\n".join(tx.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert link not in dump
    assert session not in dump


def test_session_cookie_is_kept_from_scripts_and_other_sites(
    engine: Engine, client: TestClient
) -> None:
    with engine.begin() as tx:
        link = new_link(tx, NOW)
    cookie = client.post(f"/sign-in/{link}", data={"name": "Ann"}).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_session_cookie_is_secure_over_https(engine: Engine, client: TestClient) -> None:
    with engine.begin() as tx:
        link = new_link(tx, NOW)
    entered = client.post(f"https://desk.test/sign-in/{link}", data={"name": "Ann"})
    assert "Secure" in entered.headers["set-cookie"]


def test_sign_out_ends_the_session(desk: Desk) -> None:
    session = desk.client.cookies["laurels_session"]
    assert desk.post("/sign-out") == "/sign-in"
    desk.client.cookies.set("laurels_session", session)
    assert desk.client.get("/queue").status_code == 401


def test_form_token_fits_its_own_session_only() -> None:
    token = form_token("session")
    assert is_form_token("session", token)
    assert not is_form_token("other", token)
    assert form_token("session") != token
    for wrong in ("", ".", token[:-1], "é.é"):
        assert not is_form_token("session", wrong)


def test_replayed_time_does_not_keep_a_session_open(desk: Desk) -> None:
    app = create_app(
        desk.engine,
        reviewer=Review(POLICY),
        policy=POLICY,
        settings=DeskSettings(),
        now=lambda: NOW,
        wall_clock=lambda: NOW + timedelta(days=31),
    )
    cookies = {"laurels_session": desk.client.cookies["laurels_session"]}
    assert TestClient(app, cookies=cookies).get("/queue").status_code == 401
