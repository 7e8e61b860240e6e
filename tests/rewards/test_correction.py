"""What a person's correction of the model keeps, and where it takes a case."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.pipeline.assemble import Assembly
from rewards.act import act
from rewards.correction import CORRECTABLE, kind_of
from rewards.decide import decide
from rewards.drafting.mark import written
from rewards.handling import Refused
from rewards.policy import Policy, Responder
from rewards.reading import reading
from rewards.review import Review
from store import analyses, audit, cases, decisions, labels, mentions
from store.cases import CaseRow
from store.db import Connection
from store.records import Analysis, CaseKind, CaseState, Intent, NewCase, Task, Verdict
from tests.posts import MOMENT, a_post
from tests.rewards.stored import NOW, help_case, issue_case
from tests.store.seeds import saved

POLICY = Policy(responders=(Responder("bugs", ("issue",)), Responder("answers", ("question",))))
REVIEW = Review(POLICY, lambda platform: platform == "stackexchange")
LATER = NOW + timedelta(minutes=5)


def read_as(tx: Connection, post_id: int, **said: str) -> None:
    """What the model said of a post, by task."""
    rows = [Analysis(post_id, Task(task), "laurels-1", label, 0.8) for task, label in said.items()]
    analyses.save(tx, rows)
    analyses.mark_understood(tx, [post_id], "laurels-1")


def an_issue(tx: Connection, *, decided: bool = True) -> int:
    """A case that the model takes for an angry issue, decided by the policy."""
    case = issue_case(tx)
    read_as(tx, case.post.id, intent="issue", sentiment="negative", emotion="anger")
    if decided:
        found = analyses.of(tx, [case.post.id])[case.post.id]
        case = replace(case, reading=reading(found))
        act(tx, decide(case, POLICY), case, POLICY, NOW)
    return case.id


def correct(tx: Connection, case_id: int, label: str, task: Task = Task.INTENT) -> None:
    REVIEW.correct(tx, case_id, task, label, actor="Ann", now=LATER)


def uncorrect(tx: Connection, case_id: int, task: Task = Task.INTENT) -> None:
    REVIEW.uncorrect(tx, case_id, task, actor="Bo", now=LATER)


def row(tx: Connection, case_id: int) -> CaseRow:
    found = cases.load(tx, case_id)
    assert found is not None
    return found


def test_correction_is_kept_as_a_label(tx: Connection) -> None:
    case_id = an_issue(tx)
    correct(tx, case_id, "question")
    (label,) = labels.after(tx, 0, 10)
    assert (label.post_id, label.task) == (row(tx, case_id).post_id, Task.INTENT)
    assert (label.said, label.confidence, label.model) == ("issue", 0.8, "laurels-1")
    assert (label.label, label.actor, label.at) == ("question", "Ann", LATER)
    assert not label.may_train


def test_label_may_train_only_where_its_platform_allows_it(tx: Connection) -> None:
    for platform in ("stackexchange", "x"):
        (post_id,) = saved(tx, a_post(platform=platform))
        person_id = mentions.load(tx, [post_id])[post_id].person_id
        new = NewCase(post_id, person_id, CaseKind.ISSUE, "issue", NOW, NOW)
        read_as(tx, post_id, intent="issue")
        correct(tx, cases.open_cases(tx, [new])[0], "question")
    assert [one.may_train for one in labels.after(tx, 0, 10)] == [True, False]


def test_where_nobody_says_which_platform_allows_it_none_does(tx: Connection) -> None:
    case_id = an_issue(tx)
    Review(POLICY).correct(tx, case_id, Task.INTENT, "question", actor="Ann", now=LATER)
    assert not labels.after(tx, 0, 10)[0].may_train


def test_corrected_intent_takes_the_case_to_its_kind_with_its_clock_and_responder(
    tx: Connection,
) -> None:
    case_id = an_issue(tx)
    assert row(tx, case_id).responder == "bugs"
    correct(tx, case_id, "question")
    found = row(tx, case_id)
    assert (found.kind, found.responder, found.state) == (
        CaseKind.QUESTION,
        "answers",
        CaseState.OPEN,
    )
    assert found.due_at == MOMENT + timedelta(hours=POLICY.response_hours.question)
    assert found.reason == "question, as corrected"
    newest = decisions.of_case(tx, case_id)[-1]
    assert (newest.actor, newest.verdict) == ("Ann", Verdict.REVIEW)
    assert newest.reasons[0].detail == "question, not issue"


def test_undone_correction_leaves_the_case_where_it_was(tx: Connection) -> None:
    case_id = an_issue(tx)
    before = row(tx, case_id)
    correct(tx, case_id, "request")
    correct(tx, case_id, "question")
    uncorrect(tx, case_id)
    assert row(tx, case_id).kind is CaseKind.REQUEST
    uncorrect(tx, case_id)
    assert row(tx, case_id) == before
    assert [one.is_undone for one in labels.after(tx, 0, 10)] == [True, True]
    with pytest.raises(Refused, match="no correction"):
        uncorrect(tx, case_id)


def test_undone_mood_leaves_the_kind_that_was_corrected_since(tx: Connection) -> None:
    case_id = an_issue(tx)
    before = row(tx, case_id)
    correct(tx, case_id, "neutral", Task.SENTIMENT)
    correct(tx, case_id, "question")
    uncorrect(tx, case_id, Task.SENTIMENT)
    assert row(tx, case_id).kind is CaseKind.QUESTION
    uncorrect(tx, case_id)
    assert row(tx, case_id) == before


@pytest.mark.parametrize("intent", [Intent.ANSWER, Intent.THANKS, Intent.OTHER])
def test_what_asks_for_nothing_of_ours_is_dismissed(tx: Connection, intent: Intent) -> None:
    case_id = an_issue(tx)
    before = row(tx, case_id)
    correct(tx, case_id, intent)
    assert row(tx, case_id).state is CaseState.DISMISSED
    assert decisions.of_case(tx, case_id)[-1].reasons[0].detail == "wrong kind"
    uncorrect(tx, case_id)
    assert row(tx, case_id) == before


def test_dismissed_case_that_was_opened_again_stays_open(tx: Connection) -> None:
    case_id = an_issue(tx)
    correct(tx, case_id, "other")
    REVIEW.undo(tx, case_id, actor="Bo", now=LATER)
    uncorrect(tx, case_id)
    assert (row(tx, case_id).state, row(tx, case_id).kind) == (CaseState.OPEN, CaseKind.ISSUE)


def test_new_case_of_another_kind_waits_for_a_person(tx: Connection) -> None:
    case_id = an_issue(tx, decided=False)
    assert row(tx, case_id).state is CaseState.NEW
    correct(tx, case_id, "question")
    assert row(tx, case_id).state is CaseState.OPEN
    assert cases.undecided(tx, NOW + timedelta(days=9), 10) == []


def test_corrected_mood_counts_for_the_order_and_for_what_the_policy_decides(
    tx: Connection,
) -> None:
    case_id = an_issue(tx, decided=False)
    before = row(tx, case_id)
    cases.route(tx, case_id, responder=None, due_at=None, priority=800)
    correct(tx, case_id, "neutral", Task.SENTIMENT)
    found = row(tx, case_id)
    assert (found.kind, found.state, found.priority) == (CaseKind.ISSUE, CaseState.NEW, 400)
    (value,) = Assembly(tx, POLICY, NOW).of(tx, [before])
    assert value.reading.sentiment.sure("neutral", 1.0)
    assert not value.reading.angry


def a_praise(tx: Connection, draft: str) -> int:
    """A case of praise with a thank-you that was prepared."""
    (post_id,) = saved(tx, a_post())
    read_as(tx, post_id, intent="praise", sentiment="positive")
    person_id = mentions.load(tx, [post_id])[post_id].person_id
    new = NewCase(post_id, person_id, CaseKind.PRAISE, "praise 0.80", NOW, NOW)
    (case_id,) = cases.open_cases(tx, [new])
    cases.set_draft(tx, case_id, draft)
    return case_id


def test_thanks_that_were_prepared_go_when_praise_is_none(tx: Connection) -> None:
    case_id = a_praise(tx, "Thank you!")
    correct(tx, case_id, "issue")
    assert (row(tx, case_id).kind, row(tx, case_id).draft) == (CaseKind.ISSUE, None)


def test_thanks_of_a_model_go_and_those_that_a_person_edited_stay(tx: Connection) -> None:
    case_id = a_praise(tx, "Thank you!")
    audit.note(tx, NOW, "Ann", "draft", "case", case_id, written("m", "Thank you!", "Ann"))
    correct(tx, case_id, "issue")
    assert row(tx, case_id).draft is None
    uncorrect(tx, case_id)
    cases.set_draft(tx, case_id, "Thank you!")
    REVIEW.save(tx, case_id, "Thank you so much!", actor="Ann", now=NOW)
    correct(tx, case_id, "issue")
    assert row(tx, case_id).draft == "Thank you so much!"


def test_words_of_a_person_outlast_a_correction_and_its_undoing(tx: Connection) -> None:
    case_id = a_praise(tx, "Thank you!")
    REVIEW.save(tx, case_id, "Words that Ann typed herself.", actor="Ann", now=NOW)
    correct(tx, case_id, "issue")
    found = row(tx, case_id)
    assert (found.kind, found.draft) == (CaseKind.ISSUE, "Words that Ann typed herself.")
    uncorrect(tx, case_id)
    found = row(tx, case_id)
    assert (found.kind, found.draft) == (CaseKind.PRAISE, "Words that Ann typed herself.")


def test_closed_case_stays_closed_and_its_label_is_kept(tx: Connection) -> None:
    case_id = an_issue(tx)
    REVIEW.approve(tx, case_id, "", actor="Ann", now=NOW)
    before = row(tx, case_id)
    correct(tx, case_id, "question")
    assert labels.after(tx, 0, 10)[0].label == "question"
    uncorrect(tx, case_id)
    assert row(tx, case_id) == before


def test_help_stays_help_whatever_its_words(tx: Connection) -> None:
    case = help_case(tx)
    read_as(tx, case.post.id, intent="answer")
    correct(tx, case.id, "other")
    assert row(tx, case.id).kind is CaseKind.HELP
    assert row(tx, case.id).state is CaseState.NEW


@pytest.mark.parametrize(
    ("kind", "intent", "taken", "right"),
    [
        (CaseKind.ISSUE, "question", (), CaseKind.QUESTION),
        (CaseKind.ISSUE, "question", (CaseKind.QUESTION,), CaseKind.ISSUE),
        (CaseKind.ISSUE, "answer", (), None),
        (CaseKind.CONDUCT, "issue", (), CaseKind.ISSUE),
        (CaseKind.CONDUCT, "other", (), CaseKind.CONDUCT),
        (CaseKind.HELP, "issue", (), CaseKind.HELP),
    ],
)
def test_kind_follows_the_intent(
    kind: CaseKind, intent: str, taken: tuple[CaseKind, ...], right: CaseKind | None
) -> None:
    assert kind_of(kind, intent, taken) is right


def test_nothing_is_corrected_to_what_it_is_or_to_nonsense(tx: Connection) -> None:
    case_id = an_issue(tx)
    for label, task, why in (
        ("issue", Task.INTENT, "reads as issue already"),
        ("furious", Task.SENTIMENT, "is called furious"),
        ("yes", Task.IRONY, "No model read this post"),
    ):
        with pytest.raises(Refused, match=why):
            correct(tx, case_id, label, task)
    assert labels.after(tx, 0, 10) == []


def test_deleted_post_is_not_corrected(tx: Connection) -> None:
    case_id = an_issue(tx)
    mentions.delete_post(tx, "discourse", "i-p", NOW, NOW)
    with pytest.raises(Refused, match="deleted; nothing was changed"):
        correct(tx, case_id, "question")


def test_audit_says_who_corrected_what(tx: Connection) -> None:
    case_id = an_issue(tx)
    correct(tx, case_id, "question")
    uncorrect(tx, case_id)
    told = [
        (one.actor, one.verb, one.detail["reason"]) for one in audit.of(tx, "case", case_id)[1:]
    ]
    assert told == [
        ("Ann", "correct", "question, not issue"),
        ("Bo", "uncorrect", "question taken back"),
    ]


def test_person_is_believed_before_the_model() -> None:
    found = {
        Task.EMOTION: Analysis(1, Task.EMOTION, "m", "anger", 0.9),
        Task.INTENT: Analysis(1, Task.INTENT, "m", "issue", 0.5),
    }
    right = {Task.INTENT: "praise", Task.SENTIMENT: "positive"}
    read = reading(found, right)
    assert read.intent.sure("praise", 1.0)
    assert not read.angry
    assert not read.upset
    assert reading(found, {Task.SENTIMENT: "negative"}).angry


def test_intents_and_moods_can_be_corrected() -> None:
    assert set(CORRECTABLE) == {Task.INTENT, Task.SENTIMENT}
