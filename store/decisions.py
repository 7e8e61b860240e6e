"""What was decided about a case, by whom and why. Append-only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from store.clean import key
from store.records import Reason, Verdict
from store.rows import add_new
from store.schema import decision


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """One decision; `actor` is a member's name or the policy's."""

    id: int
    dedupe_key: str
    case_id: int
    verdict: Verdict
    reasons: tuple[Reason, ...]
    actor: str
    at: datetime


def add(
    tx: Connection,
    dedupe_key: str,
    case_id: int,
    verdict: Verdict,
    reasons: Sequence[Reason],
    actor: str,
    now: datetime,
) -> bool:
    """Note a decision; False where its key is there already.

    The row outlives the person that it is about: a reason says what was seen and quotes nobody.
    """
    row = {
        "dedupe_key": key(dedupe_key),
        "case_id": case_id,
        "verdict": verdict.value,
        "reasons": [[reason.rule, reason.detail] for reason in reasons],
        "actor": actor,
        "at": now,
    }
    return bool(add_new(tx, decision, [row]))


def of_case(tx: Connection, case_id: int) -> list[StoredDecision]:
    """The decisions about a case, oldest first."""
    query = select(decision).where(decision.c.case_id == case_id).order_by(decision.c.id)
    return [
        StoredDecision(
            id=row.id,
            dedupe_key=row.dedupe_key,
            case_id=row.case_id,
            verdict=Verdict(row.verdict),
            reasons=tuple(Reason(rule, detail) for rule, detail in row.reasons),
            actor=row.actor,
            at=row.at,
        )
        for row in tx.execute(query)
    ]
