"""People, their accounts, and how they want to be recognised."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from store.clean import key
from store.posts import fetch, stored
from store.records import NOBODY, Choice, StoredPost
from store.rows import chunks
from store.schema import account, consent, link, person, post


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account on one platform."""

    id: int
    person_id: int
    platform: str
    platform_id: str
    handle: str
    name: str | None
    is_bot: bool
    is_staff: bool
    is_own: bool
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A person with what all their accounts say together."""

    id: int
    name: str
    handles: tuple[str, ...]
    platforms: tuple[str, ...]
    is_bot: bool
    is_staff: bool
    is_own: bool
    first_seen_at: datetime
    last_seen_at: datetime
    posts: int
    choice: Choice | None

    @property
    def is_gone(self) -> bool:
        """Whether nothing is left of them but what they earned."""
        return self.handles == (NOBODY,)


def load(tx: Connection, ids: Collection[int]) -> dict[int, Person]:
    """People by row id; one unknown or without an account is left out."""
    found: dict[int, Person] = {}
    for some in chunks(list(ids)):
        posts, choices = _post_counts(tx, some), _choices(tx, some)
        held = _accounts(tx, some)
        for row in tx.execute(select(person).where(person.c.id.in_(some))):
            if row.id in held:
                found[row.id] = _value(row, held[row.id], posts.get(row.id, 0), choices.get(row.id))
    return found


def find(tx: Connection, platform: str, platform_id: str) -> int | None:
    """The person behind an account."""
    return tx.scalar(
        select(account.c.person_id).where(
            account.c.platform == platform, account.c.platform_id == key(platform_id)
        )
    )


def accounts(tx: Connection, person_id: int) -> list[Account]:
    """A person's accounts, the oldest first."""
    return _accounts(tx, [person_id]).get(person_id, [])


def choice(tx: Connection, person_id: int) -> Choice | None:
    """How a person wants to be recognised, None where they never said."""
    return _choices(tx, [person_id]).get(person_id)


def set_choice(tx: Connection, person_id: int, choice: Choice, origin: str, now: datetime) -> None:
    """Note a choice; the newest counts. `origin` says where it was made."""
    tx.execute(
        insert(consent).values(person_id=person_id, choice=choice.value, origin=origin, at=now)
    )


def join(
    tx: Connection, account_id: int, person_id: int, origin: str, actor: str, now: datetime
) -> None:
    """Put an account under a person, and note who did it and why.

    Acts, cases and points of before stay with the person that they were given to.
    """
    tx.execute(update(account).where(account.c.id == account_id).values(person_id=person_id))
    values = {"account_id": account_id, "person_id": person_id, "origin": origin}
    tx.execute(insert(link).values(**values, actor=actor, at=now))


def newcomers(tx: Connection, since: datetime) -> list[int]:
    """People none of whose accounts was seen before a moment, the earliest first."""
    first = func.min(account.c.first_seen_at)
    recent = select(account.c.person_id).where(account.c.first_seen_at >= since)
    query = (
        select(account.c.person_id)
        .where(account.c.person_id.in_(recent))
        .group_by(account.c.person_id)
        .having(first >= since)
        .order_by(first, account.c.person_id)
    )
    return list(tx.scalars(query))


def posts_of(tx: Connection, person_id: int, limit: int) -> list[StoredPost]:
    """A person's newest posts, newest first."""
    newest = post.c.created_at.desc(), post.c.id.desc()
    query = stored().where(account.c.person_id == person_id)
    return fetch(tx, query.order_by(*newest).limit(limit))


def mark_staff(tx: Connection, handles: Collection[str]) -> None:
    """Mark accounts as staff by handle, in any case, with or without `@`."""
    names = {handle.lstrip("@") for handle in handles}
    lowered = {name.lower() for name in names}
    for some in chunks(sorted(names | lowered)):
        tx.execute(
            update(account)
            .where(
                or_(func.lower(account.c.handle).in_(some), account.c.handle.in_(some)),
                account.c.is_staff.is_(False),
            )
            .values(is_staff=True)
        )


def _accounts(tx: Connection, ids: Sequence[int]) -> dict[int, list[Account]]:
    query = select(account).where(account.c.person_id.in_(ids))
    held: defaultdict[int, list[Account]] = defaultdict(list)
    for row in tx.execute(query.order_by(account.c.first_seen_at, account.c.id)):
        held[row.person_id].append(Account(*row))
    return dict(held)


def _post_counts(tx: Connection, ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(account.c.person_id, func.count(post.c.id))
        .join(post, post.c.account_id == account.c.id)
        .where(account.c.person_id.in_(ids))
        .group_by(account.c.person_id)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def _choices(tx: Connection, ids: Sequence[int]) -> dict[int, Choice]:
    query = select(consent.c.person_id, consent.c.choice).where(consent.c.person_id.in_(ids))
    ordered = query.order_by(consent.c.at, consent.c.id)
    return {person_id: Choice(choice) for person_id, choice in tx.execute(ordered)}


def _value(row: Row[Any], held: Sequence[Account], posts: int, choice: Choice | None) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        handles=_handles(held),
        platforms=tuple(dict.fromkeys(one.platform for one in held)),
        is_bot=any(one.is_bot for one in held),
        is_staff=any(one.is_staff for one in held),
        is_own=any(one.is_own for one in held),
        first_seen_at=min(one.first_seen_at for one in held),
        last_seen_at=max(one.last_seen_at for one in held),
        posts=posts,
        choice=choice,
    )


def _handles(held: Sequence[Account]) -> tuple[str, ...]:
    """Those that an account still has."""
    named = dict.fromkeys(one.handle for one in held if one.handle != NOBODY)
    return tuple(named) or (NOBODY,)
