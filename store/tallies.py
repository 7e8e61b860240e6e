"""How many there are of what a run makes."""

from sqlalchemy import Connection, func, select

from store.records import MessageState
from store.schema import act_of_help, case, outbox


def cases(tx: Connection) -> int:
    """All cases."""
    return tx.scalar(select(func.count()).select_from(case)) or 0


def drafts(tx: Connection) -> int:
    """Cases for which words were prepared."""
    return tx.scalar(select(func.count()).select_from(case).where(case.c.draft.is_not(None))) or 0


def messages(tx: Connection) -> int:
    """All messages of the outbox."""
    return tx.scalar(select(func.count()).select_from(outbox)) or 0


def sent(tx: Connection) -> int:
    """Messages that were sent."""
    query = select(func.count()).select_from(outbox)
    return tx.scalar(query.where(outbox.c.state == MessageState.SENT.value)) or 0


def acts(tx: Connection) -> int:
    """All acts of help."""
    return tx.scalar(select(func.count()).select_from(act_of_help)) or 0
