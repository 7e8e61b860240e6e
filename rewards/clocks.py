"""The clock of a case: until when it should be taken care of."""

from datetime import datetime, timedelta

from rewards.policy import Policy
from store.records import CaseKind


def due_at(kind: CaseKind, posted_at: datetime, policy: Policy) -> datetime:
    """When the clock runs out. It starts when the person wrote, not when we heard it."""
    return posted_at + timedelta(hours=policy.response_hours.of(kind))
