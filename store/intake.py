"""Save posts as they are heard: new ones, edits, new scores, deletions. Safe to repeat."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy import insert as plain_insert

from store import threads
from store.authors import AuthorKey, author_key, save_authors
from store.burial import bury
from store.clean import key, key_maybe, scrub, scrub_maybe
from store.records import NOBODY, Author, Post
from store.rows import chunks, lock, next_ids, one_of
from store.schema import edit, post

Columns = dict[str, Any]
_MOST_VERSIONS: Final = 20
"""Of one post in one batch: each is a round of its own in the database, which others wait for."""
PostKey = tuple[str, str]
"""Platform and the post's id there, as stored."""
Heard = tuple[Columns, Row[Any]]
"""What is heard again, and the row that is there."""


@dataclass(frozen=True, slots=True)
class Saved:
    """Where a post was put."""

    id: int
    is_new: bool
    is_gone: bool = False
    """Its platform deleted it: it is empty here and stays so."""


def save_posts(
    tx: Connection, posts: Sequence[Post], source: str, heard_at: datetime
) -> list[Saved]:
    """Save posts with their authors; the row ids in the order given.

    A post that is there already adds nothing, but a changed text is kept as an edit and is to be
    understood again, a changed score and a thread that is known better are taken over, and a
    deletion empties it for good.
    """
    lock(tx, "posts")
    saved: dict[int, Saved] = {}
    for turn in _turns(posts):
        some = [posts[at] for at in turn]
        saved |= zip(turn, _save_once(tx, some, source, heard_at), strict=True)
    first = {_name(posts[at]): saved[at] for at in sorted(saved, reverse=True)}
    gone = {one.id for one in saved.values() if one.is_gone}
    rest = (replace(first[_name(one)], is_new=False) for one in posts)
    each = [saved.get(at, other) for at, other in enumerate(rest)]
    return [replace(one, is_gone=one.id in gone) for one in each]


def _turns(posts: Sequence[Post]) -> list[list[int]]:
    """Positions, so that within one turn no post comes twice.

    The same again is passed over, and of a storm of versions the first and the last ones count.
    """
    versions: defaultdict[PostKey, list[int]] = defaultdict(list)
    for at, value in enumerate(posts):
        before = versions[_name(value)]
        if not before or posts[before[-1]] != value:
            before.append(at)
    turns: defaultdict[int, list[int]] = defaultdict(list)
    for each in versions.values():
        for turn, at in enumerate(each[:1] + each[1:][-_MOST_VERSIONS:]):
            turns[turn].append(at)
    return list(turns.values())


def _name(value: Post) -> PostKey:
    return value.platform, value.platform_id


def _columns(
    value: Post, accounts: Mapping[AuthorKey, int], source: str, heard_at: datetime
) -> Columns:
    is_gone = value.deleted_at is not None
    return {
        "account_id": accounts[author_key(value)],
        "platform": value.platform,
        "platform_id": key(value.platform_id),
        "source": source,
        "kind": value.kind.value,
        "thread_id": key_maybe(value.thread_id),
        "parent_id": key_maybe(value.parent_id),
        "channel": key_maybe(value.channel),
        "title": None if is_gone else scrub_maybe(value.title),
        "text": "" if is_gone else scrub(value.text),
        "addressed": [key(id_) for id_ in value.addressed],
        "media": [] if is_gone else [scrub(one) for one in value.media],
        "tags": [scrub(one) for one in value.tags],
        "score": value.score,
        "accepted": value.accepted,
        "lang": None if value.lang is None else scrub(value.lang)[:16],
        "url": scrub_maybe(value.url),
        "created_at": value.created_at,
        "heard_at": heard_at,
        "edited_at": value.edited_at,
        "deleted_at": value.deleted_at,
        "unscored": value.unscored,
        "checked_at": heard_at,
    }


def _save_once(
    tx: Connection, posts: Sequence[Post], source: str, heard_at: datetime
) -> list[Saved]:
    names = [(one.platform, key(one.platform_id)) for one in posts]
    known = _known(tx, names)
    gone = {name for name, row in known.items() if row.deleted_at is not None}
    gone |= {name for name, one in zip(names, posts, strict=True) if one.deleted_at is not None}
    # Who wrote a post that is gone must not come back with it.
    told = [_unsigned(one) if n in gone else one for n, one in zip(names, posts, strict=True)]
    accounts = save_authors(tx, told)
    rows = [_columns(one, accounts, source, heard_at) for one in told]
    threads.follow(tx, rows)
    fresh = [row for name, row in zip(names, rows, strict=True) if name not in known]
    ids = {(row["platform"], row["platform_id"]): row["id"] for row in _add(tx, fresh, heard_at)}
    again = [(row, known[n]) for n, row in zip(names, rows, strict=True) if n in known]
    moved = _change(tx, again, heard_at)
    threads.settle(tx, fresh, moved)
    return [Saved(ids[n] if n in ids else known[n].id, n in ids, n in gone) for n in names]


def _unsigned(value: Post) -> Post:
    return replace(value, author=Author(NOBODY, NOBODY))


def _known(tx: Connection, names: Sequence[PostKey]) -> dict[PostKey, Row[Any]]:
    by_platform: defaultdict[str, list[str]] = defaultdict(list)
    for platform, platform_id in names:
        by_platform[platform].append(platform_id)
    columns = (
        post.c.id, post.c.platform_id, post.c.title, post.c.text, post.c.thread_id,
        post.c.parent_id, post.c.score, post.c.accepted, post.c.edited_at, post.c.deleted_at,
        post.c.understood_by,
    )  # fmt: skip
    found: dict[PostKey, Row[Any]] = {}
    for platform, ids in by_platform.items():
        for some in chunks(ids):
            query = select(*columns).where(post.c.platform == platform)
            result = tx.execute(one_of(tx, query, post.c.platform_id, some))
            found |= {(platform, row.platform_id): row for row in result}
    return found


def _add(tx: Connection, rows: Sequence[Columns], heard_at: datetime) -> Sequence[Columns]:
    """The rows, each with its `id`, now in the table."""
    if not rows:
        return []
    for row, id_ in zip(rows, next_ids(tx, post, len(rows)), strict=True):
        row["id"], row["accepted"] = id_, bool(row["accepted"])
    tx.execute(plain_insert(post), list(rows))
    bury(tx, {row["id"]: row["deleted_at"] for row in rows if row["deleted_at"]}, heard_at)
    return rows


def _change(tx: Connection, pairs: Sequence[Heard], heard_at: datetime) -> Sequence[Heard]:
    """Take over what changed; the posts that are in another thread now."""
    alive = [(new, old) for new, old in pairs if old.deleted_at is None]
    bury(tx, {old.id: new["deleted_at"] for new, old in alive if new["deleted_at"]}, heard_at)
    alive = [(new, old) for new, old in alive if new["deleted_at"] is None]
    alive = [(new | {"thread_id": threads.better(new, old)}, old) for new, old in alive]
    _refresh(tx, alive)
    _reword(tx, [(new, old) for new, old in alive if _is_reworded(new, old)], heard_at)
    return [(new, old) for new, old in alive if new["thread_id"] != old.thread_id]


def _refresh(tx: Connection, pairs: Sequence[Heard]) -> None:
    """Take over what may change without a new text."""
    changed = []
    for new, old in pairs:
        score = old.score if new["score"] is None else new["score"]
        is_later = _says_the_same(new, old) and _is_edited_after(new, old)
        edited_at = new["edited_at"] if is_later else old.edited_at
        accepted = old.accepted if new["accepted"] is None else new["accepted"]
        fresh = {"score": score, "accepted": accepted, "edited_at": edited_at}
        fresh["thread_id"] = new["thread_id"]
        if tuple(fresh.values()) != (old.score, old.accepted, old.edited_at, old.thread_id):
            is_moved = new["thread_id"] != old.thread_id
            by = None if is_moved or _is_proof_of_help(fresh, old) else old.understood_by
            changed.append({"post_row": old.id, "understood_by": by} | fresh)
    if changed:
        tx.execute(update(post).where(post.c.id == bindparam("post_row")), changed)


def _is_proof_of_help(fresh: Columns, old: Row[Any]) -> bool:
    """Whether a vote or an acceptance came that makes more of what the post did."""
    voted = (fresh["score"] or 0) > 0 and (old.score or 0) <= 0
    return voted or (fresh["accepted"] and not old.accepted)


def _says_the_same(new: Columns, old: Row[Any]) -> bool:
    return bool((new["title"], new["text"]) == (old.title, old.text))


def _is_edited_after(new: Columns, old: Row[Any]) -> bool:
    return new["edited_at"] is not None and (
        old.edited_at is None or bool(new["edited_at"] > old.edited_at)
    )


def _is_reworded(new: Columns, old: Row[Any]) -> bool:
    if _says_the_same(new, old):
        return False
    # An archive or a slow page may still carry what stood there before the last edit.
    return old.edited_at is None or (
        new["edited_at"] is not None and new["edited_at"] >= old.edited_at
    )


def _reword(tx: Connection, pairs: Sequence[Heard], heard_at: datetime) -> None:
    former = _former_texts(tx, [old.id for _, old in pairs])
    fresh = [
        (new, old)
        for new, old in pairs
        # Without a later date, a text that stood there before is a replay and no new edit.
        if _is_edited_after(new, old) or digest(new["title"], new["text"]) not in former[old.id]
    ]
    if not fresh:
        return
    tx.execute(
        plain_insert(edit),
        [
            {"post_id": old.id, "digest": digest(old.title, old.text), "replaced_at": heard_at}
            for _, old in fresh
        ],
    )
    tx.execute(
        update(post).where(post.c.id == bindparam("post_row")),
        [
            {"post_row": old.id, "understood_by": None}
            | {name: new[name] for name in ("title", "text", "edited_at")}
            for new, old in fresh
        ],
    )


def digest(title: str | None, text: str) -> str:
    """SHA-256 of a post's words: enough to know them again, not enough to read them."""
    return hashlib.sha256(f"{title or ''}\0{text}".encode()).hexdigest()


def _former_texts(tx: Connection, post_ids: Sequence[int]) -> defaultdict[int, set[str]]:
    former: defaultdict[int, set[str]] = defaultdict(set)
    for some in chunks(post_ids):
        query = select(edit.c.post_id, edit.c.digest).where(edit.c.post_id.in_(some))
        for post_id, words in tx.execute(query):
            former[post_id].add(words)
    return former
