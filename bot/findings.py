"""What the store knows of the things that the shipped community hides."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from bot.pipeline.assemble import hostile
from rewards.abuse import reciprocal_pairs
from rewards.policy import Policy
from store import context, helpgraph, mentions, people
from store.db import Connection
from store.records import Evidence, Task

_NEW_FOR: Final = timedelta(days=14)
_PROVEN: Final = (Evidence.ACCEPTED, Evidence.THANKED)
_HELPS: Final = 2
"""Proven acts that make somebody new a newcomer to notice."""


def findings(tx: Connection, policy: Policy, now: datetime) -> dict[str, tuple[str, ...]]:
    """Expert, newcomers, trolls, colluders, sarcasm and spam, each by ``platform:id``."""
    acts = [one.act for one in helpgraph.acts(tx)]
    pairs = reciprocal_pairs(acts)
    proven = [act.helper_id for act in acts if act.evidence in _PROVEN]
    new = set(people.newcomers(tx, now - _NEW_FOR))
    newcomers = {one for one in new if proven.count(one) >= _HELPS}
    experts = [one.person_id for one in helpgraph.experts(tx, 1)]
    colluders = ("+".join(sorted(_names(tx, pair))) for pair in pairs)
    return {
        "expert": _names(tx, experts),
        "newcomer": _names(tx, newcomers),
        "troll": _names(tx, hostile(tx, policy)),
        "colluders": tuple(sorted(colluders)),
        "sarcasm": _posts(tx, context.labelled(tx, Task.IRONY, "irony", policy.irony)),
        "spam": _posts(tx, context.labelled(tx, Task.SPAM, "spam", policy.spam)),
    }


def _names(tx: Connection, ids: Iterable[int]) -> tuple[str, ...]:
    """Each person by their first account."""
    found = (people.accounts(tx, one)[0] for one in ids)
    return tuple(sorted(f"{one.platform}:{one.platform_id}" for one in found))


def _posts(tx: Connection, ids: list[int]) -> tuple[str, ...]:
    posts = (one.post for one in mentions.load(tx, ids).values())
    return tuple(sorted(f"{one.platform}:{one.platform_id}" for one in posts))
