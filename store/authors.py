"""Keep who wrote: one account per author of a platform, one person per new account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy import insert as plain_insert

from store.clean import key, scrub, scrub_maybe
from store.erasure import restore_names, returned
from store.records import NOBODY, Author, Post
from store.rows import chunks, next_ids, one_of
from store.schema import account, person

AuthorKey = tuple[str, str]
"""Platform and the author's id there, as stored."""


@dataclass(frozen=True, slots=True)
class _Sighting:
    author: Author
    first: datetime
    last: datetime
    is_bot: bool
    is_staff: bool
    is_own: bool


def author_key(post: Post) -> AuthorKey:
    """Under which key a post's author is kept."""
    return post.platform, key(post.author.platform_id)


def save_authors(tx: Connection, posts: Sequence[Post]) -> dict[AuthorKey, int]:
    """Account ids of all authors, added or brought up to date."""
    seen = _sightings(posts)
    known = _known(tx, list(seen))
    back = returned(tx, seen.keys() - known.keys())
    restore_names(tx, {row.person_id: _shown(seen[who].author) for who, row in back.items()})
    known |= back
    _update(tx, seen, known)
    ids = {author: int(row.id) for author, row in known.items()}
    return ids | _add(tx, {author: seen[author] for author in seen if author not in known})


def nobody(tx: Connection, platform: str, at: datetime) -> int:
    """The account that stands on a platform for authors whom nobody names any more."""
    found = _known(tx, [(platform, NOBODY)])
    if found:
        return int(found[platform, NOBODY].id)
    unknown = _Sighting(Author(NOBODY, NOBODY), at, at, False, False, False)
    return _add(tx, {(platform, NOBODY): unknown})[platform, NOBODY]


def _sightings(posts: Sequence[Post]) -> dict[AuthorKey, _Sighting]:
    seen: dict[AuthorKey, _Sighting] = {}
    for post in posts:
        author, at, who = author_key(post), post.created_at, post.author
        old = seen.get(author)
        if old is None:
            seen[author] = _Sighting(who, at, at, who.is_bot, who.is_staff, who.is_own)
            continue
        seen[author] = _Sighting(
            who if at >= old.last else old.author,
            min(old.first, at),
            max(old.last, at),
            old.is_bot or who.is_bot,
            old.is_staff or who.is_staff,
            old.is_own or who.is_own,
        )
    return seen


def _known(tx: Connection, authors: Sequence[AuthorKey]) -> dict[AuthorKey, Row[Any]]:
    found: dict[AuthorKey, Row[Any]] = {}
    for platform in {platform for platform, _ in authors}:
        ids = [id_ for where, id_ in authors if where == platform]
        for some in chunks(ids):
            query = select(account).where(account.c.platform == platform)
            rows = tx.execute(one_of(tx, query, account.c.platform_id, some))
            found |= {(platform, row.platform_id): row for row in rows}
    return found


def _add(tx: Connection, new: Mapping[AuthorKey, _Sighting]) -> dict[AuthorKey, int]:
    if not new:
        return {}
    people = next_ids(tx, person, len(new))
    accounts = next_ids(tx, account, len(new))
    tx.execute(
        plain_insert(person),
        [
            {"id": id_, "name": _shown(sighting.author), "created_at": sighting.first}
            for id_, sighting in zip(people, new.values(), strict=True)
        ],
    )
    tx.execute(
        plain_insert(account),
        [
            {"id": id_, "person_id": person_id, "platform": platform, "platform_id": platform_id}
            | _columns(sighting)
            for id_, person_id, ((platform, platform_id), sighting) in zip(
                accounts, people, new.items(), strict=True
            )
        ],
    )
    return dict(zip(new, accounts, strict=True))


def _update(
    tx: Connection, seen: Mapping[AuthorKey, _Sighting], known: Mapping[AuthorKey, Row[Any]]
) -> None:
    changed = []
    for author, row in known.items():
        columns = _columns(_merged(seen[author], row))
        if any(getattr(row, name) != value for name, value in columns.items()):
            changed.append({"account_id": row.id} | columns)
    if changed:
        tx.execute(update(account).where(account.c.id == bindparam("account_id")), changed)


def _merged(seen: _Sighting, row: Row[Any]) -> _Sighting:
    """What is known, with what was seen; names come from whichever is newer."""
    stored = Author(row.platform_id, row.handle, row.name)
    return replace(
        seen,
        author=seen.author if seen.last >= row.last_seen_at else stored,
        first=min(seen.first, row.first_seen_at),
        last=max(seen.last, row.last_seen_at),
        is_bot=seen.is_bot or row.is_bot,
        is_staff=seen.is_staff or row.is_staff,
        is_own=seen.is_own or row.is_own,
    )


def _columns(seen: _Sighting) -> dict[str, Any]:
    return {
        "handle": scrub(seen.author.handle),
        "name": scrub_maybe(seen.author.name),
        "is_bot": seen.is_bot,
        "is_staff": seen.is_staff,
        "is_own": seen.is_own,
        "first_seen_at": seen.first,
        "last_seen_at": seen.last,
    }


def _shown(author: Author) -> str:
    return scrub(author.name or author.handle)
