"""Who helped whom, and how much each person helped."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, case, delete, select
from sqlalchemy import insert as plain_insert

from store.records import ActOfHelp, Evidence, ExpertScore, StoredAct
from store.rows import chunks, insert
from store.schema import act_of_help, expert_score

STRONGEST_FIRST: Final = (
    Evidence.ACCEPTED,
    Evidence.THANKED,
    Evidence.SCORED,
    Evidence.REPLIED,
)
_RANK: Final = {evidence.value: rank for rank, evidence in enumerate(STRONGEST_FIRST)}


def save_acts(tx: Connection, acts: Sequence[ActOfHelp]) -> int:
    """Save acts of help; of two for one post and one helped person the stronger evidence stays.

    The number that were added or strengthened.
    """
    if not acts:
        return 0
    statement = insert(tx, act_of_help)
    new, old = statement.excluded, act_of_help.c
    names = ("helper_id", "evidence", "evidence_post_id", "asked_post_id", "channel", "at")
    upsert = statement.on_conflict_do_update(
        index_elements=["post_id", "helped_id"],
        set_={name: new[name] for name in names},
        where=case(_RANK, value=new.evidence) < case(_RANK, value=old.evidence),
    ).returning(old.id)
    return len(tx.scalars(upsert, _strongest(acts)).all())


def acts(
    tx: Connection, since: datetime | None = None, until: datetime | None = None
) -> list[StoredAct]:
    """Acts in [since, until), oldest first."""
    query = select(act_of_help).order_by(act_of_help.c.at, act_of_help.c.id)
    if since is not None:
        query = query.where(act_of_help.c.at >= since)
    if until is not None:
        query = query.where(act_of_help.c.at < until)
    return _fetch(tx, query)


def acts_of(tx: Connection, person_id: int, limit: int) -> list[StoredAct]:
    """The newest acts of one helper, newest first."""
    query = select(act_of_help).where(act_of_help.c.helper_id == person_id)
    newest = query.order_by(act_of_help.c.at.desc(), act_of_help.c.id.desc())
    return _fetch(tx, newest.limit(limit))


def acts_on(tx: Connection, post_ids: Collection[int]) -> list[StoredAct]:
    """Acts done with these posts, by id."""
    found: list[StoredAct] = []
    for some in chunks(list(post_ids)):
        found += _fetch(tx, select(act_of_help).where(act_of_help.c.post_id.in_(some)))
    return sorted(found, key=lambda one: one.id)


def save_scores(tx: Connection, scores: Sequence[ExpertScore]) -> None:
    """Replace all scores."""
    tx.execute(delete(expert_score))
    if not scores:
        return
    rows = [
        {
            "person_id": one.person_id,
            "score": one.score,
            "acts": one.acts,
            "helped": one.helped,
            "computed_at": one.computed_at,
        }
        for one in scores
    ]
    tx.execute(plain_insert(expert_score), rows)


def experts(tx: Connection, limit: int) -> list[ExpertScore]:
    """The highest scores first."""
    order = expert_score.c.score.desc(), expert_score.c.person_id
    return [
        ExpertScore(row.person_id, row.score, row.acts, row.helped, row.computed_at)
        for row in tx.execute(select(expert_score).order_by(*order).limit(limit))
    ]


def _strongest(acts: Sequence[ActOfHelp]) -> list[dict[str, Any]]:
    """One row for each post and helped person: PostgreSQL cannot change a row twice at once."""
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for one in sorted(acts, key=lambda act: _RANK[act.evidence.value], reverse=True):
        rows[one.post_id, one.helped_id] = {
            "post_id": one.post_id,
            "helper_id": one.helper_id,
            "helped_id": one.helped_id,
            "evidence": one.evidence.value,
            "evidence_post_id": one.evidence_post_id,
            "asked_post_id": one.asked_post_id,
            "channel": one.channel,
            "at": one.at,
        }
    return [rows[name] for name in sorted(rows)]


def _fetch(tx: Connection, query: Select[Any]) -> list[StoredAct]:
    return [
        StoredAct(
            row.id,
            ActOfHelp(
                row.post_id, row.helper_id, row.helped_id, Evidence(row.evidence), row.at,
                row.evidence_post_id, row.asked_post_id, row.channel,
            ),
        )
        for row in tx.execute(query)
    ]  # fmt: skip
