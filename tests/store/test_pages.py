"""What the pages of the desk read, on each database."""

from datetime import timedelta

from store import cases, helpgraph, members, mentions, pages
from store.db import Connection
from store.mentions import NewMention
from store.pages import HelpGiven, Waiting
from store.records import ActOfHelp, CaseKind, CaseState, Evidence, NewCase
from tests.posts import MOMENT, a_post


def test_matches_of_all_queries_stand_together(tx: Connection) -> None:
    (saved,) = mentions.save_posts(tx, [a_post(text="acme and more acme")], "s", MOMENT)
    found = [
        NewMention(saved.id, "one", ((0, 4),), MOMENT),
        NewMention(saved.id, "two", ((14, 18),), MOMENT),
    ]
    mentions.add_mentions(tx, found)
    assert sorted(pages.matched(tx, [saved.id, 99])[saved.id]) == [(0, 4), (14, 18)]
    assert pages.matched(tx, []) == {}


def test_edits_are_counted(tx: Connection) -> None:
    for text in ("one", "two", "three"):
        (saved,) = mentions.save_posts(tx, [a_post(text=text)], "s", MOMENT)
    assert pages.edit_counts(tx, [saved.id]) == {saved.id: 2}


def test_what_follows_in_a_channel_is_oldest_first(tx: Connection) -> None:
    posts = [
        a_post(f"p{n}", f"{n}", channel="#help", at=MOMENT + timedelta(minutes=n)) for n in range(5)
    ]
    elsewhere = a_post("x", channel="#random", at=MOMENT + timedelta(minutes=2))
    mentions.save_posts(tx, [*reversed(posts), elsewhere], "s", MOMENT)
    since = MOMENT + timedelta(minutes=2)
    found = pages.following(tx, "discourse", "#help", since, limit=2)
    assert [one.post.text for one in found] == ["2", "3"]


def test_help_is_counted_in_its_time(tx: Connection) -> None:
    posts = [a_post(f"p{n}", author=f"u{n}") for n in range(3)]
    saved = mentions.save_posts(tx, posts, "s", MOMENT)
    stored = mentions.load(tx, [one.id for one in saved])
    helper, *helped = (stored[one.id] for one in saved)
    acts = [
        ActOfHelp(helper.id, helper.person_id, other.person_id, Evidence.THANKED, at)
        for other, at in zip(helped, (MOMENT, MOMENT + timedelta(days=40)), strict=True)
    ]
    helpgraph.save_acts(tx, acts)
    who = [helper.person_id, helped[0].person_id]
    assert pages.help_given(tx, who) == {helper.person_id: HelpGiven(2, 2)}
    until = MOMENT + timedelta(days=1)
    assert pages.help_given(tx, who, MOMENT, until) == {helper.person_id: HelpGiven(1, 1)}
    assert pages.help_given(tx, who, until=MOMENT) == {}


def test_waiting_cases_are_counted_by_who_has_them(tx: Connection) -> None:
    posts = [a_post(f"p{n}", author=f"u{n}") for n in range(5)]
    ids = [one.id for one in mentions.save_posts(tx, posts, "s", MOMENT)]
    stored = mentions.load(tx, ids).values()
    new = [
        NewCase(one.id, one.person_id, CaseKind.ISSUE, "issue", MOMENT, MOMENT) for one in stored
    ]
    opened = cases.open_cases(tx, new)
    for id_ in opened[:3]:
        cases.set_state(tx, id_, CaseState.OPEN, MOMENT)
    cases.set_state(tx, opened[3], CaseState.DONE, MOMENT)
    me, other = (members.add_member(tx, name, MOMENT) for name in ("Ann", "Bo"))
    cases.assign(tx, opened[0], me)
    cases.assign(tx, opened[1], other)
    assert pages.waiting(tx, me) == Waiting(open=3, mine=1, unassigned=1, new=1, done=1)


def test_what_a_list_can_be_narrowed_to_is_found_by_an_index(tx: Connection) -> None:
    assert pages.platforms(tx, 9) == pages.queries(tx, 9) == []
    posts = [a_post(f"p{n}", platform=name) for n, name in enumerate(("x", "reddit", "x"))]
    ids = [one.id for one in mentions.save_posts(tx, posts, "s", MOMENT)]
    new = [NewMention(one, name, (), MOMENT) for one in ids for name in ("b", "c", "a")]
    mentions.add_mentions(tx, new)
    assert pages.platforms(tx, 9) == ["reddit", "x"]
    assert pages.queries(tx, 9) == ["a", "b", "c"]
    assert pages.queries(tx, 2) == ["a", "b"]


def test_posts_are_counted(tx: Connection) -> None:
    assert pages.post_count(tx) == 0
    mentions.save_posts(tx, [a_post("a"), a_post("b")], "s", MOMENT)
    assert pages.post_count(tx) == 2
