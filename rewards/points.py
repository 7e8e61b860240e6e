"""Points for acts of help, in integers, worth less each time between the same two people."""

from collections.abc import Sequence

from rewards.policy import Policy
from store.records import ActOfHelp, Evidence


def earned(evidence: Evidence, before: Sequence[Evidence], policy: Policy) -> int:
    """Points of one act of help after those that the same pair had this month (`before`).

    The second act between two people is worth a half, the third a third, and so on; together
    never more than `policy.pair_monthly_cap`. Never negative.
    """
    spent = 0
    for nth, past in enumerate(before, start=1):
        spent += _share(past, nth, policy.pair_monthly_cap - spent, policy)
    return _share(evidence, len(before) + 1, policy.pair_monthly_cap - spent, policy)


def _share(evidence: Evidence, nth: int, left: int, policy: Policy) -> int:
    return max(0, min(policy.points.of(evidence) // nth, left))


def points_of(
    act: ActOfHelp, before: Sequence[Evidence], policy: Policy, *, colluding: bool = False
) -> int:
    """Points of an act; nothing for helping oneself and nothing between colluders."""
    if colluding or act.helper_id == act.helped_id:
        return 0
    return earned(act.evidence, before, policy)


def same_pair_before(act: ActOfHelp, acts: Sequence[ActOfHelp], policy: Policy) -> list[Evidence]:
    """Evidence of what the same helper did for the same person earlier in the act's month.

    `acts` may hold anything; months are those of the policy's time zone. Oldest first.
    """
    month = act.at.astimezone(policy.zone)
    found = [
        other
        for other in acts
        if (other.helper_id, other.helped_id) == (act.helper_id, act.helped_id)
        and (other.at, other.post_id) < (act.at, act.post_id)
        and _month(other, policy) == (month.year, month.month)
    ]
    return [other.evidence for other in sorted(found, key=lambda act: (act.at, act.post_id))]


def _month(act: ActOfHelp, policy: Policy) -> tuple[int, int]:
    local = act.at.astimezone(policy.zone)
    return local.year, local.month
