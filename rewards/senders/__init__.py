"""The senders: one way of speaking each. What a sender must promise, and how it fails."""

from datetime import timedelta
from enum import Enum
from typing import Protocol

from store.records import Message, Post


class SendError(Exception):
    """The platform surely did not take the message.

    A permanent failure is never tried again; any other after `retry_after`, or a growing wait.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


class OutcomeUnknown(Exception):
    """The message may have been taken: a timeout, a broken connection. Look before sending."""


class Absence(Enum):
    """What a search for a message that was not found is worth."""

    SURE = "sure"
    """It was not said: it may be said now."""
    UNKNOWN = "unknown"
    """It cannot be learned whether it was said, for example where a new reply shows late."""


class Sender(Protocol):
    """One way of speaking. It waits no longer than a minute for its platform."""

    @property
    def name(self) -> str:
        """As in the settings and in the outbox."""
        ...

    def send(self, message: Message, target: Post) -> str:
        """Say it in reply to the target; the platform's id of what was said.

        Raises SendError where it surely was not said, OutcomeUnknown where it may have been.
        """
        ...

    def find(self, message: Message, target: Post) -> str | Absence:
        """The id of this message where it was said already. Raises SendError: ask later."""
        ...
