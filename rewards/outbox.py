"""Deliver the outbox: claim, send, record; and find out what became of what a crash left.

No transaction is open while a sender speaks. A message is claimed, and the claim committed,
before it is said, so that two programs never say the same; and a message whose outcome cannot
be learned waits for a person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from rewards.senders import Absence, OutcomeUnknown, Sender, SendError
from store import cases, mentions, outbox, people
from store.db import Connection, Engine, reading
from store.records import CaseKind, Choice, Message, StoredPost

LOG = structlog.get_logger(__name__)
UNKNOWN: Final = "outcome unknown: look before sending again"
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)


@dataclass(slots=True)
class Delivery:
    """How many messages were sent, given up, put back for later, or are still in doubt."""

    sent: int = 0
    failed: int = 0
    retried: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class _Round:
    engine: Engine
    senders: Mapping[str, Sender]
    now: Callable[[], datetime]
    attempts: int
    done: Delivery = field(default_factory=Delivery)


def deliver(
    engine: Engine,
    senders: Mapping[str, Sender],
    now: Callable[[], datetime],
    *,
    limit: int = 100,
    stale_after: timedelta = timedelta(minutes=10),
    attempts: int = 5,
) -> Delivery:
    """Settle what a dead process left in sending, then send up to `limit` messages that are due.

    A claim older than `stale_after` counts as left behind: longer than any sender waits, or
    nothing at the start of the only process. After `attempts` tries a message is given up.
    """
    step = _Round(engine, senders, now, attempts)
    with reading(engine) as tx:
        left = outbox.stale(tx, now() - stale_after)
    for message in left:
        _settle(step, message)
    with reading(engine) as tx:
        due = outbox.due(tx, now(), limit)
    for message in due:
        _send(step, message)
    return step.done


def _settle(step: _Round, message: Message) -> None:
    """Learn whether a message that was being sent was said."""
    sender = step.senders.get(message.sender)
    with reading(step.engine) as tx:
        target = _target(tx, message)
    if sender is None or target is None:
        return _fail(step, message, UNKNOWN)
    try:
        found = sender.find(message, target.post)
    except (SendError, OutcomeUnknown) as error:
        return _hold(step, message, error)
    except Exception as error:  # noqa: BLE001 - one bad message never stops the others
        return _hold(step, message, error)
    if found is Absence.UNKNOWN:
        return _fail(step, message, UNKNOWN)
    if found is Absence.SURE:
        return _retry(step, message, "not said before a restart", timedelta())
    return _sent(step, message, str(found))


def _send(step: _Round, message: Message) -> None:
    sender = step.senders.get(message.sender)
    target = _claim(step, message)
    if target is None:
        return None
    if sender is None:
        return _fail(step, message, f"no sender is called {message.sender}: nothing was sent")
    try:
        remote_id = sender.send(message, target.post)
    except SendError as error:
        if error.permanent:
            return _fail(step, message, str(error))
        wait = error.retry_after or _wait(message.attempts)
        return _retry(step, message, str(error), wait, tried=message.attempts + 1)
    except Exception as error:  # noqa: BLE001 - it may have been said: settled by a later look
        return _hold(step, message, error)
    return _sent(step, message, remote_id)


def _claim(step: _Round, message: Message) -> StoredPost | None:
    """The post to reply to, once the message is ours; None where there is nothing to send."""
    with step.engine.begin() as tx:
        if not outbox.claim(tx, message.id, step.now()):
            return None
        target = _target(tx, message)
        obstacle = _obstacle(tx, message, target)
        if obstacle is None:
            return target
        outbox.mark_failed(tx, message.id, f"{obstacle}; nothing was sent", step.now())
    step.done.failed += 1
    return None


def _target(tx: Connection, message: Message) -> StoredPost | None:
    post_id = message.draft.target_post_id
    return mentions.load(tx, [post_id]).get(post_id)


def _obstacle(tx: Connection, message: Message, target: StoredPost | None) -> str | None:
    """What happened since the message was written that forbids to send it."""
    if target is None or target.post.deleted_at is not None:
        return "the post was deleted"
    case = cases.load(tx, message.case_id)
    if case is not None and case.kind in (CaseKind.HELP, CaseKind.PRAISE):
        choice = people.choice(tx, message.draft.recipient_id)
        if choice in (Choice.NONE, Choice.PRIVATE):
            return "the person chose no public thanks"
    return None


def _sent(step: _Round, message: Message, remote_id: str) -> None:
    with step.engine.begin() as tx:
        step.done.sent += outbox.mark_sent(tx, message.id, remote_id, step.now())


def _fail(step: _Round, message: Message, error: str) -> None:
    with step.engine.begin() as tx:
        step.done.failed += outbox.mark_failed(tx, message.id, error, step.now())


def _retry(
    step: _Round, message: Message, error: str, wait: timedelta, *, tried: int | None = None
) -> None:
    tries = message.attempts if tried is None else tried
    if tries >= step.attempts:
        return _fail(step, message, f"given up after {tries} attempts: {error}")
    with step.engine.begin() as tx:
        step.done.retried += outbox.retry_at(tx, message.id, step.now() + wait, error)
    return None


def _hold(step: _Round, message: Message, error: Exception) -> None:
    """Leave it in sending: a later round asks the platform."""
    step.done.held += 1
    LOG.warning("message held", message=message.id, sender=message.sender, error=repr(error))


def _wait(attempts: int) -> timedelta:
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(attempts, 10)))
