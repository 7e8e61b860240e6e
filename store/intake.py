"""Save posts as they are heard: new ones, edits, new scores, deletions. Safe to repeat."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update
from sqlalchemy import insert as plain_insert

from store.authors import AuthorKey, author_key, save_authors
from store.clean import key, key_maybe, scrub, scrub_maybe
from store.records import Post
from store.rows import add_new, chunks, lock, next_ids, one_of
from store.schema import edit, post, tombstone

Columns = dict[str, Any]
PostKey = tuple[str, str]
"""Platform and the post's id there, as stored."""


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
    understood again, a changed score is taken over, and a deletion empties it for good.
    """
    lock(tx, "posts")
    accounts = save_authors(tx, posts)
    saved: dict[int, Saved] = {}
    for turn in _turns(posts):
        columns = [_columns(posts[at], accounts, source, heard_at) for at in turn]
        saved |= zip(turn, _save_once(tx, columns, heard_at), strict=True)
    gone = {one.id for one in saved.values() if one.is_gone}
    return [replace(saved[at], is_gone=saved[at].id in gone) for at in range(len(posts))]


def bury(tx: Connection, deleted: Mapping[int, datetime], carried_out_at: datetime) -> None:
    """Empty posts that their platform deleted, and note when. By post id."""
    if not deleted:
        return
    rows = [{"post_row": id_, "deleted_at": at} for id_, at in deleted.items()]
    emptied: Columns = {"text": "", "title": None, "media": []}
    tx.execute(update(post).where(post.c.id == bindparam("post_row")).values(emptied), rows)
    for some in chunks(list(deleted)):
        tx.execute(delete(edit).where(edit.c.post_id.in_(some)))
    add_new(
        tx,
        tombstone,
        [
            {"post_id": id_, "deleted_at": at, "carried_out_at": carried_out_at}
            for id_, at in deleted.items()
        ],
    )


def _turns(posts: Sequence[Post]) -> list[list[int]]:
    """Positions, so that within one turn no post comes twice."""
    seen: Counter[PostKey] = Counter()
    turns: defaultdict[int, list[int]] = defaultdict(list)
    for at, value in enumerate(posts):
        name = (value.platform, value.platform_id)
        turns[seen[name]].append(at)
        seen[name] += 1
    return list(turns.values())


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
    }


def _save_once(tx: Connection, rows: Sequence[Columns], heard_at: datetime) -> list[Saved]:
    known = _known(tx, rows)
    gone = {name for name, row in known.items() if row.deleted_at is not None}
    gone |= {(row["platform"], row["platform_id"]) for row in rows if row["deleted_at"]}
    new = [row for row in rows if (row["platform"], row["platform_id"]) not in known]
    ids = {(row["platform"], row["platform_id"]): row["id"] for row in _add(tx, new, heard_at)}
    _change(
        tx,
        [
            (row, known[row["platform"], row["platform_id"]])
            for row in rows
            if (row["platform"], row["platform_id"]) in known
        ],
        heard_at,
    )
    return [
        Saved(ids[name] if name in ids else known[name].id, name in ids, name in gone)
        for name in ((row["platform"], row["platform_id"]) for row in rows)
    ]


def _known(tx: Connection, rows: Sequence[Columns]) -> dict[PostKey, Row[Any]]:
    by_platform: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_platform[row["platform"]].append(row["platform_id"])
    columns = (
        post.c.id, post.c.platform_id, post.c.title, post.c.text,
        post.c.score, post.c.accepted, post.c.edited_at, post.c.deleted_at, post.c.understood_by,
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


def _change(tx: Connection, pairs: Sequence[tuple[Columns, Row[Any]]], heard_at: datetime) -> None:
    alive = [(new, old) for new, old in pairs if old.deleted_at is None]
    bury(tx, {old.id: new["deleted_at"] for new, old in alive if new["deleted_at"]}, heard_at)
    alive = [(new, old) for new, old in alive if new["deleted_at"] is None]
    _refresh(tx, alive)
    _reword(tx, [(new, old) for new, old in alive if _is_reworded(new, old)], heard_at)


def _refresh(tx: Connection, pairs: Sequence[tuple[Columns, Row[Any]]]) -> None:
    """Take over what may change without a new text."""
    changed = []
    for new, old in pairs:
        score = old.score if new["score"] is None else new["score"]
        is_later = _says_the_same(new, old) and _is_edited_after(new, old)
        edited_at = new["edited_at"] if is_later else old.edited_at
        accepted = old.accepted if new["accepted"] is None else new["accepted"]
        fresh = {"score": score, "accepted": accepted, "edited_at": edited_at}
        if tuple(fresh.values()) != (old.score, old.accepted, old.edited_at):
            by = None if _is_proof_of_help(fresh, old) else old.understood_by
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


def _reword(tx: Connection, pairs: Sequence[tuple[Columns, Row[Any]]], heard_at: datetime) -> None:
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
