"""People: who they are, where, and what they want."""

from dataclasses import replace
from datetime import timedelta

from store import people
from store.db import Connection
from store.records import Author, Choice
from tests.posts import MOMENT, a_post
from tests.store.seeds import UNKNOWN, person, saved

_DAY = timedelta(days=1)


def test_person_is_what_all_their_accounts_say(tx: Connection) -> None:
    saved(
        tx,
        a_post("p1", author="ann", platform="x", is_staff=True),
        a_post("p2", author="ann_b", platform="reddit", at=MOMENT + _DAY),
        a_post("p3", author="ann_b", platform="reddit", at=MOMENT + 2 * _DAY),
    )
    ann, other = person(tx, "ann", "x"), person(tx, "ann_b", "reddit")
    people.join(tx, people.accounts(tx, other)[0].id, ann, "desk", "member", MOMENT)
    found = people.load(tx, [ann, other, UNKNOWN])
    assert set(found) == {ann}
    assert found[ann].handles == ("ann", "ann_b")
    assert found[ann].platforms == ("x", "reddit")
    assert found[ann].is_staff
    assert not found[ann].is_bot
    assert found[ann].first_seen_at == MOMENT
    assert found[ann].last_seen_at == MOMENT + 2 * _DAY
    assert found[ann].posts == 3
    assert people.find(tx, "reddit", "ann_b") == ann


def test_unknown_account_is_nobody(tx: Connection) -> None:
    assert people.find(tx, "x", "nobody") is None
    assert people.accounts(tx, UNKNOWN) == []


def test_newest_choice_counts(tx: Connection) -> None:
    ann = person(tx, "ann")
    assert people.choice(tx, ann) is None
    people.set_choice(tx, ann, Choice.PRIVATE, "desk", MOMENT)
    people.set_choice(tx, ann, Choice.NONE, "message", MOMENT + _DAY)
    assert people.choice(tx, ann) is Choice.NONE
    assert people.load(tx, [ann])[ann].choice is Choice.NONE


def test_newest_handle_is_shown(tx: Connection) -> None:
    for day, handle in ((0, "old"), (2, "new"), (1, "between")):
        post = a_post(f"p{day}", at=MOMENT + day * _DAY)
        saved(tx, replace(post, author=Author("u1", handle)))
    (account,) = people.accounts(tx, person(tx))
    assert account.handle == "new"
    assert (account.first_seen_at, account.last_seen_at) == (MOMENT, MOMENT + 2 * _DAY)


def test_newcomer_was_seen_nowhere_before(tx: Connection) -> None:
    saved(
        tx,
        a_post("p1", author="old"),
        a_post("p2", author="later", at=MOMENT + 3 * _DAY),
        a_post("p3", author="new", at=MOMENT + 2 * _DAY),
        a_post("p4", author="old2", at=MOMENT + 2 * _DAY),
    )
    old, second = person(tx, "old"), people.accounts(tx, person(tx, "old2"))[0].id
    people.join(tx, second, old, "desk", "member", MOMENT)
    since = MOMENT + _DAY
    assert people.newcomers(tx, since) == [person(tx, "new"), person(tx, "later")]


def test_posts_of_a_person_newest_first(tx: Connection) -> None:
    saved(tx, *(a_post(f"p{n}", at=MOMENT + n * _DAY) for n in range(3)), a_post("x", author="b"))
    found = people.posts_of(tx, person(tx), 2)
    assert [one.post.platform_id for one in found] == ["p2", "p1"]


def test_staff_is_marked_by_handle_in_any_case_and_stays(tx: Connection) -> None:
    saved(tx, a_post("p1", author="AcmeHelp"), a_post("p2", author="someone"))
    people.mark_staff(tx, ["@acmehelp"])
    saved(tx, a_post("p3", author="AcmeHelp"))
    assert people.accounts(tx, person(tx, "AcmeHelp"))[0].is_staff
    assert not people.accounts(tx, person(tx, "someone"))[0].is_staff


def test_flag_that_a_platform_gave_once_stays(tx: Connection) -> None:
    flagged = replace(a_post("p1").author, is_bot=True, is_staff=True, is_own=True)
    saved(tx, replace(a_post("p1"), author=flagged))
    saved(tx, a_post("p2", at=MOMENT + _DAY), a_post("p1"))
    found = people.load(tx, [person(tx)])[person(tx)]
    assert (found.is_bot, found.is_staff, found.is_own) == (True, True, True)


def test_handle_of_any_length_is_kept(tx: Connection) -> None:
    saved(tx, a_post(author="h" * 3_000))
    found = people.find(tx, "discourse", "h" * 3_000)
    assert found is not None
    assert people.accounts(tx, found)[0].handle == "h" * 3_000
