"""Stage 5: expert scores and daily counts, derived from the log."""

from datetime import datetime

from models.experts import Help, Rank, rank
from rewards.abuse import reciprocal_pairs
from rewards.policy import Policy
from store import helpgraph, people, rollups
from store.db import Engine
from store.records import Choice, ExpertScore

_NOT_RANKED = frozenset({Choice.NONE})


def measure(engine: Engine, policy: Policy, now: datetime) -> int:
    """Rank everybody who helped and count each day anew; returns how many people have a score."""
    with engine.begin() as tx:
        acts = [one.act for one in helpgraph.acts(tx)]
        ranks = rank(
            [Help(act.helper_id, act.helped_id, act.evidence.value, act.at) for act in acts],
            now,
            policy.half_life_days,
            reciprocal_pairs(acts),
        )
        who = people.load(tx, [one.person for one in ranks])
        kept = [one for one in ranks if one.person in who and _counts(who[one.person], policy)]
        helpgraph.save_scores(tx, [_score(one, now) for one in kept])
        rollups.rebuild(tx, None)
    return len(kept)


def _counts(person: people.Person, policy: Policy) -> bool:
    ours = person.is_own or person.is_staff or person.is_bot
    ours = ours or any(policy.is_own(one) for one in person.handles)
    return not ours and not person.is_gone and person.choice not in _NOT_RANKED


def _score(one: Rank, now: datetime) -> ExpertScore:
    return ExpertScore(one.person, one.score, one.acts, one.helped, now)
