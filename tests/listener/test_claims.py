"""A code proves who writes it: once, in time, and only from another account."""

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
from store.records import Author, Post
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
    poll_once(engine, "m", Says([post]), NOTHING, at)


def ann(engine: Engine) -> tuple[int, str]:
    """Ann's account on Reddit and a code that she was given."""
    with engine.begin() as tx:
        post = said("1", "hello", "reddit", Author("t2_a", "ann"))
        mentions.save_posts(tx, [post], "r", MOMENT)
        (held,) = identity.find(tx, "reddit", "ann")
        code = new_code()
        claims.issue(tx, digest(code), held.id, MOMENT, MOMENT + codes.VALID)
    return held.id, code


def platforms(engine: Engine) -> list[set[str]]:
    """The platforms of each person that has an account."""
    with reading(engine) as tx:
        held: dict[int, set[str]] = {}
        for platform, handle in (("reddit", "ann"), ("mastodon", "ann_m"), ("mastodon", "thief")):
            for one in identity.find(tx, platform, handle):
                held.setdefault(one.person_id, set()).add(platform)
    return sorted(held.values(), key=len)


def test_code_written_by_another_account_joins_both(engine: Engine) -> None:
    _, code = ann(engine)
    hear(engine, f"@laurels@example.social **{code}**.", "ann_m")
    assert platforms(engine) == [{"reddit", "mastodon"}]
    with reading(engine) as tx:
        (line,) = identity.history(tx, [one.id for one in identity.find(tx, "mastodon", "ann_m")])
    assert line.origin.startswith("proved by mastodon:ann_m")


def test_code_works_once(engine: Engine) -> None:
    _, code = ann(engine)
    hear(engine, code, "ann_m")
    hear(engine, code, "thief", at=MOMENT + timedelta(minutes=1))
    assert platforms(engine) == [{"mastodon"}, {"reddit", "mastodon"}]


def test_code_that_is_old_or_made_up_proves_nothing(engine: Engine) -> None:
    _, code = ann(engine)
    hear(engine, code, "ann_m", at=MOMENT + timedelta(days=8))
    hear(engine, new_code(), "ann_m", at=MOMENT)
    assert len(platforms(engine)) == 2


def test_newer_code_makes_the_older_one_void(engine: Engine) -> None:
    account_id, code = ann(engine)
    with engine.begin() as tx:
        claims.issue(tx, digest(new_code()), account_id, MOMENT, MOMENT + codes.VALID)
    hear(engine, code, "ann_m")
    assert len(platforms(engine)) == 2


@pytest.mark.parametrize("words", ["{}", "I was told to post {} here", "> {}"])
def test_code_written_by_its_own_account_is_spent(engine: Engine, words: str) -> None:
    _, code = ann(engine)
    post = said("2", words.format(code), "reddit", Author("t2_a", "ann"))
    poll_once(engine, "r", Says([post]), NOTHING, MOMENT)
    hear(engine, code, "thief")
    hear(engine, code, "ann_m")
    assert len(platforms(engine)) == 3


@pytest.mark.parametrize(
    "words",
    ["> {}", "> @ann {}", "{} what is this?", "lol {}", "\u201c{}\u201d", '"{}"', "@ann: look {}",
     "{}\n\nfrom ann", "> hi\n\n{}", "{0} {0}"],
)  # fmt: skip
def test_code_that_is_quoted_or_spoken_of_proves_nothing(engine: Engine, words: str) -> None:
    _, code = ann(engine)
    hear(engine, words.format(code), "thief")
    assert len(platforms(engine)) == 2
    hear(engine, code, "ann_m")
    assert platforms(engine) == [{"mastodon"}, {"reddit", "mastodon"}]


@pytest.mark.parametrize("words", ["{}", " `{}`\n", "__{}__", "<@!123> {}", "@bot, {}!", "({})"])
def test_code_alone_with_what_stands_around_it_proves(engine: Engine, words: str) -> None:
    _, code = ann(engine)
    hear(engine, words.format(code), "ann_m")
    assert len(platforms(engine)) == 1


@pytest.mark.parametrize(
    ("title", "parent", "proves"),
    [("what is this?", None, False), ("the thread's title", "0", True), ("{}", None, True)],
)
def test_title_of_a_post_counts_as_its_words(
    engine: Engine, title: str, parent: str | None, proves: bool
) -> None:
    _, code = ann(engine)
    post = said("2", code, "mastodon", Author("ann_m", "ann_m"))
    post = replace(post, title=title.format(code), parent_id=parent, thread_id=parent or "2")
    poll_once(engine, "m", Says([post]), NOTHING, MOMENT)
    assert (len(platforms(engine)) == 1) is proves


def test_oldest_post_of_a_batch_proves_first(engine: Engine) -> None:
    _, code = ann(engine)
    first = said("1", code, "mastodon", Author("ann_m", "ann_m"))
    copied = said("2", code, "mastodon", Author("thief", "thief"))
    copied = replace(copied, created_at=first.created_at + timedelta(seconds=5))
    poll_once(engine, "m", Says([copied, first]), NOTHING, MOMENT)
    assert platforms(engine) == [{"mastodon"}, {"reddit", "mastodon"}]


def test_only_a_hash_of_a_code_is_kept() -> None:
    code = new_code()
    assert code not in digest(code)
    assert len(digest(code)) == 64
    assert new_code() != code
