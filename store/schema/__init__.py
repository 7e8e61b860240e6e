"""The tables. Constraints keep the promises; every index names its query."""

from typing import Final

from store.schema.columns import metadata
from store.schema.copies import case_copy, likeness
from store.schema.deciding import case, decision, ledger, outbox
from store.schema.desk import audit, fact, member, token
from store.schema.judging import act_of_help, analysis, example, expert_score, label, rollup
from store.schema.people import account, claim, claimant, consent, link, person
from store.schema.posts import edit, mention, post, recheck, tombstone
from store.schema.sources import conversation, cursor, spending, unread

__all__ = [
    "APPEND_ONLY",
    "account",
    "act_of_help",
    "analysis",
    "audit",
    "case",
    "case_copy",
    "claim",
    "claimant",
    "consent",
    "conversation",
    "cursor",
    "decision",
    "edit",
    "example",
    "expert_score",
    "fact",
    "label",
    "ledger",
    "likeness",
    "link",
    "member",
    "mention",
    "metadata",
    "outbox",
    "person",
    "post",
    "recheck",
    "rollup",
    "spending",
    "token",
    "tombstone",
    "unread",
]

APPEND_ONLY: Final = (
    "link", "tombstone", "decision", "ledger", "consent", "audit", "recheck",
    "label",
)  # fmt: skip
"""Tables whose rows no statement may change or remove; triggers refuse it.

In `link` and `consent`, `origin` may become NOBODY and nothing else: an erasure needs it.
Rows of `label` go once their post is deleted, and no sooner.
"""
