"""What a person's act changes, and what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.review import ReviewAct
from rewards.act import act
from rewards.case import Case
from rewards.decide import decide
from rewards.handling import Refused
from rewards.policy import Policy
from rewards.reading import Label, Reading
from rewards.review import Review
from rewards.rules import Heard, openings
from rewards.undoing import admission
from store import (
    analyses,
    audit,
    cases,
    decisions,
    examples,
    ledger,
    members,
    mentions,
    outbox,
    people,
)
from store.db import Connection
from store.mentions import NewMention
from store.records import (
    Analysis,
    CaseKind,
    CaseState,
    Choice,
    Lane,
    Message,
    MessageState,
    NewCase,
    Task,
    Verdict,
)
from tests.rewards.stored import NOW, doubtful, help_case, issue_case

POLICY = Policy()
REVIEW = Review(POLICY)
LATER = NOW + timedelta(seconds=5)


def decided(tx: Connection, case: Case) -> Case:
    act(tx, decide(case, POLICY), case, POLICY, NOW)
    return case


def approve(tx: Connection, case: Case, body: str = "Thank you, leo.") -> None:
    REVIEW.approve(tx, case.id, body, actor="Ann", now=NOW)


def undo(tx: Connection, case: Case) -> None:
    REVIEW.undo(tx, case.id, actor="Ann", now=LATER)


def messages(tx: Connection, case: Case) -> list[Message]:
    return outbox.of_case(tx, case.id)


def state(tx: Connection, case: Case) -> CaseState:
    row = cases.load(tx, case.id)
    assert row is not None
    return row.state


def test_it_is_what_the_desk_needs() -> None:
    door: ReviewAct = REVIEW
    assert door is REVIEW


def test_approval_queues_the_edited_words_with_an_undo_window(tx: Connection) -> None:
    case = decided(tx, help_case(tx))
    approve(tx, case, "  My own words.  ")
    (message,) = messages(tx, case)
    assert message.draft.body == "My own words."
    assert message.due_at == NOW + timedelta(seconds=POLICY.undo_seconds)
    assert state(tx, case) is CaseState.DONE
    assert decisions.of_case(tx, case.id)[-1].verdict is Verdict.THANK
    assert ledger.balance(tx, case.person.person_id) == 10


def test_approval_gives_the_points_that_the_policy_held_back(tx: Connection) -> None:
    case = decided(tx, doubtful(help_case(tx)))
    assert ledger.balance(tx, case.person.person_id) == 0
    approve(tx, case)
    assert ledger.balance(tx, case.person.person_id) == 10


def test_undo_takes_the_message_and_the_points_of_the_approval_back(tx: Connection) -> None:
    case = decided(tx, doubtful(help_case(tx)))
    approve(tx, case)
    undo(tx, case)
    (message,) = messages(tx, case)
    assert (message.state, message.error) == (MessageState.FAILED, "taken back")
    assert state(tx, case) is CaseState.OPEN
    entries = ledger.of_person(tx, case.person.person_id, 10)
    assert sorted(entry.points for entry in entries) == [-10, 10]


def test_undo_keeps_the_points_that_the_policy_gave(tx: Connection) -> None:
    case = decided(tx, help_case(tx))
    approve(tx, case)
    undo(tx, case)
    assert ledger.balance(tx, case.person.person_id) == 10


def test_approving_again_after_undo_says_it_once_and_scores_once(tx: Connection) -> None:
    case = decided(tx, doubtful(help_case(tx)))
    for _ in range(3):
        approve(tx, case)
        undo(tx, case)
    approve(tx, case)
    states = [message.state for message in messages(tx, case)]
    assert states == [MessageState.FAILED] * 3 + [MessageState.PENDING]
    assert ledger.balance(tx, case.person.person_id) == 10


def test_message_that_is_being_sent_cannot_be_taken_back(tx: Connection) -> None:
    case = decided(tx, help_case(tx))
    approve(tx, case)
    (message,) = messages(tx, case)
    assert outbox.claim(tx, message.id, LATER)
    with pytest.raises(Refused, match="left already"):
        undo(tx, case)
    assert state(tx, case) is CaseState.DONE


def test_reply_to_an_issue_is_no_thanks(tx: Connection) -> None:
    case = decided(tx, issue_case(tx))
    approve(tx, case, "Which version is it?")
    assert decisions.of_case(tx, case.id)[-1].verdict is Verdict.ROUTE
    assert len(messages(tx, case)) == 1
    assert ledger.of_person(tx, case.person.person_id, 10) == []


def test_case_can_be_closed_without_a_word(tx: Connection) -> None:
    case = decided(tx, issue_case(tx))
    approve(tx, case, " ")
    assert messages(tx, case) == []
    assert state(tx, case) is CaseState.DONE
    undo(tx, case)
    assert state(tx, case) is CaseState.OPEN


def test_dismissal_can_be_undone(tx: Connection) -> None:
    case = decided(tx, issue_case(tx))
    REVIEW.dismiss(tx, case.id, "not for us", actor="Ann", now=NOW)
    assert state(tx, case) is CaseState.DISMISSED
    undo(tx, case)
    assert state(tx, case) is CaseState.OPEN
    verbs = [note.verb for note in audit.of(tx, "case", case.id)]
    assert verbs == ["decide", "dismiss", "undo"]


def test_saved_words_stay_on_the_open_case(tx: Connection) -> None:
    case = decided(tx, help_case(tx))
    REVIEW.save(tx, case.id, "Half a thought", actor="Ann", now=NOW)
    row = cases.load(tx, case.id)
    assert row is not None
    assert (row.draft, row.state) == ("Half a thought", CaseState.OPEN)


def test_case_is_given_to_a_member_and_back(tx: Connection) -> None:
    case = decided(tx, issue_case(tx))
    member = members.add_member(tx, "Ann", NOW)
    for given in (member, None):
        REVIEW.assign(tx, case.id, given, actor="Ann", now=NOW)
        row = cases.load(tx, case.id)
        assert row is not None
        assert row.assignee_id == given


@pytest.mark.parametrize("choice", [Choice.NONE, Choice.PRIVATE])
def test_no_public_thanks_for_who_chose_none(tx: Connection, choice: Choice) -> None:
    case = decided(tx, help_case(tx))
    people.set_choice(tx, case.person.person_id, choice, "test", NOW)
    with pytest.raises(Refused, match="chose not to be thanked"):
        approve(tx, case)


def test_no_reply_to_a_deleted_post(tx: Connection) -> None:
    case = decided(tx, help_case(tx))
    post = case.post.post
    mentions.delete_post(tx, post.platform, post.platform_id, NOW, NOW)
    with pytest.raises(Refused, match="deleted"):
        approve(tx, case)


def test_reply_longer_than_the_platform_takes_is_refused(tx: Connection) -> None:
    case = decided(tx, help_case(tx))
    with pytest.raises(Refused, match="32000"):
        approve(tx, case, "x" * 32_001)


def test_closed_and_unknown_cases_are_refused(tx: Connection) -> None:
    case = decided(tx, help_case(tx))
    with pytest.raises(Refused, match="nothing to undo"):
        undo(tx, case)
    approve(tx, case)
    with pytest.raises(Refused, match="closed this case already"):
        approve(tx, case)
    with pytest.raises(Refused, match="no such case"):
        REVIEW.dismiss(tx, 999, "spam", actor="Ann", now=NOW)
    assert len(messages(tx, case)) == 1


def found_by(tx: Connection, case: Case, query: str) -> None:
    mentions.add_mentions(tx, [NewMention(case.post.id, query, (), NOW)])


def taught(tx: Connection, query: str) -> list[bool]:
    return [one.about for one in examples.of_queries(tx, [query], 10)[query]]


@pytest.mark.parametrize(("lane", "lesson"), [(Lane.UNSURE, [True]), (Lane.SPAM, [])])
def test_case_in_doubt_is_taken_back_to_the_open_ones(
    tx: Connection, lane: Lane, lesson: list[bool]
) -> None:
    case = decided(tx, issue_case(tx))
    found_by(tx, case, "brand")
    cases.set_lane(tx, case.id, lane)
    REVIEW.admit(tx, case.id, actor="Ann", now=LATER)
    row = cases.load(tx, case.id)
    assert row is not None
    assert (row.lane, row.state) == (Lane.MAIN, CaseState.OPEN)
    assert row.due_at == LATER + timedelta(hours=POLICY.response_hours.issue)
    assert taught(tx, "brand") == lesson
    note = audit.of(tx, "case", case.id)[-1]
    assert (note.actor, note.verb) == ("Ann", "admit")
    assert decisions.of_case(tx, case.id)[-1].reasons[0].rule == "overruled"


@pytest.mark.parametrize("lane", [Lane.UNSURE, Lane.SPAM])
def test_undo_puts_it_back_as_it_was(tx: Connection, lane: Lane) -> None:
    case = decided(tx, issue_case(tx))
    found_by(tx, case, "brand")
    cases.set_lane(tx, case.id, lane)
    before = cases.load(tx, case.id)
    REVIEW.admit(tx, case.id, actor="Ann", now=LATER)
    cases.assign(tx, case.id, members.add_member(tx, "Bo", NOW))
    undo(tx, case)
    after = cases.load(tx, case.id)
    assert before is not None
    assert after is not None
    assert replace(after, assignee_id=None) == before
    assert taught(tx, "brand") == []
    assert admission(tx, case.id) is None
    with pytest.raises(Refused, match="open already"):
        undo(tx, case)


def test_undone_acts_come_back_one_by_one(tx: Connection) -> None:
    case = decided(tx, issue_case(tx))
    found_by(tx, case, "brand")
    cases.set_lane(tx, case.id, Lane.UNSURE)
    REVIEW.admit(tx, case.id, actor="Ann", now=LATER)
    REVIEW.dismiss(tx, case.id, "not about us", actor="Bo", now=LATER)
    undo(tx, case)
    row = cases.load(tx, case.id)
    assert row is not None
    assert (row.lane, row.state) == (Lane.MAIN, CaseState.OPEN)
    assert taught(tx, "brand") == [True]
    undo(tx, case)
    row = cases.load(tx, case.id)
    assert row is not None
    assert (row.lane, row.state) == (Lane.UNSURE, CaseState.OPEN)
    assert taught(tx, "brand") == []


def test_new_case_that_is_taken_back_is_not_judged_again(tx: Connection) -> None:
    case = issue_case(tx)
    cases.set_lane(tx, case.id, Lane.SPAM)
    REVIEW.admit(tx, case.id, actor="Ann", now=NOW)
    assert state(tx, case) is CaseState.OPEN
    assert not act(tx, decide(case, POLICY), case, POLICY, LATER)


@pytest.mark.parametrize(
    ("readings", "kind"),
    [
        ({Task.INTENT: "request"}, CaseKind.REQUEST),
        ({Task.INTENT: "other", Task.SENTIMENT: "positive"}, CaseKind.PRAISE),
        ({Task.INTENT: "thanks", Task.SENTIMENT: "negative"}, CaseKind.ISSUE),
        ({}, CaseKind.QUESTION),
        ({Task.INTENT: "request", Task.OFFENSIVE: "offensive"}, CaseKind.CONDUCT),
    ],
)
def test_spam_that_is_none_gets_the_kind_that_it_reads_as(
    tx: Connection, readings: dict[Task, str], kind: CaseKind
) -> None:
    case = decided(tx, issue_case(tx))
    cases.set_kind(tx, case.id, CaseKind.CONDUCT, "looks like spam, 0.93")
    cases.set_lane(tx, case.id, Lane.SPAM)
    rows = [Analysis(case.post.id, task, "t", label, 0.9) for task, label in readings.items()]
    analyses.save(tx, rows)
    REVIEW.admit(tx, case.id, actor="Ann", now=LATER)
    row = cases.load(tx, case.id)
    assert row is not None
    assert row.kind is kind
    assert row.reason.startswith("looks like spam" if kind is CaseKind.CONDUCT else kind.value)
    undo(tx, case)
    row = cases.load(tx, case.id)
    assert row is not None
    assert (row.kind, row.reason) == (CaseKind.CONDUCT, "looks like spam, 0.93")


def test_spam_that_is_none_opens_no_second_case_when_read_again(tx: Connection) -> None:
    case = decided(tx, issue_case(tx))
    read = Reading(intent=Label("request", 0.3), spam=0.95)
    heard = Heard(case.post, case.person, read, is_mention=True)
    (spam,) = cases.open_cases(tx, openings(heard, POLICY, NOW))
    REVIEW.admit(tx, spam, actor="Ann", now=LATER)
    assert cases.open_cases(tx, openings(heard, POLICY, LATER)) == []
    row = cases.load(tx, spam)
    assert row is not None
    assert (row.kind, row.lane) == (CaseKind.REQUEST, Lane.MAIN)


def test_post_keeps_one_case_of_a_kind(tx: Connection) -> None:
    case = decided(tx, issue_case(tx))
    new = NewCase(case.post.id, case.post.person_id, CaseKind.CONDUCT, "spam", NOW, NOW)
    (id_,) = cases.open_cases(tx, [replace(new, lane=Lane.SPAM)])
    analyses.save(tx, [Analysis(case.post.id, Task.INTENT, "t", "issue", 0.9)])
    REVIEW.admit(tx, id_, actor="Ann", now=LATER)
    row = cases.load(tx, id_)
    assert row is not None
    assert (row.kind, row.lane) == (CaseKind.CONDUCT, Lane.MAIN)


def test_case_that_is_in_no_doubt_is_not_taken_back(tx: Connection) -> None:
    case = decided(tx, issue_case(tx))
    with pytest.raises(Refused, match="waits with the others already"):
        REVIEW.admit(tx, case.id, actor="Ann", now=LATER)


@pytest.mark.parametrize(("reason", "lesson"), [("not about us", [False]), ("not for us", [])])
def test_dismissal_teaches_only_where_it_says_so(
    tx: Connection, reason: str, lesson: list[bool]
) -> None:
    case = decided(tx, issue_case(tx))
    found_by(tx, case, "brand")
    REVIEW.dismiss(tx, case.id, reason, actor="Ann", now=LATER)
    assert taught(tx, "brand") == lesson
    undo(tx, case)
    assert taught(tx, "brand") == []
