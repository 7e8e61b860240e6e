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
_CODE: Final = re.compile(rf"\blaurels-([{_LETTERS}]{{{_LENGTH}}})\b")
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

    A code in a post by the very account that it was given to proves nothing. One that a rule
    forbids to join is spent all the same, so that it cannot be tried out on others.
    """
    joined: list[int] = []
    for post, one in zip(posts, saved, strict=True):
        if "laurels-" not in post.text or one.is_gone:
            continue
        for code in _CODE.findall(post.text):
            found = _proved(tx, post, digest(f"laurels-{code}"), now)
            if found is not None:
                joined.append(found)
    return joined


def _proved(tx: Connection, post: Post, code: str, now: datetime) -> int | None:
    given_to = claims.holder(tx, code, now)
    if given_to is None:
        return None
    writers = identity.find(tx, post.platform, post.author.platform_id)
    if len(writers) != 1 or writers[0].id == given_to:
        return None
    claims.spend(tx, code, now)
    origin = f"proved by {post.platform}:{post.platform_id}"
    try:
        return identity.join(tx, writers[0].id, given_to, origin, ACTOR, now)
    except NotOnePerson:
        return None
