"""The people who use the desk, their sign-in links and open sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, insert, select

from store.errors import StoreError
from store.rows import add_new
from store.schema import member, token

Purpose = Literal["link", "session"]


@dataclass(frozen=True, slots=True)
class Member:
    """One person who uses the desk."""

    id: int
    name: str


def first_member_exists(tx: Connection) -> bool:
    """Whether anybody can sign in yet."""
    return tx.scalar(select(member.c.id).limit(1)) is not None


def add_member(tx: Connection, name: str, now: datetime) -> int:
    """Add a member; the row id. Raises StoreError for a name that is taken."""
    added = add_new(tx, member, [{"name": name, "created_at": now}])
    if not added:
        raise StoreError(f"there is a member of the name {name!r} already: choose another name")
    return added[0]


def add_token(
    tx: Connection, digest: str, member_id: int, purpose: Purpose, expires_at: datetime
) -> None:
    """Keep the hash of a sign-in link or of a session."""
    values = {"digest": digest, "member_id": member_id}
    tx.execute(insert(token).values(**values, purpose=purpose, expires_at=expires_at))


def use_link(tx: Connection, digest: str, now: datetime) -> int | None:
    """Spend a sign-in link; the member's id, or None for one unknown, expired or spent."""
    tx.execute(delete(token).where(token.c.expires_at <= now))
    spend = delete(token).where(token.c.digest == digest, token.c.purpose == "link")
    return tx.scalar(spend.returning(token.c.member_id))


def session_member(tx: Connection, digest: str, now: datetime) -> Member | None:
    """Who a session belongs to, while it lasts."""
    row = tx.execute(
        select(member.c.id, member.c.name)
        .join(token, token.c.member_id == member.c.id)
        .where(token.c.digest == digest, token.c.purpose == "session", token.c.expires_at > now)
    ).one_or_none()
    return None if row is None else Member(row.id, row.name)


def end_session(tx: Connection, digest: str) -> None:
    """Forget a session."""
    tx.execute(delete(token).where(token.c.digest == digest, token.c.purpose == "session"))


def members(tx: Connection) -> list[Member]:
    """Everybody, by name."""
    rows = tx.execute(select(member.c.id, member.c.name).order_by(member.c.name))
    return [Member(row.id, row.name) for row in rows]
