"""Messages to send: each is claimed by one sender before it is spoken."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from store.clean import key, scrub
from store.records import Draft, Message, MessageState
from store.rows import add_new, chunks
from store.schema import outbox


def enqueue(
    tx: Connection,
    dedupe_key: str,
    case_id: int,
    sender: str,
    draft: Draft,
    due_at: datetime,
    now: datetime,
) -> bool:
    """Put a message in line; False where its key is there already."""
    row = {
        "dedupe_key": key(dedupe_key),
        "case_id": case_id,
        "target_post_id": draft.target_post_id,
        "recipient_id": draft.recipient_id,
        "platform": draft.platform,
        "sender": sender,
        "body": scrub(draft.body),
        "state": MessageState.PENDING.value,
        "attempts": 0,
        "created_at": now,
        "due_at": due_at,
    }
    return bool(add_new(tx, outbox, [row]))


def due(tx: Connection, now: datetime, limit: int) -> list[Message]:
    """Messages to send now, the longest due first."""
    query = select(outbox).where(
        outbox.c.state == MessageState.PENDING.value, outbox.c.due_at <= now
    )
    return _fetch(tx, query.order_by(outbox.c.due_at, outbox.c.id).limit(limit))


def claim(tx: Connection, id: int, now: datetime) -> bool:
    """Take a pending message for sending; False where another was faster.

    Commit before speaking: the claim is what keeps two senders apart.
    """
    values = {"claimed_at": now, "attempts": outbox.c.attempts + 1}
    return _move(tx, id, MessageState.PENDING, MessageState.SENDING, values)


def stale(tx: Connection, claimed_before: datetime) -> list[Message]:
    """Messages whose sender was lost: claimed before a moment and neither sent nor failed."""
    query = select(outbox).where(
        outbox.c.state == MessageState.SENDING.value, outbox.c.claimed_at < claimed_before
    )
    return _fetch(tx, query.order_by(outbox.c.id))


def mark_sent(tx: Connection, id: int, remote_id: str | None, now: datetime) -> bool:
    """A claimed message stands on its platform; False where it was not claimed."""
    values = {"remote_id": remote_id, "sent_at": now, "error": None}
    return _move(tx, id, MessageState.SENDING, MessageState.SENT, values)


def mark_failed(tx: Connection, id: int, error: str, now: datetime) -> bool:
    """A claimed message is given up for good; False where it was not claimed."""
    values = {"error": scrub(error), "due_at": now}
    return _move(tx, id, MessageState.SENDING, MessageState.FAILED, values)


def retry_at(tx: Connection, id: int, due_at: datetime, error: str) -> bool:
    """A claimed message is to be tried again later; False where it was not claimed."""
    values = {"error": scrub(error), "due_at": due_at, "claimed_at": None}
    return _move(tx, id, MessageState.SENDING, MessageState.PENDING, values)


def last_thanked(tx: Connection, person_ids: Collection[int]) -> dict[int, datetime]:
    """When each person's newest message that did not fail was put in line."""
    found: dict[int, datetime] = {}
    for some in chunks(list(person_ids)):
        query = (
            select(outbox.c.recipient_id, func.max(outbox.c.created_at))
            .where(outbox.c.recipient_id.in_(some), outbox.c.state != MessageState.FAILED.value)
            .group_by(outbox.c.recipient_id)
        )
        found |= {row[0]: row[1] for row in tx.execute(query)}
    return found


def bodies_since(tx: Connection, since: datetime) -> list[str]:
    """What was said since a moment, oldest first, failed messages left out."""
    query = select(outbox.c.body).where(
        outbox.c.created_at >= since, outbox.c.state != MessageState.FAILED.value
    )
    return list(tx.scalars(query.order_by(outbox.c.created_at, outbox.c.id)))


def listing(
    tx: Connection, state: MessageState | None, limit: int, offset: int = 0
) -> list[Message]:
    """One page of messages, newest first."""
    query = select(outbox).order_by(outbox.c.id.desc()).limit(limit).offset(offset)
    return _fetch(tx, query if state is None else query.where(outbox.c.state == state.value))


def of_case(tx: Connection, case_id: int) -> list[Message]:
    """The messages of a case, oldest first."""
    return _fetch(tx, select(outbox).where(outbox.c.case_id == case_id).order_by(outbox.c.id))


def _move(
    tx: Connection, id_: int, old: MessageState, new: MessageState, values: dict[str, Any]
) -> bool:
    # The condition on the state is the lock: of two transactions one changes no row.
    statement = update(outbox).where(outbox.c.id == id_, outbox.c.state == old.value)
    return tx.execute(statement.values(state=new.value, **values)).rowcount == 1


def _fetch(tx: Connection, query: Select[Any]) -> list[Message]:
    return [_value(row) for row in tx.execute(query)]


def _value(row: Row[Any]) -> Message:
    return Message(
        id=row.id,
        dedupe_key=row.dedupe_key,
        case_id=row.case_id,
        sender=row.sender,
        draft=Draft(row.platform, row.target_post_id, row.recipient_id, row.body),
        state=MessageState(row.state),
        attempts=row.attempts,
        due_at=row.due_at,
        claimed_at=row.claimed_at,
        sent_at=row.sent_at,
        remote_id=row.remote_id,
        error=row.error,
    )
