"""What people do to a case, through the same effects as the policy. Matches `desk.review`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rewards.act import say
from rewards.admission import admitted, place_of, written
from rewards.correcting import correct, uncorrect
from rewards.drafting.mark import carried, mark_of
from rewards.handling import (
    RECOGNITION,
    Refused,
    act_of,
    check_consent,
    decide,
    dismiss,
    entry_of,
    open_case,
    other_kinds,
    put,
    reading_of,
    standing_post,
)
from rewards.linter import below
from rewards.points import points_of, same_pair_before
from rewards.policy import Policy
from rewards.thanks import DEFAULT_LIMIT, LIMITS, fits, length
from rewards.undoing import ADMIT, undo
from store import (
    audit,
    cases,
    examples,
    helpgraph,
    ledger,
)
from store.cases import CaseRow
from store.db import Connection
from store.records import (
    CaseKind,
    CaseState,
    Draft,
    Lane,
    Reason,
    StoredAct,
    Task,
    Verdict,
)

PAIR_ACTS: Final = 1000
"""How many of a helper's newest acts are looked at for the points of one."""
ADMITTED: Final = {Lane.UNSURE: "about us", Lane.SPAM: "not spam"}
"""What a person says who takes a case out of a lane."""


@dataclass(frozen=True, slots=True)
class Review:
    """The acts of a person on a case. Each raises Refused where it cannot be done."""

    policy: Policy
    may_train: Callable[[str], bool] = lambda _platform: False
    """Whether a model may learn from the posts of a platform."""
    disclosure: str = ""
    """The line that stands under what a language model had a part in."""

    def approve(
        self, tx: Connection, case_id: int, body: str, *, actor: str, now: datetime
    ) -> None:
        """Close the case and queue `body`; with no body only close it.

        Help that was approved earns its points, if the policy gave none. Words of which a model
        wrote any go with the disclosure, whoever edited them.
        """
        case = open_case(tx, case_id)
        verdict = Verdict.THANK if case.kind in RECOGNITION else Verdict.ROUTE
        key = decide(tx, case, verdict, Reason("approved", "approved"), actor, now)
        words = body.strip()
        mark = mark_of(audit.of(tx, "case", case_id), case.draft)
        said = words if mark is None else below(words, self.disclosure)
        if words:
            draft = _draft(tx, case, said)
            cases.set_draft(tx, case_id, draft.body)
            say(tx, case_id, draft, self.policy, now)
        self._score(tx, case, key)
        examples.save(tx, case.post_id, about=True, actor=actor, at=now)
        cases.set_state(tx, case_id, CaseState.DONE, now)
        detail = {"said": str(bool(words))} | carried(mark, case.draft, words, actor, said)
        audit.note(tx, now, actor, "approve", "case", case_id, detail)

    def save(self, tx: Connection, case_id: int, body: str, *, actor: str, now: datetime) -> None:
        """Keep `body` as the draft; the case stays open."""
        case, words = open_case(tx, case_id), body.strip()
        mark = mark_of(audit.of(tx, "case", case_id), case.draft)
        cases.set_draft(tx, case_id, words or None)
        detail = carried(mark, case.draft, words, actor, words)
        audit.note(tx, now, actor, "save", "case", case_id, detail)

    def dismiss(
        self, tx: Connection, case_id: int, reason: str, *, actor: str, now: datetime
    ) -> None:
        """See `rewards.handling.dismiss`."""
        dismiss(tx, case_id, reason, actor=actor, now=now)

    def assign(
        self, tx: Connection, case_id: int, member_id: int | None, *, actor: str, now: datetime
    ) -> None:
        """Give the case to a member, or with None back to everyone."""
        open_case(tx, case_id)
        cases.assign(tx, case_id, member_id)
        audit.note(tx, now, actor, "assign", "case", case_id, {"member": str(member_id or "")})

    def admit(self, tx: Connection, case_id: int, *, actor: str, now: datetime) -> None:
        """Take the case out of the unsure, for it is about us, or out of the spam, for it is none.

        The case waits with the open ones then, with a clock that starts now; later mentions like
        it are believed.
        """
        case = open_case(tx, case_id)
        if case.lane is Lane.MAIN:
            raise Refused("The case waits with the others already; nothing was changed.")
        post = standing_post(tx, case)
        taken = other_kinds(tx, case)
        read = reading_of(tx, case.post_id)
        # Of a new case too: the policy, which would judge it as before, finds it decided.
        decide(tx, case, Verdict.REVIEW, Reason("overruled", ADMITTED[case.lane]), actor, now)
        if case.lane is Lane.UNSURE:
            examples.save(tx, case.post_id, about=True, actor=actor, at=now)
        put(tx, case_id, Lane.MAIN, admitted(case, post, read, taken, self.policy, now))
        cases.set_state(tx, case_id, CaseState.OPEN, now)
        detail = {"reason": ADMITTED[case.lane], "lane": case.lane.value} | written(place_of(case))
        audit.note(tx, now, actor, ADMIT, "case", case_id, detail)

    def correct(
        self, tx: Connection, case_id: int, task: Task, label: str, *, actor: str, now: datetime
    ) -> None:
        """See `rewards.correcting.correct`."""
        correct(
            tx, self.policy, case_id, task, label, may_train=self.may_train, actor=actor, now=now
        )

    def uncorrect(
        self, tx: Connection, case_id: int, task: Task, *, actor: str, now: datetime
    ) -> None:
        """See `rewards.correcting.uncorrect`."""
        uncorrect(tx, self.policy, case_id, task, actor=actor, now=now)

    def undo(self, tx: Connection, case_id: int, *, actor: str, now: datetime) -> None:
        """See `rewards.undoing.undo`."""
        undo(tx, case_id, actor=actor, now=now)

    def _score(self, tx: Connection, case: CaseRow, key: str) -> None:
        act = act_of(tx, case)
        if act is None or case.kind is not CaseKind.HELP:
            return
        given = sum(entry.points for entry in ledger.of_act(tx, act.act.helper_id, act.id))
        missing = self._worth(tx, act) - given
        if missing > 0:
            ledger.add(tx, [entry_of(key, act, missing, f"{act.act.evidence.value}, approved")])

    def _worth(self, tx: Connection, act: StoredAct) -> int:
        others = [one.act for one in helpgraph.acts_of(tx, act.act.helper_id, PAIR_ACTS)]
        return points_of(act.act, same_pair_before(act.act, others, self.policy), self.policy)


def _draft(tx: Connection, case: CaseRow, body: str) -> Draft:
    post = standing_post(tx, case)
    platform = post.post.platform
    if case.kind in RECOGNITION:
        check_consent(tx, case.person_id)
    if not fits(body, platform):
        most, has = LIMITS.get(platform, DEFAULT_LIMIT), length(body, platform)
        raise Refused(f"The reply has {has} characters, {platform} takes {most}; nothing was sent.")
    return Draft(platform, case.post_id, case.person_id, body)
