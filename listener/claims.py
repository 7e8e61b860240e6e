"""Proof that two accounts are one person's: a code given to one, written by the other."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from store import claims, identity
from store.db import Connection
from store.identity import NotOnePerson
from store.intake import Saved
from store.records import Post

VALID: Final = timedelta(days=7)
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH: Final = 16
_CODE: Final = re.compile(rf"(?<![^\W_])(laurels-[{_LETTERS}]{{{_LENGTH}}})(?![^\W_])")
_MENTION: Final = re.compile(r"<@[!&]?\d+>|(?<!\w)@[\w.-]+(?:@[\w.-]+)?")
_AROUND: Final = r"""(?:[^\w<>"'\u2018-\u201f«»‹›「」]|_)*"""
"""Blanks, punctuation and markup, but no mark of a quote."""
_ALONE: Final = re.compile(rf"{_AROUND}{_CODE.pattern}{_AROUND}")
ACTOR: Final = "the person"


def new_code() -> str:
    """A code that nobody can guess (78 bits), without letters that look alike."""
    return "laurels-" + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def digest(code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


def prove(
    tx: Connection, posts: Sequence[Post], saved: Sequence[Saved], now: datetime
) -> list[int]:
    """Join the accounts that codes in these posts prove to be one person's; the persons.

    The oldest post is looked at first, whatever their order. Only a post that is nothing but the
    code proves: who quotes it or speaks of it need not be whom it was given to. A code written
    by the very account that it was given to is public, and spent at once. One that a rule forbids
    to join is spent all the same, so that it cannot be tried out on others.
    """
    joined: list[int] = []
    heard = zip(posts, saved, strict=True)
    for post, one in sorted(heard, key=lambda each: each[0].created_at):
        words = f"{post.title or ''}\n{post.text}"
        if "laurels-" not in words or one.is_gone:
            continue
        for code in dict.fromkeys(_CODE.findall(words)):
            found = _proved(tx, post, code, now)
            if found is not None:
                joined.append(found)
    return joined


def _is_alone(code: str, post: Post) -> bool:
    """Whether a post says a code and nothing else; a reply's title is that of its thread."""
    title = post.title if post.parent_id is None else None
    for words in (title or code, post.text or code):
        found = _ALONE.fullmatch(_MENTION.sub(" ", words))
        if found is None or found[1] != code:
            return False
    return True


def _proved(tx: Connection, post: Post, code: str, now: datetime) -> int | None:
    hashed = digest(code)
    given_to = claims.holder(tx, hashed, now)
    writers = identity.find(tx, post.platform, post.author.platform_id)
    if given_to is None or len(writers) != 1:
        return None
    is_holder = writers[0].id == given_to
    if is_holder or _is_alone(code, post):
        claims.spend(tx, hashed, now)
        return None if is_holder else _joined(tx, post, writers[0].id, given_to, now)
    return None


def _joined(tx: Connection, post: Post, writer: int, given_to: int, now: datetime) -> int | None:
    origin = f"proved by {post.platform}:{post.platform_id}"
    try:
        return identity.join(tx, writer, given_to, origin, ACTOR, now)
    except NotOnePerson:
        return None
