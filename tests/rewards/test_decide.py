"""What is decided about each kind of case, and why."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.decide import decide
from rewards.policy import Policy, Responder
from rewards.reading import Label
from store.records import CaseKind, Choice, Evidence, Verdict
from tests.posts import MOMENT, a_post
from tests.rewards.examples import a_case, a_person, a_reading, a_stored_post, some_help

HELP = a_case(CaseKind.HELP)
ISSUE = a_case(CaseKind.ISSUE)
QUESTION = a_case(CaseKind.QUESTION)
REQUEST = a_case(CaseKind.REQUEST)
PRAISE = a_case(CaseKind.PRAISE)
CONDUCT = a_case(CaseKind.CONDUCT, a_reading(offensive=0.95))
POLICY = Policy(own_handles=("@Nimbusleaf",))
SCORED = some_help(Evidence.SCORED)
LATELY = MOMENT - timedelta(days=4)
OLD = replace(HELP.post, heard_at=MOMENT + timedelta(days=30))
GONE = a_stored_post(replace(a_post(), deleted_at=MOMENT))
ANGRY = a_reading("issue", emotion=Label("anger", 0.91), sentiment=Label("negative", 0.9))

TABLE = {
    "help that was thanked": (HELP, Verdict.THANK, "thanked by one person", 10),
    "help that was accepted": (
        replace(HELP, help=some_help(Evidence.ACCEPTED)),
        Verdict.THANK, "the answer was accepted", 15,
    ),
    "help thanked by two": (
        replace(HELP, help=replace(some_help(), thanked_by=2)),
        Verdict.THANK, "thanked by 2 people", 10,
    ),
    "help with votes only scores": (
        replace(HELP, help=SCORED), Verdict.IGNORE, "0 votes, nobody thanked yet", 5,
    ),
    "a mere reply": (
        replace(HELP, help=some_help(Evidence.REPLIED)),
        Verdict.IGNORE, "nobody confirmed that it helped", 0,
    ),
    "help by ourselves": (
        replace(HELP, person=a_person(handle="nimbusleaf")), Verdict.IGNORE, "written by us", 0,
    ),
    "help by a colleague": (
        replace(HELP, person=replace(a_person(), is_staff=True)),
        Verdict.IGNORE, "written by a colleague", 0,
    ),
    "help by a program": (
        replace(HELP, person=replace(a_person(), is_bot=True)),
        Verdict.IGNORE, "written by a program", 0,
    ),
    "help in a deleted post": (
        replace(HELP, post=GONE), Verdict.IGNORE, "the post was deleted", 0,
    ),
    "help to oneself": (
        replace(HELP, help=replace(some_help(), helped_id=1)),
        Verdict.IGNORE, "helped nobody else", 0,
    ),
    "who wants no recognition gets no points": (
        replace(HELP, person=replace(a_person(), choice=Choice.NONE)),
        Verdict.IGNORE, "does not want to be recognised", 0,
    ),
    "who prefers private gets points alone": (
        replace(HELP, person=replace(a_person(), choice=Choice.PRIVATE)),
        Verdict.IGNORE, "prefers no public thanks", 10,
    ),
    "colluders get nothing": (
        replace(HELP, help=replace(some_help(), colluding=True)),
        Verdict.REVIEW, "these two keep thanking each other", 0,
    ),
    "ironic thanks": (
        replace(HELP, help=replace(some_help(), proof_reading=a_reading("thanks", irony=0.8))),
        Verdict.REVIEW, "may be meant ironically, 0.80", 0,
    ),
    "unhappy thanks": (
        replace(HELP, help=replace(
            some_help(), proof_reading=a_reading("thanks", sentiment=Label("negative", 0.9))
        )),
        Verdict.REVIEW, "the thanks sound unhappy", 0,
    ),
    "doubtful thanks": (
        replace(HELP, help=replace(some_help(), confidence=0.5)),
        Verdict.REVIEW, "maybe thanks, 0.50", 0,
    ),
    "hardly thanks": (
        replace(HELP, help=replace(some_help(), confidence=0.2)),
        Verdict.IGNORE, "hardly thanks, 0.20", 0,
    ),
    "an angry complaint that helped": (
        replace(HELP, reading=ANGRY), Verdict.REVIEW, "reads as an angry complaint", 10,
    ),
    "rude help": (
        replace(HELP, reading=a_reading("answer", offensive=0.9)),
        Verdict.REVIEW, "offensive, 0.90", 0,
    ),
    "help of a hostile person": (
        replace(HELP, person=replace(a_person(), hostile=True)),
        Verdict.REVIEW, "mostly hostile to others", 10,
    ),
    "help heard too late": (
        replace(HELP, post=OLD), Verdict.IGNORE, "older than 14 days when heard", 10,
    ),
    "help of someone thanked lately": (
        replace(HELP, person=replace(a_person(), last_thanked_at=LATELY)),
        Verdict.IGNORE, "thanked 4 days ago", 10,
    ),
    "help in a thread with thanks": (
        replace(HELP, thread_thanks=1), Verdict.IGNORE, "thanks already stand in this thread", 10,
    ),
    "a complaint is routed": (ISSUE, Verdict.ROUTE, "reports a problem", 0),
    "a doubtful complaint": (
        replace(ISSUE, reading=a_reading("issue", 0.5)), Verdict.REVIEW, "maybe issue, 0.50", 0,
    ),
    "a complaint in a language that is not read": (
        replace(
            ISSUE,
            reading=replace(
                a_reading("issue"), intent=Label("issue", 0.9, is_guess=True), is_unread=True
            ),
        ),
        Verdict.REVIEW, "maybe issue, its language is not read", 0,
    ),
    "a complaint of one who wants no recognition": (
        replace(ISSUE, person=replace(a_person(), choice=Choice.NONE)),
        Verdict.ROUTE, "reports a problem", 0,
    ),
    "spam that sounds like a complaint": (
        replace(ISSUE, reading=a_reading("issue", spam=0.93)),
        Verdict.REVIEW, "looks like spam, 0.93", 0,
    ),
    "issue of something else": (
        replace(ISSUE, reading=a_reading("issue", relevance=0.21)),
        Verdict.REVIEW, "maybe not about us, 0.21", 0,
    ),
    "issue that is about us": (
        replace(ISSUE, reading=a_reading("issue", relevance=0.4)),
        Verdict.ROUTE, "reports a problem", 0,
    ),
    "a question nobody answered": (QUESTION, Verdict.ROUTE, "nobody answered yet", 0),
    "a question a peer answered": (
        replace(QUESTION, answered_by_peer=True), Verdict.IGNORE, "answered by a peer", 0,
    ),
    "a request": (REQUEST, Verdict.ROUTE, "asks for something new", 0),
    "praise": (PRAISE, Verdict.REVIEW, "praise, 0.90", 0),
    "ironic praise": (
        replace(PRAISE, reading=a_reading("praise", irony=0.9)),
        Verdict.REVIEW, "may be meant ironically, 0.90", 0,
    ),
    "praise in a bad mood": (
        replace(PRAISE, reading=a_reading("praise", sentiment=Label("negative", 0.5))),
        Verdict.REVIEW, "praise in a bad mood", 0,
    ),
    "praise that may be a complaint": (
        replace(PRAISE, reading=replace(a_reading("praise"), complaint=0.71)),
        Verdict.REVIEW, "may be a complaint, 0.71", 0,
    ),
    "rudeness": (CONDUCT, Verdict.REVIEW, "offensive, 0.95", 0),
    "spam": (
        replace(CONDUCT, reading=a_reading(spam=0.9)), Verdict.REVIEW, "looks like spam, 0.90", 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_table(name: str) -> None:
    case, verdict, why, points = TABLE[name]
    decision = decide(case, POLICY)
    assert (decision.verdict, decision.reasons[0].detail) == (verdict, why)
    assert decision.points == points
    assert (decision.responder is None) == (verdict is Verdict.IGNORE)
    assert (decision.due_at is None) == (verdict is Verdict.IGNORE)


@given(
    kind=st.sampled_from([CaseKind.ISSUE, CaseKind.QUESTION, CaseKind.REQUEST, CaseKind.CONDUCT]),
    intent=st.sampled_from(["issue", "praise", "thanks", "question"]),
    confidence=st.floats(0, 1),
    sentiment=st.sampled_from(["negative", "neutral", "positive"]),
    eager=st.booleans(),
)
def test_complaint_is_never_thanked(
    kind: CaseKind, intent: str, confidence: float, sentiment: str, eager: bool
) -> None:
    reading = a_reading(intent, confidence, sentiment=Label(sentiment, confidence))
    policy = Policy(automatic=eager, thank_praise=eager, confident=0.0, unsure=0.0)
    decision = decide(replace(a_case(kind, reading), help=some_help()), policy)
    assert decision.verdict is not Verdict.THANK
    assert decision.draft is None


@given(
    evidence=st.sampled_from(Evidence),
    choice=st.sampled_from([None, *Choice]),
    flags=st.fixed_dictionaries({name: st.booleans() for name in ("is_own", "is_staff", "is_bot")}),
    colluding=st.booleans(),
    confidence=st.floats(0, 1),
)
def test_thanks_go_only_to_members_who_want_them_for_proven_help(
    evidence: Evidence,
    choice: Choice | None,
    flags: dict[str, Any],
    colluding: bool,
    confidence: float,
) -> None:
    person = replace(a_person(), choice=choice, **flags)
    helped = replace(some_help(evidence), colluding=colluding, confidence=confidence)
    decision = decide(replace(HELP, person=person, help=helped), POLICY)
    if decision.verdict is Verdict.THANK:
        assert not person.is_ours
        assert choice not in (Choice.NONE, Choice.PRIVATE)
        assert evidence in (Evidence.ACCEPTED, Evidence.THANKED)
        assert not colluding
        assert confidence >= POLICY.confident
        assert decision.draft is not None
    if person.is_ours or choice is Choice.NONE or colluding:
        assert decision.points == 0


def test_angry_complaint_comes_before_a_calm_one_and_says_so() -> None:
    angry = decide(replace(ISSUE, reading=ANGRY), POLICY)
    assert angry.priority > decide(ISSUE, POLICY).priority
    assert "anger 0.91" in [reason.detail for reason in angry.reasons]


def test_asking_twice_raises_the_priority_and_says_so() -> None:
    again = decide(replace(QUESTION, asked_before=1), POLICY)
    assert again.priority > decide(QUESTION, POLICY).priority
    assert "asked twice" in [reason.detail for reason in again.reasons]


def test_draft_speaks_to_the_helper_about_what_they_did() -> None:
    draft = decide(HELP, POLICY).draft
    assert draft is not None
    assert "@leo" in draft.body
    assert "Sync sits at 99 % forever" in draft.body
    assert (draft.target_post_id, draft.recipient_id) == (HELP.post.id, 1)


def test_draft_speaks_the_language_of_the_post() -> None:
    german = replace(HELP, reading=a_reading("answer", language=Label("de", 0.9)))
    draft = decide(german, POLICY).draft
    assert draft is not None
    assert "Dank" in draft.body or "danke" in draft.body


def test_when_every_wording_was_said_a_person_writes_it() -> None:
    said: tuple[str, ...] = ()
    for _ in range(200):
        decision = decide(replace(HELP, said=said), POLICY)
        if decision.draft is None:
            break
        said = (*said, decision.draft.body)
    assert decision.verdict is Verdict.REVIEW
    assert decision.reasons[0].rule == "wording"
    assert decision.points == 10


def test_praise_waits_with_a_draft_and_is_thanked_where_the_policy_says_so() -> None:
    assert decide(PRAISE, POLICY).draft is not None
    assert decide(PRAISE, Policy(thank_praise=True)).verdict is Verdict.THANK


def test_german_issue_goes_to_who_speaks_german() -> None:
    team = (Responder("berlin", languages=("de",)), Responder("team"))
    german = replace(ISSUE, reading=a_reading("issue", language=Label("de", 0.9)))
    assert decide(german, Policy(responders=team)).responder == "berlin"
    assert decide(ISSUE, Policy(responders=team)).responder == "team"


def test_help_case_without_its_act_is_refused() -> None:
    with pytest.raises(ValueError, match="case 11"):
        decide(replace(HELP, help=None), POLICY)
