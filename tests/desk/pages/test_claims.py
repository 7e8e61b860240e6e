"""Claims: an account that wrote another one's code waits for a member."""

import re
from datetime import timedelta

import pytest

from listener.claims import digest, new_code
from listener.match import Matcher
from listener.poll import keep
from store import audit, claims, identity, people
from store.db import reading
from tests.desk.conftest import NOW, Desk, a_post


@pytest.fixture
def code(desk: Desk) -> str:
    """A code that Leo was given."""
    made = new_code()
    with desk.engine.begin() as tx:
        (leo,) = identity.find(tx, "discourse", "leo")
        claims.issue(tx, digest(made), leo.id, NOW, NOW + timedelta(days=7))
    return made


def write(desk: Desk, author: str, code: str, hours: float) -> None:
    """Somebody writes the code on Mastodon."""
    post = a_post(f"m-{author}", author, code, hours=hours, platform="mastodon")
    with desk.engine.begin() as tx:
        keep(tx, [post], "m", Matcher({"brand": "nothing"}), NOW)


def waiting(desk: Desk) -> list[str]:
    """Where the forms of the page lead."""
    return re.findall(r'action="(/claims/\d+)"', desk.get("/claims"))


def platforms(desk: Desk) -> set[str]:
    """Where Leo is known."""
    with reading(desk.engine) as tx:
        (leo,) = identity.find(tx, "discourse", "leo")
        return {one.platform for one in people.accounts(tx, leo.person_id)}


def test_nothing_is_linked_until_a_member_says_so(desk: Desk, code: str) -> None:
    assert "claim waits" not in desk.get("/queue")
    assert "No claim waits." in desk.get("/claims")
    write(desk, "leo_m", code, 1)
    assert "1 claim waits" in desk.get("/queue")
    assert platforms(desk) == {"discourse"}
    (form,) = waiting(desk)
    where = desk.post(form, answer="same")
    assert "they are one person now" in desk.get(where)
    assert platforms(desk) == {"discourse", "mastodon"}
    assert waiting(desk) == []


def test_copied_code_is_told_and_the_copy_let_go(desk: Desk, code: str) -> None:
    write(desk, "thief", code, 1)
    assert "wrote this code" not in desk.get("/claims")
    write(desk, "leo_m", code, 2)
    page = desk.get("/claims")
    assert "2 accounts wrote this code: one may be a copy" in page
    assert page.index("leo_m") < page.index("thief"), "who wrote it first stands first"
    own, copy = waiting(desk)
    assert "Not linked." in desk.get(desk.post(copy, answer="other"))
    assert waiting(desk) == [own]
    with reading(desk.engine) as tx:
        (thief,) = identity.find(tx, "mastodon", "thief")
        assert [note.verb for note in audit.of(tx, "account", thief.id)] == ["refuse claim"]


@pytest.mark.parametrize("answer", ["same", "other"])
def test_second_answer_is_too_late(desk: Desk, code: str, answer: str) -> None:
    write(desk, "leo_m", code, 1)
    (form,) = waiting(desk)
    desk.post(form, answer="same")
    token = re.search(r'name="form_token" value="([^"]+)"', desk.get("/queue"))
    assert token is not None
    late = desk.client.post(form, data={"form_token": token[1], "answer": answer})
    assert late.status_code == 409
    assert "answered this already" in late.text
