"""Posts that say the same as the post of a case: found, joined to it, and let go of."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Select, delete, exists, func, insert, select, update

from store import audit
from store.posts import fetch, stored
from store.records import CaseKind, CaseState, StoredPost
from store.rows import add_new, chunks
from store.schema import account, case, case_copy, likeness, post

_WAITING: Final = (CaseState.NEW.value, CaseState.OPEN.value)

Hashes = Sequence[int]


@dataclass(frozen=True, slots=True)
class Copy:
    """A post that says what the post of a case says; `hashes` are its likeness."""

    case_id: int
    post_id: int
    hashes: Hashes


@dataclass(frozen=True, slots=True)
class Joined:
    """Where a post is a copy: the case, its kind, and its first post."""

    case_id: int
    kind: CaseKind
    first_id: int


def candidates(
    tx: Connection, hashes: Collection[int], since: datetime, until: datetime
) -> dict[int, set[int]]:
    """Posts of cases that have one of the numbers, by number, written from `since` to `until`."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for some in chunks(sorted(set(hashes))):
        query = select(likeness.c.hash, likeness.c.post_id).join(post)
        query = query.where(likeness.c.hash.in_(some), post.c.created_at.between(since, until))
        for hash_, post_id in tx.execute(query):
            found[hash_].add(post_id)
    return dict(found)


def keep(tx: Connection, of_posts: Mapping[int, Hashes]) -> None:
    """Keep the numbers of posts of cases, in place of those before."""
    for some in chunks(sorted(of_posts)):
        tx.execute(delete(likeness).where(likeness.c.post_id.in_(some)))
    rows = [
        {"post_id": post_id, "band": band, "hash": hash_}
        for post_id, hashes in sorted(of_posts.items())
        for band, hash_ in enumerate(hashes)
    ]
    if rows:
        tx.execute(insert(likeness), rows)


def joined(tx: Connection, post_ids: Collection[int]) -> dict[int, list[Joined]]:
    """The cases that posts are copies in, by post."""
    found: defaultdict[int, list[Joined]] = defaultdict(list)
    for some in chunks(sorted(post_ids)):
        query = select(case_copy.c.post_id, case.c.id, case.c.kind, case.c.post_id.label("first"))
        query = query.join_from(case_copy, case).where(case_copy.c.post_id.in_(some))
        for row in tx.execute(query.order_by(case_copy.c.id)):
            found[row.post_id].append(Joined(row.id, CaseKind(row.kind), row.first))
    return dict(found)


def join(tx: Connection, copies: Sequence[Copy]) -> int:
    """Add posts to cases; the number that were not there yet."""
    rows = [
        {"case_id": one.case_id, "post_id": one.post_id, "hashes": list(one.hashes)}
        for one in copies
    ]
    return len(add_new(tx, case_copy, rows))


def leave(tx: Connection, case_id: int, post_id: int) -> None:
    """Take a post that says something else now out of a case."""
    ours = case_copy.c.case_id == case_id, case_copy.c.post_id == post_id
    tx.execute(delete(case_copy).where(*ours))


def of_case(tx: Connection, case_id: int, limit: int) -> list[StoredPost]:
    """The copies in a case, oldest first."""
    query = stored().join(case_copy, case_copy.c.post_id == post.c.id)
    query = query.where(case_copy.c.case_id == case_id)
    return fetch(tx, query.order_by(post.c.created_at, post.c.id).limit(limit))


def counts(tx: Connection, case_ids: Collection[int]) -> dict[int, int]:
    """How many copies cases have; a case without any is left out."""
    found: dict[int, int] = {}
    for some in chunks(sorted(case_ids)):
        query = select(case_copy.c.case_id, func.count().label("n"))
        query = query.where(case_copy.c.case_id.in_(some)).group_by(case_copy.c.case_id)
        found |= {row.case_id: row.n for row in tx.execute(query)}
    return found


def let_go(tx: Connection, post_ids: Sequence[int], actor: str, now: datetime) -> None:
    """Forget what deleted posts were like; a case that waits goes on with its next copy."""
    tx.execute(delete(likeness).where(likeness.c.post_id.in_(post_ids)))
    tx.execute(delete(case_copy).where(case_copy.c.post_id.in_(post_ids)))
    bereft = case.c.post_id.in_(post_ids), case.c.state.in_(_WAITING)
    for case_id in list(tx.scalars(select(case.c.id).where(*bereft).order_by(case.c.id))):
        heir = tx.execute(_heirs(case_id).limit(1)).first()
        if heir is None:
            continue
        values = {name: heir._mapping[name] for name in ("person_id", "platform", "channel")}
        taken = update(case).where(case.c.id == case_id)
        tx.execute(taken.values(values | {"post_id": heir.post_id}))
        tx.execute(delete(case_copy).where(case_copy.c.id == heir.id))
        keep(tx, {heir.post_id: heir.hashes})
        audit.note(tx, now, actor, "hand on", "case", case_id, {"post": str(heir.post_id)})


def _heirs(case_id: int) -> Select[tuple[int, int, list[int], int, str, str | None]]:
    """Copies that a case can go on with: a post has one case of a kind."""
    own = case.alias()
    taken = exists().where(own.c.post_id == case_copy.c.post_id, own.c.kind == case.c.kind)
    return (
        select(
            case_copy.c.id, case_copy.c.post_id, case_copy.c.hashes,
            account.c.person_id, post.c.platform, post.c.channel,
        )
        .join_from(case_copy, case)
        .join(post, post.c.id == case_copy.c.post_id)
        .join(account, account.c.id == post.c.account_id)
        .where(case_copy.c.case_id == case_id, post.c.deleted_at.is_(None), ~taken)
        .order_by(post.c.created_at, post.c.id)
    )  # fmt: skip
