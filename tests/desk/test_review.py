"""Each act of a person goes through the reviewer, and only there."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest

from desk.review import DOUBTS, Dismissal, HumanAct, Verb, dismissals, perform
from store.db import Connection, Engine
from store.records import Lane, Task
from tests.desk.conftest import NOW


@dataclass
class Recorder:
    """A reviewer that only remembers."""

    calls: list[tuple[object, ...]] = field(default_factory=list)
    disclosure: str = ""

    def approve(
        self, tx: Connection, case_id: int, body: str, *, actor: str, now: datetime
    ) -> None:
        self.calls.append(("approve", case_id, body, actor, now))

    def save(self, tx: Connection, case_id: int, body: str, *, actor: str, now: datetime) -> None:
        self.calls.append(("save", case_id, body, actor, now))

    def dismiss(
        self, tx: Connection, case_id: int, reason: str, *, actor: str, now: datetime
    ) -> None:
        self.calls.append(("dismiss", case_id, reason, actor, now))

    def assign(
        self, tx: Connection, case_id: int, member_id: int | None, *, actor: str, now: datetime
    ) -> None:
        self.calls.append(("assign", case_id, member_id, actor, now))

    def admit(self, tx: Connection, case_id: int, *, actor: str, now: datetime) -> None:
        self.calls.append(("admit", case_id, actor, now))

    def correct(
        self, tx: Connection, case_id: int, task: Task, label: str, *, actor: str, now: datetime
    ) -> None:
        self.calls.append(("correct", case_id, task, label, actor, now))

    def uncorrect(
        self, tx: Connection, case_id: int, task: Task, *, actor: str, now: datetime
    ) -> None:
        self.calls.append(("uncorrect", case_id, task, actor, now))

    def undo(self, tx: Connection, case_id: int, *, actor: str, now: datetime) -> None:
        self.calls.append(("undo", case_id, actor, now))


@pytest.mark.parametrize(
    ("act", "call"),
    [
        (HumanAct(3, Verb.APPROVE, "Ann", body="hi"), ("approve", 3, "hi", "Ann", NOW)),
        (HumanAct(3, Verb.SAVE, "Ann", body="hi"), ("save", 3, "hi", "Ann", NOW)),
        (
            HumanAct(3, Verb.DISMISS, "Ann", reason=Dismissal.SPAM),
            ("dismiss", 3, "spam or abuse", "Ann", NOW),
        ),
        (HumanAct(3, Verb.ASSIGN, "Ann", assignee_id=7), ("assign", 3, 7, "Ann", NOW)),
        (HumanAct(3, Verb.ASSIGN, "Ann"), ("assign", 3, None, "Ann", NOW)),
        (
            HumanAct(3, Verb.DISMISS, "Ann", reason=Dismissal.NOT_ABOUT_US),
            ("dismiss", 3, "not about us", "Ann", NOW),
        ),
        (HumanAct(3, Verb.ADMIT, "Ann"), ("admit", 3, "Ann", NOW)),
        (
            HumanAct(3, Verb.CORRECT, "Ann", task=Task.SENTIMENT, label="neutral"),
            ("correct", 3, Task.SENTIMENT, "neutral", "Ann", NOW),
        ),
        (HumanAct(3, Verb.UNCORRECT, "Ann"), ("uncorrect", 3, Task.INTENT, "Ann", NOW)),
        (HumanAct(3, Verb.UNDO, "Ann"), ("undo", 3, "Ann", NOW)),
    ],
)
def test_act_reaches_the_reviewer(engine: Engine, act: HumanAct, call: tuple[object, ...]) -> None:
    recorder = Recorder()
    with engine.begin() as tx:
        perform(tx, recorder, act, NOW)
    assert recorder.calls == [call]


@pytest.mark.parametrize("lane", list(Lane))
def test_usual_reason_of_a_lane_comes_first(lane: Lane) -> None:
    reasons = dismissals(lane)
    assert sorted(reasons) == sorted(Dismissal)
    usual = DOUBTS[lane].confirmed if lane in DOUBTS else Dismissal.NOT_FOR_US
    assert reasons[0] is usual
