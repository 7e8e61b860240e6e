"""One-time codes that somebody writes from a second account; only a hash of each is kept.

A code is public once it is written, so writing it proves nothing alone: who wrote it waits until
a member says whose account it is.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from store import audit, identity
from store.people import Account
from store.rows import add_new
from store.schema import account, claim, claimant, post

_ORIGIN: Final = "wrote a code that the other was given, and a member confirmed it"


@dataclass(frozen=True, slots=True)
class Claimant:
    """An account that wrote the code given to another account, where and when."""

    id: int
    account: Account
    given_to: Account
    url: str | None
    written_at: datetime
    writers: int
    """Accounts that wrote this code and wait; more than one: somebody copied it."""


def issue(
    tx: Connection, digest: str, account_id: int, now: datetime, expires_at: datetime
) -> None:
    """Keep the hash of a code that the holder of an account was given; older ones are void."""
    older = claim.c.account_id == account_id, claim.c.spent_at.is_(None)
    void = select(claim.c.digest).where(*older)
    tx.execute(delete(claimant).where(claimant.c.digest.in_(void)))
    tx.execute(delete(claim).where(*older))
    values = {"digest": digest, "account_id": account_id, "created_at": now}
    tx.execute(insert(claim).values(**values, expires_at=expires_at))


def holder(tx: Connection, digest: str, now: datetime) -> int | None:
    """The account that a code was given to, while it is unspent and not too old."""
    return tx.scalar(
        select(claim.c.account_id).where(
            claim.c.digest == digest, claim.c.spent_at.is_(None), claim.c.expires_at > now
        )
    )


def note_writer(tx: Connection, digest: str, account_id: int, post_id: int, now: datetime) -> None:
    """Note that an account wrote a code; its first post of it counts."""
    row = {"digest": digest, "account_id": account_id, "post_id": post_id, "heard_at": now}
    add_new(tx, claimant, [row])


def spend(tx: Connection, digest: str, now: datetime) -> bool:
    """Make a code void, so that nobody who wrote it waits any more; False where it was already."""
    unspent = claim.c.digest == digest, claim.c.spent_at.is_(None)
    return bool(tx.execute(update(claim).where(*unspent).values(spent_at=now)).rowcount)


def waiting(tx: Connection) -> list[Claimant]:
    """Who wrote a code and waits for a member, the first to write each code first.

    Left out are accounts that by now cannot be one person's: erased, or joined in another way.
    """
    rows = tx.execute(
        _waiting().order_by(claim.c.created_at, post.c.created_at, claimant.c.id)
    ).all()
    writers = Counter(row.digest for row in rows)
    held = _accounts(tx, {row.account_id for row in rows} | {row.given_to for row in rows})
    return [
        Claimant(
            row.id, held[row.account_id], held[row.given_to], row.url, row.created_at,
            writers[row.digest],
        )
        for row in rows
        if identity.refusal(tx, row.account_id, row.given_to) is None
    ]  # fmt: skip


def confirm(tx: Connection, claimant_id: int, actor: str, now: datetime) -> int | None:
    """A member says that both accounts are one person's; that person, None where none waits.

    Raises store.identity.NotOnePerson where a rule forbids it: then nothing is changed.
    """
    row = _one(tx, claimant_id)
    if row is None:
        return None
    with tx.begin_nested():
        # Of two members who confirm two writers at once, one is too late.
        if not spend(tx, row.digest, now):
            return None
        return identity.join(tx, row.account_id, row.given_to, _ORIGIN, actor, now)


def refuse(tx: Connection, claimant_id: int, actor: str, now: datetime) -> bool:
    """A member says that it is somebody else; the code stays good for whom it was given to."""
    row = _one(tx, claimant_id)
    if row is None:
        return False
    tx.execute(update(claimant).where(claimant.c.id == claimant_id).values(refused_at=now))
    detail = {"given_to": str(row.given_to)}
    audit.note(tx, now, actor, "refuse claim", "account", row.account_id, detail)
    return True


def _waiting() -> Select[Any]:
    columns = (
        claimant.c.id, claimant.c.digest, claimant.c.account_id,
        claim.c.account_id.label("given_to"), post.c.url, post.c.created_at,
    )  # fmt: skip
    return (
        select(*columns)
        .join_from(claimant, claim, claimant.c.digest == claim.c.digest)
        .join(post, post.c.id == claimant.c.post_id)
        .where(claim.c.spent_at.is_(None), claimant.c.refused_at.is_(None))
    )


def _one(tx: Connection, claimant_id: int) -> Row[Any] | None:
    return tx.execute(_waiting().where(claimant.c.id == claimant_id)).one_or_none()


def _accounts(tx: Connection, ids: Collection[int]) -> dict[int, Account]:
    rows = tx.execute(select(account).where(account.c.id.in_(ids)))
    return {row.id: Account(*row) for row in rows}
