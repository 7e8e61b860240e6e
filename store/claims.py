"""One-time codes that prove who writes them; only a hash of each is kept."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from store.schema import claim


def issue(
    tx: Connection, digest: str, account_id: int, now: datetime, expires_at: datetime
) -> None:
    """Keep the hash of a code that the holder of an account was given; older ones are void."""
    unspent = claim.c.account_id == account_id, claim.c.spent_at.is_(None)
    tx.execute(delete(claim).where(*unspent))
    values = {"digest": digest, "account_id": account_id, "created_at": now}
    tx.execute(insert(claim).values(**values, expires_at=expires_at))


def holder(tx: Connection, digest: str, now: datetime) -> int | None:
    """The account that a code was given to, while it is unspent and not too old."""
    return tx.scalar(
        select(claim.c.account_id).where(
            claim.c.digest == digest, claim.c.spent_at.is_(None), claim.c.expires_at > now
        )
    )


def spend(tx: Connection, digest: str, now: datetime) -> None:
    """A code proves once."""
    tx.execute(update(claim).where(claim.c.digest == digest).values(spent_at=now))
