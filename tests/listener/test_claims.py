"""Who writes a code waits for a member: in time, alone, and only from another account."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

import pytest

from listener import claims as codes
from listener.claims import digest, new_code
from listener.connectors import Batch, Capabilities
from listener.match import Matcher
from listener.poll import poll_once
from store import claims, identity, mentions
from store.db import Engine, reading
from store.records import Author, Deletion, Post
from tests.posts import MOMENT, a_post

NOTHING = Matcher({"brand": "nothing"})


def said(id_: str, text: str, platform: str, author: Author) -> Post:
    """A post by that author."""
    return replace(a_post(id_, text, platform=platform), author=author)


class Says:
    """A connector that brings these posts."""

    capabilities: ClassVar[Capabilities] = Capabilities(platform="mastodon")

    def __init__(self, posts: Sequence[Post]) -> None:
        self._posts = posts

    def fetch(self, cursor: str | None) -> Batch:
        """All at once."""
        return Batch(self._posts, "1", exhausted=True)

    def close(self) -> None:
        """Nothing is open."""


def hear(engine: Engine, text: str, author: str, *, at: datetime = MOMENT) -> None:
    """Somebody writes on Mastodon."""
    post = said(f"{author}-{at.isoformat()}", text, "mastodon", Author(author, author))
    poll_once(engine, "m", Says([replace(post, created_at=at)]), NOTHING, at)


def ann(engine: Engine) -> tuple[int, str]:
    """Ann's account on Reddit and a code that she was given."""
    with engine.begin() as tx:
        post = said("1", "hello", "reddit", Author("t2_a", "ann"))
        mentions.save_posts(tx, [post], "r", MOMENT)
        (held,) = identity.find(tx, "reddit", "ann")
        code = new_code()
        claims.issue(tx, digest(code), held.id, MOMENT, MOMENT + codes.VALID)
    return held.id, code


def writers(engine: Engine) -> list[str]:
    """Who wrote a code and waits for a member."""
    with reading(engine) as tx:
        return [one.account.handle for one in claims.waiting(tx)]


def test_code_written_by_another_account_waits_for_a_member(engine: Engine) -> None:
    held, code = ann(engine)
    hear(engine, f"@laurels@example.social **{code}**.", "ann_m")
    with engine.begin() as tx:
        (one,) = claims.waiting(tx)
        assert (one.account.handle, one.given_to.id, one.writers) == ("ann_m", held, 1)
        assert one.account.person_id != one.given_to.person_id
        person_id = claims.confirm(tx, one.id, "eve", MOMENT)
        (joined,) = identity.find(tx, "mastodon", "ann_m")
        assert joined.person_id == person_id == one.given_to.person_id
        (line,) = identity.history(tx, [joined.id])
        assert line.actor == "eve"
        assert "ann_m" not in line.origin
        assert claims.waiting(tx) == []
        assert claims.confirm(tx, one.id, "eve", MOMENT) is None


def test_copied_code_wins_nothing_even_when_heard_first(engine: Engine) -> None:
    _, code = ann(engine)
    hear(engine, code, "thief", at=MOMENT + timedelta(minutes=1))
    hear(engine, code, "ann_m")
    assert writers(engine) == ["ann_m", "thief"]
    with engine.begin() as tx:
        own, copy = claims.waiting(tx)
        assert (own.writers, copy.writers) == (2, 2)
        assert claims.refuse(tx, copy.id, "eve", MOMENT)
    hear(engine, code, "thief", at=MOMENT + timedelta(minutes=2))
    assert writers(engine) == ["ann_m"]


def test_account_that_can_never_be_theirs_does_not_wait(engine: Engine) -> None:
    _, code = ann(engine)
    post = said("2", code, "reddit", Author("t2_thief", "thief"))
    poll_once(engine, "r", Says([post]), NOTHING, MOMENT)
    assert writers(engine) == []
    hear(engine, code, "ann_m")
    assert writers(engine) == ["ann_m"]


def test_account_that_was_erased_waits_no_more(engine: Engine) -> None:
    _, code = ann(engine)
    hear(engine, code, "ann_m")
    with engine.begin() as tx:
        gone = Deletion("mastodon", MOMENT, "request", author_id="ann_m")
        mentions.carry_out(tx, [gone], MOMENT)
    assert writers(engine) == []


def test_code_that_is_old_or_made_up_does_not_count(engine: Engine) -> None:
    _, code = ann(engine)
    hear(engine, code, "ann_m", at=MOMENT + timedelta(days=8))
    hear(engine, new_code(), "ann_m", at=MOMENT)
    assert writers(engine) == []


def test_newer_code_makes_the_older_one_void(engine: Engine) -> None:
    account_id, code = ann(engine)
    hear(engine, code, "ann_m")
    with engine.begin() as tx:
        claims.issue(tx, digest(new_code()), account_id, MOMENT, MOMENT + codes.VALID)
    hear(engine, code, "ann_m", at=MOMENT + timedelta(minutes=1))
    assert writers(engine) == []


@pytest.mark.parametrize("words", ["{}", "I was told to post {} here", "> {}"])
def test_code_written_by_its_own_account_is_void(engine: Engine, words: str) -> None:
    _, code = ann(engine)
    post = said("2", words.format(code), "reddit", Author("t2_a", "ann"))
    poll_once(engine, "r", Says([post]), NOTHING, MOMENT)
    hear(engine, code, "thief")
    hear(engine, code, "ann_m")
    assert writers(engine) == []


@pytest.mark.parametrize(
    "words",
    ["> {}", "> @ann {}", "{} what is this?", "lol {}", "\u201c{}\u201d", '"{}"', "@ann: look {}",
     "{}\n\nfrom ann", "> hi\n\n{}", "{0} {0}"],
)  # fmt: skip
def test_code_that_is_quoted_or_spoken_of_does_not_count(engine: Engine, words: str) -> None:
    _, code = ann(engine)
    hear(engine, words.format(code), "thief")
    hear(engine, code, "ann_m")
    assert writers(engine) == ["ann_m"]


@pytest.mark.parametrize("words", ["{}", " `{}`\n", "__{}__", "<@!123> {}", "@bot, {}!", "({})"])
def test_code_alone_with_what_stands_around_it_counts(engine: Engine, words: str) -> None:
    _, code = ann(engine)
    hear(engine, words.format(code), "ann_m")
    assert writers(engine) == ["ann_m"]


@pytest.mark.parametrize(
    ("title", "parent", "counts"),
    [("what is this?", None, False), ("the thread's title", "0", True), ("{}", None, True)],
)
def test_title_of_a_post_counts_as_its_words(
    engine: Engine, title: str, parent: str | None, counts: bool
) -> None:
    _, code = ann(engine)
    post = said("2", code, "mastodon", Author("ann_m", "ann_m"))
    post = replace(post, title=title.format(code), parent_id=parent, thread_id=parent or "2")
    poll_once(engine, "m", Says([post]), NOTHING, MOMENT)
    assert bool(writers(engine)) is counts


def test_only_a_hash_of_a_code_is_kept() -> None:
    code = new_code()
    assert code not in digest(code)
    assert len(digest(code)) == 64
    assert new_code() != code
