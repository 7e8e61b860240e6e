"""Word that two accounts are one person's: a code given to one, written by the other."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from store import claims, identity
from store.db import Connection
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


def new_code() -> str:
    """A code that nobody can guess (78 bits), without letters that look alike."""
    return "laurels-" + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def digest(code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


def prove(tx: Connection, posts: Sequence[Post], saved: Sequence[Saved], now: datetime) -> None:
    """Note whose accounts wrote codes in these posts; a member says whether they are one person's.

    Only a post that is nothing but the code counts: who quotes it or speaks of it need not be whom
    it was given to. Whoever saw the code there can write it too, and may be heard first, so none
    of them is believed alone. A code written by the very account that it was given to is void.
    """
    for post, one in zip(posts, saved, strict=True):
        words = f"{post.title or ''}\n{post.text}"
        if "laurels-" not in words or one.is_gone:
            continue
        for code in dict.fromkeys(_CODE.findall(words)):
            _note(tx, post, one.id, code, now)


def _is_alone(code: str, post: Post) -> bool:
    """Whether a post says a code and nothing else; a reply's title is that of its thread."""
    title = post.title if post.parent_id is None else None
    for words in (title or code, post.text or code):
        found = _ALONE.fullmatch(_MENTION.sub(" ", words))
        if found is None or found[1] != code:
            return False
    return True


def _note(tx: Connection, post: Post, post_id: int, code: str, now: datetime) -> None:
    hashed = digest(code)
    given_to = claims.holder(tx, hashed, now)
    writers = identity.find(tx, post.platform, post.author.platform_id)
    if given_to is None or len(writers) != 1:
        return
    writer = writers[0].id
    if writer == given_to:
        claims.spend(tx, hashed, now)
    elif _is_alone(code, post) and identity.refusal(tx, writer, given_to) is None:
        claims.note_writer(tx, hashed, writer, post_id, now)
