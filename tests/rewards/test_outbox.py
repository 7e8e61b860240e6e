"""Each message is said exactly once, wherever the program dies; and how failures end."""

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from rewards.act import act
from rewards.decide import decide
from rewards.outbox import Delivery, deliver
from rewards.policy import Policy
from rewards.review import Review
from rewards.senders import Absence, OutcomeUnknown, SendError
from rewards.senders.rehearsal import Rehearsal
from store import mentions, outbox, people
from store.db import Connection, Engine
from store.records import Choice, Message, MessageState, Post
from tests.rewards.stored import NOW, help_case, issue_case

EAGER = Policy(automatic=True, sender="fake")
MINUTE = timedelta(minutes=1)


class Death(BaseException):
    """The process ends here."""


@dataclass
class Fake:
    """A platform in memory: what was said, and how the next sends fail."""

    name: str = "fake"
    said: list[str] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    absence: Absence = Absence.SURE
    finds: bool = True

    def send(self, message: Message, target: Post) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.said.append(message.dedupe_key)
        return message.dedupe_key

    def find(self, message: Message, target: Post) -> str | Absence:
        if self.finds and message.dedupe_key in self.said:
            return message.dedupe_key
        return self.absence


@dataclass
class Clock:
    now: datetime = NOW + MINUTE

    def __call__(self) -> datetime:
        return self.now


def enqueue(tx: Connection, name: str = "a") -> None:
    case = help_case(tx, name)
    act(tx, decide(case, EAGER), case, EAGER, NOW)


def run(engine: Engine, sender: Fake, clock: Clock | None = None) -> Delivery:
    return deliver(engine, {"fake": sender}, clock or Clock(), stale_after=timedelta())


def states(engine: Engine) -> Counter[str]:
    with engine.begin() as tx:
        return Counter(message.state.value for message in outbox.listing(tx, None, 1000))


def the_message(engine: Engine) -> Message:
    with engine.begin() as tx:
        (message,) = outbox.listing(tx, None, 10)
    return message


@pytest.fixture
def waiting(engine: Engine) -> Engine:
    """A store with one message that is due."""
    with engine.begin() as tx:
        enqueue(tx)
    return engine


def test_due_message_is_sent_and_recorded(waiting: Engine) -> None:
    sender = Fake()
    assert run(waiting, sender) == Delivery(sent=1)
    message = the_message(waiting)
    assert (message.state, message.remote_id) == (MessageState.SENT, sender.said[0])
    assert run(waiting, sender) == Delivery()


def test_message_in_its_undo_window_is_not_sent(waiting: Engine) -> None:
    assert run(waiting, Fake(), Clock(NOW + timedelta(seconds=29))) == Delivery()


def test_message_claimed_by_another_program_is_left_to_it(waiting: Engine) -> None:
    sender, clock = Fake(), Clock()
    message = the_message(waiting)
    with waiting.begin() as tx:
        outbox.claim(tx, message.id, clock.now)
    assert deliver(waiting, {"fake": sender}, clock) == Delivery()
    assert sender.said == []


def test_two_programs_at_once_say_each_message_once(engine: Engine) -> None:
    with engine.begin() as tx:
        for name in "abc":
            enqueue(tx, name)
    other = Fake()

    class Overtaken(Fake):
        def send(self, message: Message, target: Post) -> str:
            deliver(engine, {"fake": other}, Clock())
            return super().send(message, target)

    sender = Overtaken()
    assert deliver(engine, {"fake": sender}, Clock()) == Delivery(sent=1)
    assert (len(sender.said), len(other.said)) == (1, 2)
    assert states(engine) == Counter(sent=3)


def test_no_transaction_is_open_while_a_sender_speaks(waiting: Engine) -> None:
    class Writing(Fake):
        def send(self, message: Message, target: Post) -> str:
            with waiting.begin() as tx:
                people.set_choice(tx, message.draft.recipient_id, Choice.PUBLIC, "test", NOW)
            return super().send(message, target)

    assert run(waiting, Writing()).sent == 1


def test_permanent_failure_is_not_tried_again(waiting: Engine) -> None:
    sender = Fake(failures=[SendError("the thread is locked", permanent=True)])
    assert run(waiting, sender) == Delivery(failed=1)
    assert the_message(waiting).error == "the thread is locked"
    assert run(waiting, sender) == Delivery()


def test_passing_failure_is_tried_again_after_a_growing_wait(waiting: Engine) -> None:
    sender, clock = Fake(failures=[SendError("busy"), SendError("busy")]), Clock()
    waits = []
    while run(waiting, sender, clock).retried:
        message = the_message(waiting)
        waits.append(message.due_at - clock.now)
        assert run(waiting, sender, clock) == Delivery()
        clock.now = message.due_at
    assert waits == [MINUTE, 2 * MINUTE]
    assert the_message(waiting).state is MessageState.SENT


def test_platform_says_how_long_to_wait(waiting: Engine) -> None:
    clock = Clock()
    run(waiting, Fake(failures=[SendError("slow down", retry_after=7 * MINUTE)]), clock)
    assert the_message(waiting).due_at == clock.now + 7 * MINUTE


def test_message_is_given_up_after_its_attempts(waiting: Engine) -> None:
    sender, clock = Fake(failures=[SendError("busy")] * 9), Clock()
    while run(waiting, sender, clock).retried:
        clock.now = the_message(waiting).due_at
    message = the_message(waiting)
    assert (message.state, message.attempts) == (MessageState.FAILED, 5)
    assert message.error == "given up after 5 attempts: busy"


@pytest.mark.parametrize("error", [OutcomeUnknown("timeout"), RuntimeError("a bug")])
def test_doubtful_send_is_looked_up_before_it_is_repeated(
    waiting: Engine, error: Exception
) -> None:
    sender, clock = Fake(failures=[error]), Clock()
    assert run(waiting, sender, clock) == Delivery(held=1)
    assert the_message(waiting).state is MessageState.SENDING
    clock.now += MINUTE
    assert run(waiting, sender, clock) == Delivery(retried=1, sent=1)
    assert len(sender.said) == 1


def test_doubtful_send_that_was_said_is_not_said_again(waiting: Engine) -> None:
    class Slow(Fake):
        def send(self, message: Message, target: Post) -> str:
            super().send(message, target)
            raise OutcomeUnknown("timeout after the platform took it")

    sender, clock = Slow(), Clock()
    run(waiting, sender, clock)
    clock.now += MINUTE
    assert run(waiting, sender, clock) == Delivery(sent=1)
    assert len(sender.said) == 1


def test_what_cannot_be_learned_waits_for_a_person(waiting: Engine) -> None:
    sender, clock = Fake(failures=[OutcomeUnknown("timeout")], absence=Absence.UNKNOWN), Clock()
    run(waiting, sender, clock)
    for _ in range(3):
        clock.now += MINUTE
        run(waiting, sender, clock)
    message = the_message(waiting)
    assert message.state is MessageState.FAILED
    assert message.error == "outcome unknown: look before sending again"
    assert sender.said == []


def test_platform_that_is_down_is_asked_again_later(waiting: Engine) -> None:
    class Down(Fake):
        def find(self, message: Message, target: Post) -> str | Absence:
            raise SendError("503")

    clock = Clock()
    run(waiting, Fake(failures=[OutcomeUnknown("timeout")]), clock)
    clock.now += MINUTE
    assert run(waiting, Down(), clock) == Delivery(held=1)
    assert the_message(waiting).state is MessageState.SENDING


def test_one_bad_message_does_not_stop_the_others(engine: Engine) -> None:
    with engine.begin() as tx:
        for name in "abc":
            enqueue(tx, name)
    sender = Fake(failures=[ValueError("odd text")])
    assert run(engine, sender) == Delivery(sent=2, held=1)


def test_message_of_an_unknown_sender_fails_with_the_way_out(waiting: Engine) -> None:
    assert deliver(waiting, {}, Clock()) == Delivery(failed=1)
    assert "no sender is called fake" in (the_message(waiting).error or "")


def test_nothing_is_said_below_a_deleted_post(waiting: Engine) -> None:
    with waiting.begin() as tx:
        mentions.delete_post(tx, "discourse", "a-a", NOW, NOW)
    sender = Fake()
    assert run(waiting, sender) == Delivery()
    assert the_message(waiting).state is MessageState.FAILED
    assert the_message(waiting).error == "the post was deleted; nothing was sent"
    assert sender.said == []


def test_nothing_is_said_to_who_opted_out_meanwhile(waiting: Engine) -> None:
    with waiting.begin() as tx:
        recipient = outbox.listing(tx, None, 1)[0].draft.recipient_id
        people.set_choice(tx, recipient, Choice.NONE, "test", NOW)
    assert run(waiting, Fake()) == Delivery(failed=1)


def test_reply_to_an_issue_needs_no_consent_to_be_thanked(engine: Engine) -> None:
    with engine.begin() as tx:
        case = issue_case(tx)
        people.set_choice(tx, case.person.person_id, Choice.NONE, "test", NOW)
        Review(EAGER).approve(tx, case.id, "Which version?", actor="Ann", now=NOW)
    assert run(engine, Fake()) == Delivery(sent=1)


@contextmanager
def dying(engine: Engine, nth: int) -> Iterator[Callable[[], None]]:
    """Die at the nth step: each begin and each commit is one, and whatever calls `step`."""
    left = [nth]

    def step(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Death

    event.listen(engine, "begin", step)
    event.listen(engine, "commit", step)
    try:
        yield step
    finally:
        event.remove(engine, "begin", step)
        event.remove(engine, "commit", step)


@dataclass(frozen=True)
class Mortal(Rehearsal):
    """A rehearsal that may die before it speaks, in the middle of a line, and after."""

    step: Callable[[], None] = field(default=lambda: None)

    def send(self, message: Message, target: Post) -> str:
        self.step()
        try:
            self.step()
        except Death:
            with self.path.open("ab") as file:
                file.write(b'{"key": "' + message.dedupe_key.encode())
            raise
        remote_id = super().send(message, target)
        self.step()
        return remote_id


def said_in(path: Path) -> Counter[str]:
    keys: Counter[str] = Counter()
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            keys[json.loads(line)["key"]] += 1
        except ValueError:
            continue
    return keys


def test_each_message_is_said_once_wherever_the_program_dies(
    engine: Engine, tmp_path: Path
) -> None:
    path, clock = tmp_path / "said.jsonl", Clock()
    deaths = 0
    for nth in range(1, 100):
        with engine.begin() as tx:
            enqueue(tx, f"{nth}a")
            enqueue(tx, f"{nth}b")
        try:
            with dying(engine, nth) as step:
                deliver(engine, {"fake": Mortal(path, step=step)}, clock)
        except Death:
            deaths += 1
        clock.now += MINUTE
        restarted = {"fake": Rehearsal(path)}
        deliver(engine, restarted, clock, stale_after=timedelta())
        assert states(engine) == Counter(sent=2 * nth)
        assert set(said_in(path).values()) == {1}
        assert said_in(path).total() == 2 * nth
        if deaths < nth:
            break
    assert deaths >= 15
    assert deaths == nth - 1


KILLED = """
import os, signal, sys
from datetime import datetime, timedelta
from pathlib import Path
from rewards.outbox import deliver
from rewards.senders.rehearsal import Rehearsal
from store.db import open_store

class Killed(Rehearsal):
    def send(self, message, target):
        if sys.argv[3] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        super().send(message, target)
        os.kill(os.getpid(), signal.SIGKILL)

now = datetime.fromisoformat(sys.argv[4])
deliver(open_store(sys.argv[1]), {"fake": Killed(Path(sys.argv[2]))}, lambda: now)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_kill_nine_around_a_send_loses_and_doubles_nothing(
    sqlite_engine: Engine, tmp_path: Path, moment: str
) -> None:
    with sqlite_engine.begin() as tx:
        enqueue(tx, "a")
        enqueue(tx, "b")
    path, clock = tmp_path / "said.jsonl", Clock()
    url = sqlite_engine.url.render_as_string()
    arguments = [url, str(path), moment, clock.now.isoformat()]
    killed = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False)
    assert killed.returncode == -signal.SIGKILL
    clock.now += MINUTE
    deliver(sqlite_engine, {"fake": Rehearsal(path)}, clock, stale_after=timedelta())
    assert states(sqlite_engine) == Counter(sent=2)
    assert sorted(said_in(path).values()) == [1, 1]
