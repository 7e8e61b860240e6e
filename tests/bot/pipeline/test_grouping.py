"""A copied text is one case, whoever copies it; thanks are each person's own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from threading import Thread

import pytest

from bot.pipeline.grouping import DAYS
from bot.pipeline.understand import understand
from rewards.policy import Policy
from store import audit, cases, copies, mentions
from store.burial import carry_out
from store.cases import CaseRow
from store.db import Engine, reading
from store.mentions import NewMention
from store.records import CaseKind, CaseState, Deletion, Kind, Lane, Post
from tests.fakes import judges
from tests.posts import MOMENT, a_post

POLICY = Policy(own_handles=("acme",))
BROKEN = (
    "the sync of my playlists is broken since the update of last night, every song is greyed out "
    "and logging in again does not help"
)
LATER = MOMENT + timedelta(hours=1)


def hear(engine: Engine, *posts: Post) -> list[int]:
    """Save the posts, each a mention, and understand them; the ids."""
    with engine.begin() as tx:
        ids = [one.id for one in mentions.save_posts(tx, posts, "test", MOMENT)]
        mentions.add_mentions(tx, [NewMention(one, "brand", (), MOMENT) for one in ids])
    understand(engine, judges(), POLICY, lambda: MOMENT)
    return ids


def grouped(engine: Engine) -> list[tuple[int, list[int]]]:
    """The first post of each case with the posts that joined it."""
    with reading(engine) as tx:
        rows = cases.of_posts(tx, range(1, 50))
        return [(one.post_id, [copy.id for copy in copies.of_case(tx, one.id, 50)]) for one in rows]


def the_case(engine: Engine) -> CaseRow:
    """The only case there is."""
    with reading(engine) as tx:
        (row,) = cases.of_posts(tx, range(1, 50))
    return row


def told(number: int, text: str = BROKEN, author: str = "", **changes: object) -> Post:
    """A post of an author of its own, an hour after the one before."""
    at = MOMENT + timedelta(minutes=number)
    made = a_post(str(number), text, author=author or f"u{number}", at=at)
    return replace(made, **changes)  # type: ignore[arg-type]  # any field of a post


def test_copied_text_is_one_case(engine: Engine) -> None:
    hear(
        engine,
        told(1),
        told(2, f"RT @u1: {BROKEN} 😭 https://t.co/abc"),
        told(3, f"Hi guys, {BROKEN.upper()}", platform="mastodon"),
        told(5, BROKEN.replace("playlists", "albums")),
        told(4, "the export of invoices is broken, it ends with a blank page on every device"),
    )
    assert grouped(engine) == [(1, [2, 3]), (4, []), (5, [])]


def test_copy_joins_the_case_that_an_earlier_batch_opened(engine: Engine) -> None:
    hear(engine, told(1))
    hear(engine, told(2))
    assert grouped(engine) == [(1, [2])]


@pytest.mark.parametrize("state", [CaseState.DONE, CaseState.DISMISSED])
def test_copy_of_what_was_dealt_with_opens_nothing(engine: Engine, state: CaseState) -> None:
    hear(engine, told(1))
    with engine.begin() as tx:
        cases.set_state(tx, 1, state, LATER)
    hear(engine, told(2))
    assert grouped(engine) == [(1, [2])]
    assert the_case(engine).state is state


def test_text_said_again_much_later_is_said_anew(engine: Engine) -> None:
    late = MOMENT + DAYS + timedelta(hours=1)
    hear(engine, told(1), told(2, created_at=late))
    assert grouped(engine) == [(1, []), (2, [])]


@pytest.mark.parametrize("year", [1, 9999])
def test_impossible_moment_stops_nobody(engine: Engine, year: int) -> None:
    strange = MOMENT.replace(year=year, month=1 if year == 1 else 12, day=1 if year == 1 else 31)
    hear(engine, told(1), told(2, created_at=strange), told(3))
    assert (1, [3]) in grouped(engine)


@pytest.mark.parametrize(
    "text",
    ["it is broken", "same here, broken", "+1 this is broken for me too", "broken again!!! 😭"],
)
def test_short_text_of_different_people_is_not_grouped(engine: Engine, text: str) -> None:
    hear(engine, told(1, text), told(2, text, platform="mastodon"))
    assert grouped(engine) == [(1, []), (2, [])]


@pytest.mark.parametrize("other", [{"platform": "mastodon"}, {"channel": "elsewhere"}])
def test_one_authors_cross_post_is_one_case(engine: Engine, other: dict[str, str]) -> None:
    text = "checkout is broken again"
    hear(engine, told(1, text, "ann"), told(2, text, "ann", **other))
    assert grouped(engine) == [(1, [2])]


def test_one_authors_few_words_said_again_in_one_place_stay_two_cases(engine: Engine) -> None:
    text = "checkout is broken again"
    hear(engine, told(1, text, "ann"), told(2, text, "ann"))
    assert grouped(engine) == [(1, []), (2, [])]


def test_one_authors_link_shared_in_two_places_is_one_case(engine: Engine) -> None:
    link = "https://blog.example.org/why-sync-fails"
    posts = [
        told(1, f"why sync is broken: {link}", "ann"),
        told(2, f"I wrote down what is broken here {link}?utm", "bea", channel="b"),
        told(3, f"everything about this is broken, {link}.", "ann", channel="c"),
        told(4, f"sync is broken {link}", "cid", channel="d"),
    ]
    hear(engine, *posts)
    assert grouped(engine) == [(1, [3]), (2, []), (4, [])]


def test_thanks_and_praise_are_each_persons_own(engine: Engine) -> None:
    love = "I love how fast the new search of acme finds every song that I have ever listened to"
    hear(engine, told(1, love), told(2, love))
    assert grouped(engine) == [(1, []), (2, [])]
    with reading(engine) as tx:
        kinds = {one.kind for one in cases.of_posts(tx, [1, 2])}
    assert kinds == {CaseKind.PRAISE}


def test_copied_giveaway_is_one_case_though_it_sounds_like_praise(engine: Engine) -> None:
    text = (
        "we love giveaways! follow us and retweet this post to win one of our free tickets tonight"
    )
    hear(engine, told(1, text), told(2, text))
    assert grouped(engine) == [(1, [2])]
    assert (the_case(engine).kind, the_case(engine).lane) == (CaseKind.PRAISE, Lane.SPAM)


def test_cases_of_different_kinds_stay_apart(engine: Engine) -> None:
    hear(engine, told(1), told(2, f"{BROKEN} jerk"))
    assert grouped(engine) == [(1, []), (2, [])]


@pytest.mark.parametrize(
    ("lane", "expected"), [(Lane.MAIN, [(1, [2])]), (Lane.UNSURE, [(1, []), (2, [])])]
)
def test_what_belongs_in_the_queue_joins_nothing_that_waits_aside(
    engine: Engine, lane: Lane, expected: list[tuple[int, list[int]]]
) -> None:
    hear(engine, told(1))
    with engine.begin() as tx:
        cases.set_lane(tx, 1, lane)
    hear(engine, told(2))
    assert grouped(engine) == expected


def test_understanding_again_changes_nothing(engine: Engine) -> None:
    posts = [told(1), told(2), told(3)]
    hear(engine, *posts)
    for score in (1, 2):
        hear(engine, *(replace(one, score=score) for one in posts))
    with engine.begin() as tx:
        for one in posts:
            mentions.save_posts(tx, [replace(one, thread_id="t")], "test", MOMENT)
    understand(engine, judges(), POLICY, lambda: MOMENT)
    assert grouped(engine) == [(1, [2, 3])]


def test_copy_that_says_something_else_now_has_its_own_case(engine: Engine) -> None:
    hear(engine, told(1), told(2))
    other = "never mind the songs, now the whole login page is broken and shows a blank window"
    hear(engine, told(2, other, edited_at=LATER))
    assert grouped(engine) == [(1, []), (2, [])]


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
def test_in_one_batch_the_oldest_is_first(engine: Engine, order: Sequence[int]) -> None:
    posts = [told(1), told(2), told(3)]
    ids = hear(engine, *(posts[at] for at in order))
    first = ids[list(order).index(0)]
    assert [(one, sorted(more)) for one, more in grouped(engine)] == [
        (first, sorted(set(ids) - {first}))
    ]


def test_two_processes_open_one_case(engine: Engine) -> None:
    with engine.begin() as tx:
        for number in range(1, 9):
            (one,) = mentions.save_posts(tx, [told(number)], "test", MOMENT)
            mentions.add_mentions(tx, [NewMention(one.id, "brand", (), MOMENT)])

    def work(limit: int) -> None:
        while understand(engine, judges(), POLICY, lambda: MOMENT, limit).posts:
            continue

    threads = [Thread(target=work, args=(limit,)) for limit in (1, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert grouped(engine) == [(1, [2, 3, 4, 5, 6, 7, 8])]


def delete(engine: Engine, *numbers: int) -> None:
    """The platform took these posts away."""
    with engine.begin() as tx:
        gone = [Deletion("discourse", LATER, "event", platform_id=str(one)) for one in numbers]
        carry_out(tx, gone, LATER)


def test_deleting_the_first_post_leaves_the_case_with_the_next_copy(engine: Engine) -> None:
    hear(engine, told(1), told(2, channel="two"), told(3))
    with engine.begin() as tx:
        cases.set_state(tx, 1, CaseState.OPEN, MOMENT)
        cases.set_draft(tx, 1, "Dear u1")
    delete(engine, 1)
    assert grouped(engine) == [(2, [3])]
    case = the_case(engine)
    assert (case.id, case.state, case.channel, case.draft) == (1, CaseState.OPEN, "two", None)
    with reading(engine) as tx:
        assert case.person_id == mentions.load(tx, [2])[2].person_id
        assert [one.verb for one in audit.of(tx, "case", 1)] == ["hand on"]
    hear(engine, told(4))
    assert grouped(engine) == [(2, [3, 4])]


def test_case_without_a_copy_left_is_closed(engine: Engine) -> None:
    hear(engine, told(1), told(2))
    delete(engine, 2)
    assert grouped(engine) == [(1, [])]
    delete(engine, 1)
    assert the_case(engine).state is CaseState.DISMISSED


def test_first_post_and_copy_deleted_together_pass_to_the_third(engine: Engine) -> None:
    hear(engine, told(1), told(2), told(3))
    delete(engine, 1, 2)
    assert grouped(engine) == [(3, [])]


def test_deleted_text_leaves_no_likeness(engine: Engine) -> None:
    hear(engine, told(1), told(2))
    delete(engine, 1, 2)
    hear(engine, told(3))
    assert (3, []) in grouped(engine)


def test_reply_is_not_compared_by_the_title_of_its_thread(engine: Engine) -> None:
    title = "Sync of playlists on every device with the new version of the desktop application"
    posts = [
        told(n, f"{word} broken", title=f"Re: {title}", parent_id="t", thread_id="t",
             kind=Kind.COMMENT)
        for n, word in ((1, "login is"), (2, "search seems"))
    ]  # fmt: skip
    hear(engine, *posts)
    assert grouped(engine) == [(1, []), (2, [])]
