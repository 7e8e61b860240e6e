"""Accounts become one person's only by the rules, and what they did follows them."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from random import Random

import pytest
from sqlalchemy import text

from store import helpgraph, identity, ledger, mentions, people
from store.db import Connection
from store.identity import NotOnePerson
from store.records import ActOfHelp, Author, Choice, Deletion, Evidence, LedgerEntry, Post
from tests.posts import MOMENT, a_post


def said(id_: str, text: str, platform: str, author: Author) -> Post:
    """A post by that author."""
    return replace(a_post(id_, text, platform=platform), author=author)


def heard(tx: Connection, platform: str, handle: str, *posts: str, **flags: bool) -> int:
    """An account that wrote these posts; its row id."""
    author = Author(f"id-{handle}", handle, None, **flags)
    some = [said(f"{handle}-{text}", text, platform, author) for text in posts]
    mentions.save_posts(tx, some, "s", MOMENT)
    return account(tx, platform, handle)


def account(tx: Connection, platform: str, handle: str) -> int:
    """The row id of an account."""
    (found,) = identity.find(tx, platform, handle)
    return found.id


def person(tx: Connection, account_id: int) -> int:
    """Whose account it is."""
    return identity._person_of(tx, account_id)


def post_id(tx: Connection, platform: str, platform_id: str) -> int:
    """The row id of a post."""
    return mentions.by_platform_ids(tx, platform, [platform_id])[platform_id].id


def test_accounts_are_found_by_id_and_by_handle_in_any_case(tx: Connection) -> None:
    heard(tx, "reddit", "Ann", "hello")
    assert identity.find(tx, "reddit", "@ann")[0].handle == "Ann"
    assert identity.find(tx, "reddit", "id-Ann")[0].handle == "Ann"
    assert identity.find(tx, "x", "ann") == []


def test_joined_accounts_are_one_person_and_can_part_again(tx: Connection) -> None:
    one, other = heard(tx, "reddit", "ann", "a"), heard(tx, "mastodon", "ann_m", "b")
    kept = identity.join(tx, one, other, "confirmed: by mail", "eve", MOMENT)
    assert person(tx, one) == person(tx, other) == kept
    assert people.load(tx, [kept])[kept].handles == ("ann", "ann_m")
    alone = identity.part(tx, one, "eve", MOMENT)
    assert (person(tx, one), person(tx, other)) == (alone, kept)
    assert people.load(tx, [alone])[alone].name == "ann"
    lines = identity.history(tx, [one, other])
    assert [(line.origin, line.actor) for line in lines] == [
        ("confirmed: by mail", "eve"),
        ("unlinked", "eve"),
    ]
    with pytest.raises(NotOnePerson, match="linked to no other"):
        identity.part(tx, one, "eve", MOMENT)


@pytest.mark.parametrize(
    ("platform", "handle", "flags", "rule"),
    [
        ("reddit", "ben", {}, "two accounts of reddit"),
        ("mastodon", "robot", {"is_bot": True}, "one is a program"),
        ("mastodon", "acme", {"is_own": True}, "the organisation's own"),
    ],
)
def test_rule_forbids_and_nothing_changes(
    tx: Connection, platform: str, handle: str, flags: dict[str, bool], rule: str
) -> None:
    one, other = heard(tx, "reddit", "ann", "a"), heard(tx, platform, handle, "b", **flags)
    before = person(tx, one), person(tx, other)
    with pytest.raises(NotOnePerson, match=rule):
        identity.join(tx, one, other, "confirmed", "eve", MOMENT)
    assert (person(tx, one), person(tx, other)) == before


def test_rules_look_at_all_accounts_of_both(tx: Connection) -> None:
    reddit, mastodon = heard(tx, "reddit", "ann", "a"), heard(tx, "mastodon", "ann_m", "b")
    other, bluesky = heard(tx, "reddit", "ben", "c"), heard(tx, "bluesky", "ben_b", "d")
    identity.join(tx, mastodon, reddit, "confirmed", "eve", MOMENT)
    identity.join(tx, bluesky, other, "confirmed", "eve", MOMENT)
    with pytest.raises(NotOnePerson, match="two accounts of reddit"):
        identity.join(tx, mastodon, bluesky, "confirmed", "eve", MOMENT)
    with pytest.raises(NotOnePerson, match="already"):
        identity.join(tx, mastodon, reddit, "confirmed", "eve", MOMENT)


def test_rule_that_is_broken_after_the_link_is_told_and_nothing_is_parted(tx: Connection) -> None:
    one, other = heard(tx, "reddit", "ann", "a"), heard(tx, "mastodon", "ann_m", "b")
    kept = identity.join(tx, one, other, "confirmed", "eve", MOMENT)
    assert identity.broken_rule(people.accounts(tx, kept)) is None
    heard(tx, "mastodon", "ann_m", "beep", is_bot=True)
    told = identity.broken_rule(people.accounts(tx, kept))
    assert told == "one is a program and one is not"
    assert person(tx, one) == person(tx, other) == kept


def test_origin_is_kept_whole(tx: Connection) -> None:
    one, other = heard(tx, "reddit", "ann", "a"), heard(tx, "mastodon", "ann_m", "b")
    origin = f"proved by mastodon:{'https://example.social/statuses/1' * 4}"
    identity.join(tx, one, other, origin, "eve", MOMENT)
    assert [line.origin for line in identity.history(tx, [one])] == [origin]


def test_nobody_is_never_linked(tx: Connection) -> None:
    gone = said("g", "x", "reddit", Author("[deleted]", "[deleted]"))
    mentions.save_posts(tx, [gone], "s", MOMENT)
    ann = heard(tx, "mastodon", "ann", "a")
    with pytest.raises(NotOnePerson, match="nobody"):
        identity.join(tx, account(tx, "reddit", "[deleted]"), ann, "confirmed", "eve", MOMENT)


@pytest.mark.parametrize(
    ("moved", "here", "then"),
    [
        (Choice.NONE, Choice.PUBLIC, Choice.NONE),
        (Choice.PUBLIC, Choice.NONE, Choice.NONE),
        (Choice.PRIVATE, None, Choice.PRIVATE),
        (None, Choice.PUBLIC, Choice.PUBLIC),
    ],
)
def test_stricter_wish_counts_and_outlives_parting(
    tx: Connection, moved: Choice | None, here: Choice | None, then: Choice
) -> None:
    one, other = heard(tx, "reddit", "ann", "a"), heard(tx, "mastodon", "ann_m", "b")
    for held, choice in ((one, moved), (other, here)):
        if choice is not None:
            people.set_choice(tx, person(tx, held), choice, "by mail", MOMENT)
    later = MOMENT + timedelta(hours=1)
    kept = identity.join(tx, one, other, "confirmed", "eve", later)
    assert people.choice(tx, kept) is then
    assert people.choice(tx, identity.part(tx, one, "eve", later)) is then


def helping(tx: Connection, helper: Post, asker: Post, points: int) -> int:
    """An act of help between two stored posts that earned points; the helper's account."""
    answer = mentions.by_platform_ids(tx, helper.platform, [helper.platform_id])[helper.platform_id]
    asked = mentions.by_platform_ids(tx, asker.platform, [asker.platform_id])[asker.platform_id]
    act = ActOfHelp(
        answer.id, answer.person_id, asked.person_id, Evidence.THANKED, MOMENT,
        asked_post_id=asked.id,
    )  # fmt: skip
    helpgraph.save_acts(tx, [act])
    (stored,) = helpgraph.acts_on(tx, [answer.id])
    key = f"e{stored.id}"
    ledger.add(tx, [LedgerEntry(key, answer.person_id, points, "thanked", MOMENT, stored.id)])
    return answer.account_id


def test_points_and_acts_follow_the_account_there_and_back(tx: Connection) -> None:
    answer = said("1", "try this", "reddit", Author("a", "ann"))
    question = said("0", "how?", "reddit", Author("z", "zed"))
    mentions.save_posts(tx, [question, answer], "s", MOMENT)
    one = helping(tx, answer, question, 10)
    other = heard(tx, "mastodon", "ann_m", "hi")
    first = person(tx, one)
    kept = identity.join(tx, one, other, "confirmed", "eve", MOMENT)
    assert (ledger.balance(tx, first), ledger.balance(tx, kept)) == (0, 10)
    assert [act.act.helper_id for act in helpgraph.acts(tx)] == [kept]
    window = MOMENT - timedelta(days=1), MOMENT + timedelta(days=1)
    assert ledger.totals(tx, *window)[kept] == 10
    alone = identity.part(tx, one, "eve", MOMENT)
    assert (ledger.balance(tx, kept), ledger.balance(tx, alone)) == (0, 10)
    again = identity.join(tx, one, other, "confirmed", "eve", MOMENT + timedelta(days=1))
    assert ledger.balance(tx, again) == 10


def test_help_for_an_account_of_ones_own_earns_nothing(tx: Connection) -> None:
    answer = said("1", "try this", "reddit", Author("a", "ann"))
    question = said("0", "how?", "mastodon", Author("m", "ann_m"))
    mentions.save_posts(tx, [question, answer], "s", MOMENT)
    one = helping(tx, answer, question, 10)
    other = account(tx, "mastodon", "ann_m")
    kept = identity.join(tx, one, other, "confirmed", "eve", MOMENT + timedelta(hours=1))
    assert ledger.balance(tx, kept) == 0


def everybody(tx: Connection) -> list[int]:
    """Three accounts on three platforms, each of which helped each other one."""
    names = {"reddit": "ann", "mastodon": "ben", "bluesky": "cat"}
    for points, (one, other) in enumerate(permutations(names, 2), start=1):
        question = said(f"q{points}", "how?", other, Author(names[other], names[other]))
        answer = said(f"a{points}", "try this", one, Author(names[one], names[one]))
        mentions.save_posts(tx, [question, answer], "s", MOMENT)
        helping(tx, answer, question, points)
    return [account(tx, platform, handle) for platform, handle in names.items()]


def standing(tx: Connection, held: list[int]) -> Counter[int]:
    """The points of the persons of these accounts."""
    return Counter({one: ledger.balance(tx, one) for one in {person(tx, each) for each in held}})


def whose(tx: Connection) -> list[tuple[int, int]]:
    """Who helped whom, of each act by its number."""
    found = sorted(helpgraph.acts(tx), key=lambda each: each.id)
    return [(each.act.helper_id, each.act.helped_id) for each in found]


def owners(tx: Connection, held: list[int]) -> list[tuple[int, int]]:
    """Who helped whom, by who owns the accounts of the posts."""
    return [(person(tx, one), person(tx, other)) for one, other in permutations(held, 2)]


def test_help_for_an_account_linked_by_mistake_counts_again(tx: Connection) -> None:
    held = everybody(tx)
    before = [ledger.balance(tx, person(tx, one)) for one in held]
    month = MOMENT - timedelta(days=1), MOMENT + timedelta(days=1)
    for turn in range(3):
        at = MOMENT + timedelta(days=60 * turn)
        identity.join(tx, held[0], held[1], "by mistake", "eve", at)
        assert sum(standing(tx, held).values()) == sum(before) - 1 - 3
        identity.part(tx, held[turn % 2], "eve", at)
        assert [ledger.balance(tx, person(tx, one)) for one in held] == before
        assert [ledger.totals(tx, *month)[person(tx, one)] for one in held] == before
        assert whose(tx) == owners(tx, held)


@pytest.mark.parametrize("seed", range(8))
def test_joining_and_parting_at_random_leaves_what_everybody_had(tx: Connection, seed: int) -> None:
    held, chance = everybody(tx), Random(seed)
    before = [ledger.balance(tx, person(tx, one)) for one in held]
    worth = range(1, 7)
    for _ in range(24):
        try:
            if chance.random() < 0.5:
                one, other = chance.sample(held, 2)
                identity.join(tx, one, other, "at random", "eve", MOMENT)
            else:
                identity.part(tx, chance.choice(held), "eve", MOMENT)
        except NotOnePerson:
            continue
        now = owners(tx, held)
        theirs = Counter[int]()
        for points, (helper, helped) in zip(worth, now, strict=True):
            theirs[helper] += points if helper != helped else 0
        assert standing(tx, held) == theirs
        apart = [(was, is_) for was, is_ in zip(whose(tx), now, strict=True) if is_[0] != is_[1]]
        assert all(was == is_ for was, is_ in apart)
    for one in held:
        if sum(person(tx, one) == person(tx, each) for each in held) > 1:
            identity.part(tx, one, "eve", MOMENT)
    assert [ledger.balance(tx, person(tx, one)) for one in held] == before
    assert whose(tx) == owners(tx, held)


@pytest.mark.parametrize("gone", ["ann", "ann_m", "ann_x"])
def test_erased_person_is_named_nowhere_in_what_was_written_down(tx: Connection, gone: str) -> None:
    reddit, mastodon = heard(tx, "reddit", "ann", "a"), heard(tx, "mastodon", "ann_m", "b")
    x = heard(tx, "x", "ann_x", "c")
    heard(tx, "x", "zed", "d")
    other = heard(tx, "reddit", "zed_r", "e")
    for one, to in ((reddit, mastodon), (mastodon, x)):
        identity.join(tx, one, to, "confirmed: ann, ann_m and ann_x told us", "eve", MOMENT)
    identity.part(tx, reddit, "eve", MOMENT)
    identity.join(tx, other, account(tx, "x", "zed"), "confirmed: zed told us", "eve", MOMENT)
    people.set_choice(tx, person(tx, x), Choice.NONE, "eve: ann_x wrote a mail", MOMENT)
    platform = {"ann": "reddit", "ann_m": "mastodon", "ann_x": "x"}[gone]
    deletion = Deletion(platform, MOMENT, "request", author_id=f"id-{gone}")
    mentions.carry_out(tx, [deletion], MOMENT)
    written = [
        str(row)
        for table in ("link", "consent", "audit")
        for row in tx.execute(text(f"SELECT * FROM {table}"))
    ]
    assert not [line for line in written if "ann" in line]
    assert "confirmed: zed told us" in [line.origin for line in identity.history(tx, [other])]
