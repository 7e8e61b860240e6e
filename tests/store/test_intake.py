"""Posts are saved once, however often and in whatever pieces they are heard."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from store import analyses, mentions
from store.db import Connection, Engine
from store.intake import digest
from store.mentions import Edit
from store.records import Author, Post
from store.schema import tombstone
from tests.posts import MOMENT, a_post
from tests.store.seeds import saved

_LATER: Final = MOMENT + timedelta(hours=1)
_PLATFORMS: Final = count()
_MOMENTS: Final = st.sampled_from([MOMENT + timedelta(minutes=n) for n in range(3)])


def _named(author: Author, at: datetime) -> Author:
    """The author under the one name that an account has at a moment."""
    return replace(author, handle="Ann\x00" if at > MOMENT else author.handle)


_POSTS: Final = st.builds(
    Post,
    platform=st.just("any"),
    platform_id=st.sampled_from(["p1", "p2", "p" * 300]),
    kind=st.just(a_post().kind),
    author=st.builds(
        Author,
        platform_id=st.sampled_from(["u1", "u2"]),
        handle=st.just("ann"),
        is_bot=st.booleans(),
    ),
    created_at=_MOMENTS,
    text=st.sampled_from(["one", "two", "three \ud83d"]),
    title=st.none() | st.just("title"),
    score=st.none() | st.integers(0, 2),
    accepted=st.booleans(),
    edited_at=st.none() | _MOMENTS,
    deleted_at=st.none() | _MOMENTS,
).map(lambda post: replace(post, author=_named(post.author, post.created_at)))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(posts=st.lists(_POSTS, max_size=8), split=st.integers(0, 8))
def test_saving_again_or_in_pieces_changes_nothing(
    engine: Engine, posts: list[Post], split: int
) -> None:
    whole, pieces = (f"platform{next(_PLATFORMS)}" for _ in range(2))
    with engine.begin() as tx:
        once = _saved_to(tx, whole, posts)
        first = _snapshot(tx, whole)
        assert _saved_to(tx, whole, posts) == once
        assert _snapshot(tx, whole) == first
        _saved_to(tx, pieces, posts[:split])
        _saved_to(tx, pieces, posts[split:])
        assert _snapshot(tx, pieces) == first


def test_only_what_was_not_there_is_new(tx: Connection) -> None:
    posts = [a_post("p1"), a_post("p2"), a_post("p1")]
    first = mentions.save_posts(tx, posts, "test", MOMENT)
    assert [one.is_new for one in first] == [True, True, False]
    assert first[0].id == first[2].id
    again = mentions.save_posts(tx, [*posts, a_post("p3")], "test", _LATER)
    assert [one.is_new for one in again] == [False, False, False, True]
    assert [one.id for one in again[:3]] == [one.id for one in first]


def test_saved_post_comes_back_as_it_was(tx: Connection) -> None:
    post = replace(
        a_post(title="A title", channel="#help", addressed=("u2", "u3"), score=-4, accepted=True),
        author=Author("u1", "ann", "Ann Example", is_bot=True, is_staff=True),
        thread_id="t1",
        parent_id="p0",
        media=("image",),
        tags=("sync", "mac"),
        lang="en",
        url="https://example.org/1",
        edited_at=_LATER,
    )
    (post_id,) = saved(tx, post)
    assert mentions.load(tx, [post_id])[post_id].post == post


def test_same_id_on_two_platforms_is_two_posts_of_two_people(tx: Connection) -> None:
    ids = saved(tx, a_post(platform="x"), a_post(platform="reddit"))
    found = mentions.load(tx, ids)
    assert len({one.person_id for one in found.values()}) == 2


def test_edit_keeps_the_former_text_and_is_to_be_understood_again(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post(text="teh"))
    analyses.mark_understood(tx, [post_id], "model")
    assert analyses.pending(tx, 10) == []
    saved(tx, a_post(text="the"), heard_at=_LATER)
    assert mentions.edits(tx, post_id) == [Edit(digest(None, "teh"), _LATER)]
    assert [one.post.text for one in analyses.pending(tx, 10)] == ["the"]


def test_replay_of_a_former_text_does_not_undo_the_edit(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post(text="teh"))
    saved(tx, a_post(text="the"))
    saved(tx, a_post(text="teh"))
    assert _text(tx, post_id) == "the"
    assert len(mentions.edits(tx, post_id)) == 1


def test_edit_back_to_a_former_text_counts_when_it_is_dated(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post(text="teh"))
    saved(tx, replace(a_post(text="the"), edited_at=MOMENT))
    saved(tx, replace(a_post(text="teh"), edited_at=_LATER))
    assert _text(tx, post_id) == "teh"


def test_edit_heard_again_and_imported_again_is_one_edit(tx: Connection) -> None:
    archived, edited = a_post(text="teh"), replace(a_post(text="the"), edited_at=_LATER)
    (post_id,) = saved(tx, archived)
    for heard in (edited, edited, archived, edited, archived):
        saved(tx, heard, heard_at=_LATER)
    assert _text(tx, post_id) == "the"
    assert mentions.edits(tx, post_id) == [Edit(digest(None, "teh"), _LATER)]


def test_edit_that_is_heard_first_is_kept_when_the_archive_comes_later(tx: Connection) -> None:
    (post_id,) = saved(tx, replace(a_post(text="the"), edited_at=_LATER))
    saved(tx, a_post(text="teh"))
    assert _text(tx, post_id) == "the"
    assert mentions.edits(tx, post_id) == []


def test_older_edit_does_not_undo_a_newer_one(tx: Connection) -> None:
    (post_id,) = saved(tx, replace(a_post(text="newest"), edited_at=_LATER))
    saved(tx, replace(a_post(text="older"), edited_at=MOMENT))
    saved(tx, a_post(text="oldest"))
    assert _text(tx, post_id) == "newest"


def test_new_score_is_taken_over_and_an_unknown_one_is_not(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post(score=1))
    saved(tx, a_post(score=7, accepted=True))
    saved(tx, a_post(accepted=True))
    found = mentions.load(tx, [post_id])[post_id].post
    assert (found.score, found.accepted) == (7, True)
    assert mentions.edits(tx, post_id) == []


def test_deletion_empties_the_post_and_its_edits_for_good(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post(text="first", title="title"))
    saved(tx, a_post(text="second", title="title"))
    saved(tx, replace(a_post(text="second"), deleted_at=MOMENT), heard_at=_LATER)
    saved(tx, a_post(text="third"))
    found = mentions.load(tx, [post_id])[post_id].post
    assert (found.text, found.title, found.deleted_at) == ("", None, MOMENT)
    assert mentions.edits(tx, post_id) == []
    assert _tombstones(tx) == [(post_id, MOMENT, _LATER)]


def test_post_heard_when_already_deleted_keeps_no_word(tx: Connection) -> None:
    (post_id,) = saved(tx, replace(a_post(text="secret"), deleted_at=MOMENT))
    assert _text(tx, post_id) == ""
    assert len(_tombstones(tx)) == 1
    assert analyses.pending(tx, 10) == []


def test_several_thousand_posts_at_once(tx: Connection) -> None:
    posts = [a_post(f"p{n}", author=f"u{n % 700}") for n in range(2_500)]
    ids = saved(tx, *posts)
    assert len(set(ids)) == 2_500
    assert mentions.load(tx, ids)[ids[-1]].post == posts[-1]


def _saved_to(tx: Connection, platform: str, posts: Sequence[Post]) -> list[int]:
    return saved(tx, *(replace(post, platform=platform) for post in posts))


def _text(tx: Connection, post_id: int) -> str:
    return mentions.load(tx, [post_id])[post_id].post.text


def _tombstones(tx: Connection) -> list[tuple[int, datetime, datetime]]:
    columns = tombstone.c.post_id, tombstone.c.deleted_at, tombstone.c.carried_out_at
    return [(row[0], row[1], row[2]) for row in tx.execute(select(*columns))]


def _snapshot(tx: Connection, platform: str) -> list[list[object]]:
    """All that is known of one platform but row ids."""
    queries = (
        "SELECT platform_id, title, text, score, accepted, edited_at, deleted_at, created_at "
        "FROM post WHERE platform = :platform ORDER BY platform_id",
        "SELECT p.platform_id, e.digest FROM edit e JOIN post p ON p.id = e.post_id "
        "WHERE platform = :platform ORDER BY p.platform_id, e.id",
        "SELECT p.platform_id, t.deleted_at FROM tombstone t JOIN post p ON p.id = t.post_id "
        "WHERE platform = :platform ORDER BY p.platform_id",
        "SELECT platform_id, handle, account.name, is_bot, first_seen_at, last_seen_at "
        "FROM account JOIN person ON person.id = person_id WHERE platform = :platform "
        # Who has no post left is forgotten at once, and begins anew with the next one.
        "AND NOT EXISTS (SELECT 1 FROM tombstone t JOIN post p ON p.id = t.post_id "
        "WHERE p.platform = account.platform) ORDER BY platform_id",
    )
    return [list(tx.execute(text(query), {"platform": platform})) for query in queries]


def test_storm_of_versions_ends_with_the_last_one(tx: Connection) -> None:
    storm = [a_post("1", f"version {n}") for n in range(500)]
    same = [a_post("2", "as ever")] * 500
    saved = mentions.save_posts(tx, [*storm, *same], "forum", MOMENT)
    assert len({one.id for one in saved}) == 2
    assert sum(one.is_new for one in saved) == 2
    assert mentions.load(tx, [saved[0].id])[saved[0].id].post.text == "version 499"
    assert 0 < len(mentions.edits(tx, saved[0].id)) <= 20
    assert mentions.edits(tx, saved[-1].id) == []
