"""What people do to a case, through the same effects as the policy. Matches `desk.review`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from rewards.act import decision_key, say
from rewards.admission import Place, admitted, place_of, read_place, written
from rewards.correction import AS_CORRECTED, CORRECTABLE, kind_of, moved
from rewards.drafting.mark import carried, mark_of
from rewards.linter import below
from rewards.points import points_of, same_pair_before
from rewards.policy import Policy
from rewards.reading import Reading, reading
from rewards.thanks import DEFAULT_LIMIT, LIMITS, fits, length
from store import (
    analyses,
    audit,
    cases,
    decisions,
    examples,
    helpgraph,
    labels,
    ledger,
    mentions,
    outbox,
    people,
)
from store.audit import Note
from store.cases import CaseRow
from store.db import Connection
from store.decisions import StoredDecision
from store.records import (
    Analysis,
    CaseKind,
    CaseState,
    Choice,
    Draft,
    Lane,
    LedgerEntry,
    MessageState,
    Reason,
    StoredAct,
    StoredPost,
    Task,
    Verdict,
)

RECOGNITION: Final = (CaseKind.HELP, CaseKind.PRAISE)
PAIR_ACTS: Final = 1000
"""How many of a helper's newest acts are looked at for the points of one."""
TAKEN_BACK: Final = "taken back"
WRONG_KIND: Final = "wrong kind"
"""The reason of a dismissal of what the model misread as something for us."""
NOT_ABOUT_US: Final = "not about us"
"""The reason of a dismissal that teaches what a query does not mean."""
ADMITTED: Final = {Lane.UNSURE: "about us", Lane.SPAM: "not spam"}
"""What a person says who takes a case out of a lane."""
ADMIT: Final = "admit"
CORRECT: Final = "correct"
UNCORRECT: Final = "uncorrect"
UNDO: Final = "undo"
UNDOABLE: Final = frozenset({"approve", "dismiss", ADMIT})
"""Acts, as the audit names them, that UNDO takes back, the last of them first."""


class Refused(Exception):
    """The act cannot be done. The message says what happened and what was kept."""


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
        key = _decide(tx, case, verdict, Reason("approved", "approved"), actor, now)
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
        """Close the case and say nothing. Points that the policy gave stay.

        With NOT_ABOUT_US later mentions like this one are doubted.
        """
        case = open_case(tx, case_id)
        _decide(tx, case, Verdict.IGNORE, Reason("dismissed", reason), actor, now)
        if reason == NOT_ABOUT_US:
            examples.save(tx, case.post_id, about=False, actor=actor, at=now)
        cases.set_state(tx, case_id, CaseState.DISMISSED, now)
        audit.note(tx, now, actor, "dismiss", "case", case_id, {"reason": reason})

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
        taken = _other_kinds(tx, case)
        read = _reading(tx, case.post_id)
        # Of a new case too: the policy, which would judge it as before, finds it decided.
        _decide(tx, case, Verdict.REVIEW, Reason("overruled", ADMITTED[case.lane]), actor, now)
        if case.lane is Lane.UNSURE:
            examples.save(tx, case.post_id, about=True, actor=actor, at=now)
        _put(tx, case_id, Lane.MAIN, admitted(case, post, read, taken, self.policy, now))
        cases.set_state(tx, case_id, CaseState.OPEN, now)
        detail = {"reason": ADMITTED[case.lane], "lane": case.lane.value} | written(place_of(case))
        audit.note(tx, now, actor, ADMIT, "case", case_id, detail)

    def correct(
        self, tx: Connection, case_id: int, task: Task, label: str, *, actor: str, now: datetime
    ) -> None:
        """Say what the post reads as; a waiting case moves to the kind that it is then.

        One that asks for nothing of ours then is dismissed. What was said is kept as a label.
        """
        case = _case(tx, case_id)
        found, now_read = _correctable(tx, case, task)
        if label not in CORRECTABLE.get(task, ()):
            raise Refused(f"No {task} is called {label}; nothing was changed.")
        if label == now_read:
            raise Refused(f"It reads as {label} already; nothing was changed.")
        before = _reading(tx, case.post_id)
        may_train = self.may_train(case.platform)
        id_ = labels.add(tx, found, label, may_train=may_train, actor=actor, at=now)
        reason = f"{label}, not {now_read}"
        detail = {"label": str(id_), "reason": reason} | written(place_of(case))
        audit.note(tx, now, actor, CORRECT, "case", case_id, detail)
        if case.state not in (CaseState.NEW, CaseState.OPEN):
            return
        kind: CaseKind | None = case.kind
        if task is Task.INTENT:
            kind = kind_of(case.kind, label, _other_kinds(tx, case))
        if kind is None:
            self.dismiss(tx, case_id, WRONG_KIND, actor=actor, now=now)
            return
        why = case.reason if kind is case.kind else f"{kind.value}, {AS_CORRECTED}"
        self._move(tx, case, kind, why, before, Reason("corrected", reason), actor, now)

    def uncorrect(
        self, tx: Connection, case_id: int, task: Task, *, actor: str, now: datetime
    ) -> None:
        """Take back what was last said of the post; the case goes back to what it was for that."""
        case = _case(tx, case_id)
        label = labels.of(tx, [case.post_id]).get(case.post_id, {}).get(task)
        if label is None:
            raise Refused("There is no correction to undo.")
        before = _reading(tx, case.post_id)
        labels.undo(tx, label.id, actor=actor, at=now)
        for one in cases.of_posts(tx, [case.post_id]):
            notes = audit.of(tx, "case", one.id)
            note = next((n for n in notes if n.detail.get("label") == str(label.id)), None)
            if note is not None:
                self._move_back(tx, one, task, note, notes[-1], before, actor, now)
        detail = {"reason": f"{label.label} taken back"}
        audit.note(tx, now, actor, UNCORRECT, "case", case_id, detail)

    def undo(self, tx: Connection, case_id: int, *, actor: str, now: datetime) -> None:
        """Open the case again, or put one that a person took out of a lane back into it.

        Refused once its message has left. Points of the approval are taken back by a new entry,
        and what the act taught is forgotten.
        """
        case = _case(tx, case_id)
        if case.state in (CaseState.NEW, CaseState.OPEN):
            _send_back(tx, case, actor, now)
            return
        taken = decisions.of_case(tx, case_id)
        _take_back(tx, case_id, now)
        examples.forget(tx, case.post_id)
        if taken:
            _unscore(tx, case, taken[-1])
        _decide(tx, case, Verdict.REVIEW, Reason("undone", "opened again"), actor, now)
        cases.set_state(tx, case_id, CaseState.OPEN, now)
        audit.note(tx, now, actor, UNDO, "case", case_id, {})
        _teach_again(tx, case)

    def _move_back(
        self,
        tx: Connection,
        case: CaseRow,
        task: Task,
        note: Note,
        last: Note,
        before: Reading,
        actor: str,
        now: datetime,
    ) -> None:
        """Put a case back where a correction took it from, unless it went on from there."""
        if case.state is CaseState.DISMISSED and (last.verb, last.at) == ("dismiss", note.at):
            self.undo(tx, case.id, actor=actor, now=now)
        if case.state not in (CaseState.NEW, CaseState.OPEN):
            return
        place, kind, why = read_place(note.detail), case.kind, case.reason
        has_moved = task is Task.INTENT and why.endswith(AS_CORRECTED)
        if has_moved and place.kind not in _other_kinds(tx, case):
            kind, why = place.kind, place.reason
        reason = Reason("undone", f"{kind.value} again")
        self._move(tx, case, kind, why, before, reason, actor, now)

    def _move(
        self,
        tx: Connection,
        case: CaseRow,
        kind: CaseKind,
        why: str,
        before: Reading,
        reason: Reason,
        actor: str,
        now: datetime,
    ) -> None:
        post = standing_post(tx, case)
        after = _reading(tx, case.post_id)
        _place(tx, case.id, moved(case, post, kind, why, (before, after), self.policy))
        if kind is case.kind:
            return
        # Of a new case too: the policy, which would judge it as before, finds it decided.
        _decide(tx, case, Verdict.REVIEW, reason, actor, now)
        cases.set_state(tx, case.id, CaseState.OPEN, now)
        if case.kind in RECOGNITION:
            cases.set_draft(tx, case.id, None)  # words of thanks are none for a complaint

    def _score(self, tx: Connection, case: CaseRow, key: str) -> None:
        act = _act(tx, case)
        if act is None or case.kind is not CaseKind.HELP:
            return
        given = sum(entry.points for entry in ledger.of_act(tx, act.act.helper_id, act.id))
        missing = self._worth(tx, act) - given
        if missing > 0:
            ledger.add(tx, [_entry(key, act, missing, f"{act.act.evidence.value}, approved")])

    def _worth(self, tx: Connection, act: StoredAct) -> int:
        others = [one.act for one in helpgraph.acts_of(tx, act.act.helper_id, PAIR_ACTS)]
        return points_of(act.act, same_pair_before(act.act, others, self.policy), self.policy)


def admission(tx: Connection, case_id: int) -> Note | None:
    """How a person took the case out of a lane; None where nobody did, or it was undone."""
    standing: list[Note] = []
    for note in audit.of(tx, "case", case_id):
        if note.verb in UNDOABLE:
            standing.append(note)
        elif note.verb == UNDO and standing:
            standing.pop()
    return standing[-1] if standing and standing[-1].verb == ADMIT else None


def _send_back(tx: Connection, case: CaseRow, actor: str, now: datetime) -> None:
    """Put an open case back into the lane that a person took it out of."""
    note = admission(tx, case.id)
    if note is None:
        raise Refused("The case is open already; there is nothing to undo.")
    lane, place = Lane(note.detail["lane"]), read_place(note.detail)
    if place.kind in _other_kinds(tx, case):
        place = replace(place, kind=case.kind)
    _decide(tx, case, Verdict.REVIEW, Reason("undone", f"{lane.value} again"), actor, now)
    examples.forget(tx, case.post_id)
    _put(tx, case.id, lane, place)
    audit.note(tx, now, actor, UNDO, "case", case.id, {"reason": f"{lane.value} again"})


def _teach_again(tx: Connection, case: CaseRow) -> None:
    """That the post is about us was said before the act that is undone, and still holds."""
    note = admission(tx, case.id)
    if note is not None and Lane(note.detail["lane"]) is Lane.UNSURE:
        examples.save(tx, case.post_id, about=True, actor=note.actor, at=note.at)


def _put(tx: Connection, case_id: int, lane: Lane, place: Place) -> None:
    cases.set_lane(tx, case_id, lane)
    _place(tx, case_id, place)


def _place(tx: Connection, case_id: int, place: Place) -> None:
    cases.set_kind(tx, case_id, place.kind, place.reason)
    cases.route(
        tx, case_id, responder=place.responder, due_at=place.due_at, priority=place.priority
    )


def _correctable(tx: Connection, case: CaseRow, task: Task) -> tuple[Analysis, str]:
    """What a model said of the post, and what it reads as now: that, or what a person said."""
    found = analyses.of(tx, [case.post_id]).get(case.post_id, {}).get(task)
    if not mentions.standing(tx, [case.post_id]):
        raise Refused("The post was deleted; nothing was changed.")
    if found is None:
        raise Refused("No model read this post yet; there is nothing to correct.")
    said = labels.right(tx, [case.post_id]).get(case.post_id, {})
    return found, said.get(task, found.label)


def _reading(tx: Connection, post_id: int) -> Reading:
    right = labels.right(tx, [post_id]).get(post_id, {})
    return reading(analyses.of(tx, [post_id]).get(post_id, {}), right)


def _other_kinds(tx: Connection, case: CaseRow) -> set[CaseKind]:
    """What the post has other cases of: it has one of each kind."""
    return {one.kind for one in cases.of_posts(tx, [case.post_id]) if one.id != case.id}


def _case(tx: Connection, case_id: int) -> CaseRow:
    case = cases.load(tx, case_id)
    if case is None:
        raise Refused("There is no such case.")
    return case


def open_case(tx: Connection, case_id: int) -> CaseRow:
    """A case that waits for a person. Raises Refused."""
    case = _case(tx, case_id)
    if case.state not in (CaseState.NEW, CaseState.OPEN):
        if not mentions.standing(tx, [case.post_id]):
            raise Refused("The post was deleted, and its case closed; nothing was changed.")
        raise Refused("Somebody closed this case already; nothing was changed.")
    return case


def _decide(
    tx: Connection, case: CaseRow, verdict: Verdict, reason: Reason, actor: str, now: datetime
) -> str:
    """Note the decision; its key. Refused where another person decided at the same moment."""
    key = decision_key(case.id, len(decisions.of_case(tx, case.id)))
    if not decisions.add(tx, key, case.id, verdict, [reason], actor, now):
        raise Refused("Somebody acted on this case at the same moment; nothing was changed.")
    return key


def _draft(tx: Connection, case: CaseRow, body: str) -> Draft:
    post = standing_post(tx, case)
    platform = post.post.platform
    if case.kind in RECOGNITION:
        check_consent(tx, case.person_id)
    if not fits(body, platform):
        most, has = LIMITS.get(platform, DEFAULT_LIMIT), length(body, platform)
        raise Refused(f"The reply has {has} characters, {platform} takes {most}; nothing was sent.")
    return Draft(platform, case.post_id, case.person_id, body)


def standing_post(tx: Connection, case: CaseRow) -> StoredPost:
    """The post of a case. Raises Refused where it was deleted."""
    post = mentions.load(tx, [case.post_id]).get(case.post_id)
    if post is None or post.post.deleted_at is not None:
        raise Refused("The post was deleted; nothing was sent.")
    return post


def check_consent(tx: Connection, person_id: int) -> None:
    """Raise Refused where the person wants no thanks in public."""
    if people.choice(tx, person_id) in (Choice.NONE, Choice.PRIVATE):
        raise Refused("The person chose not to be thanked in public; nothing was sent.")


def _act(tx: Connection, case: CaseRow) -> StoredAct | None:
    acts: Sequence[StoredAct] = helpgraph.acts_on(tx, [case.post_id])
    return next((act for act in acts if act.id == case.act_id), None)


def _entry(key: str, act: StoredAct, points: int, reason: str) -> LedgerEntry:
    return LedgerEntry(f"{key}:points", act.act.helper_id, points, reason, act.act.at, act.id)


def _take_back(tx: Connection, case_id: int, now: datetime) -> None:
    """Stop the case's newest message; refused once it is being sent."""
    message = next(reversed(outbox.of_case(tx, case_id)), None)
    if message is None or message.state is MessageState.FAILED:
        return
    # Claiming it is what keeps a sender from taking it at the same moment.
    if not outbox.claim(tx, message.id, now):
        raise Refused("The message has left already; it cannot be taken back.")
    outbox.mark_failed(tx, message.id, TAKEN_BACK, now)


def _unscore(tx: Connection, case: CaseRow, approval: StoredDecision) -> None:
    """Take back the points that this approval gave, by a new entry in the same month."""
    act = _act(tx, case)
    if act is None:
        return
    for entry in ledger.of_act(tx, act.act.helper_id, act.id):
        if entry.dedupe_key == f"{approval.dedupe_key}:points":
            key = f"{approval.dedupe_key}:undone"
            ledger.add(tx, [_entry(key, act, -entry.points, "approval undone")])
