"""Which cases a post opens."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rewards.case import Standing
from rewards.policy import Policy
from rewards.reading import UNREAD, Label, Reading
from rewards.rules import Heard, openings
from store.records import ActOfHelp, CaseKind, Evidence, Kind, Lane, Post, StoredAct
from tests.posts import MOMENT, a_post
from tests.rewards.examples import a_person, a_reading, a_stored_post

POLICY = Policy()
NOW = MOMENT + timedelta(minutes=10)
ROOT = a_post("p1", thread_id="p1")
REPLY = a_post("p2", thread_id="p1", parent_id="p1")
ANSWER = a_post("p3", thread_id="p1", kind=Kind.ANSWER)


def a_chat(text: str) -> Post:
    """A message in a flat chat."""
    return a_post("m1", text, kind=Kind.MESSAGE, channel="help")


def heard(post: Post, reading: Reading, *, is_mention: bool = False) -> Heard:
    return Heard(a_stored_post(post), a_person(), reading, is_mention)


def kinds(one: Heard) -> list[str]:
    return [case.kind.value for case in openings(one, POLICY, NOW)]


@pytest.mark.parametrize(
    ("post", "intent", "confidence", "is_mention", "opened"),
    [
        (ROOT, "issue", 0.9, False, ["issue"]),
        (ROOT, "question", 0.5, False, ["question"]),
        (ROOT, "question", 0.4, False, []),
        (ROOT, "praise", 0.9, True, ["praise"]),
        (ROOT, "praise", 0.9, False, []),
        (a_chat("does anybody know how joins work here?"), "question", 0.9, False, ["question"]),
        (a_chat("@ann does that make any sense to you?"), "question", 0.9, False, []),
        (a_chat("@ann does that make any sense to you?"), "question", 0.9, True, ["question"]),
        (a_chat("really? why?"), "question", 0.9, False, []),
        (ROOT, "request", 0.9, False, ["request"]),
        (ROOT, "thanks", 0.9, False, []),
        (REPLY, "question", 0.9, False, []),
        (REPLY, "question", 0.9, True, ["question"]),
        (REPLY, "issue", 0.9, False, ["issue"]),
        (REPLY, "issue", 0.5, False, []),
        (REPLY, "praise", 0.9, False, []),
        (ANSWER, "issue", 0.9, False, []),
        (ROOT, "no such intent", 0.9, False, []),
    ],
)
def test_what_the_author_wants_opens_a_case(
    post: Post, intent: str, confidence: float, is_mention: bool, opened: list[str]
) -> None:
    assert kinds(heard(post, a_reading(intent, confidence), is_mention=is_mention)) == opened


@pytest.mark.parametrize(
    ("changed", "opened"),
    [
        ({}, []),
        ({"complaint": 0.5}, ["issue"]),
        ({"sentiment": Label("negative", 0.4, is_guess=True)}, ["issue"]),
        ({"sentiment": Label("positive", 0.9), "is_unread": True}, ["praise"]),
        ({"is_unread": True}, ["question"]),
    ],
)
def test_mention_that_is_only_guessed_is_read_by_a_person(
    changed: dict[str, Any], opened: list[str]
) -> None:
    guessed = replace(UNREAD, intent=Label("other", 0.4, is_guess=True), **changed)
    told = replace(guessed, intent=Label("other", 0.9))
    assert kinds(heard(ROOT, guessed, is_mention=True)) == opened
    assert kinds(heard(ROOT, guessed)) == []
    assert kinds(heard(ROOT, told, is_mention=True)) == []
    if opened:
        (case,) = openings(heard(ROOT, guessed, is_mention=True), POLICY, NOW)
        assert case.lane is Lane.MAIN


@pytest.mark.parametrize(
    "author",
    [
        replace(a_person(), is_own=True),
        replace(a_person(), is_staff=True),
        replace(a_person(), is_bot=True),
    ],
)
def test_our_own_people_and_programs_open_nothing(author: Standing) -> None:
    plain = heard(ROOT, a_reading("issue"))
    ours = replace(plain, author=author)
    assert kinds(plain) == ["issue"]
    assert kinds(ours) == []


def test_deleted_post_opens_nothing() -> None:
    assert kinds(heard(replace(ROOT, deleted_at=MOMENT), a_reading("issue"))) == []


@pytest.mark.parametrize(
    ("changed", "lane"),
    [
        ({}, Lane.MAIN),
        ({"relevance": 0.39}, Lane.UNSURE),
        ({"relevance": 0.4}, Lane.MAIN),
        ({"spam": 0.8}, Lane.SPAM),
        ({"spam": 0.9, "relevance": 0.1}, Lane.SPAM),
    ],
)
def test_doubt_chooses_the_lane_and_drops_nothing(changed: dict[str, float], lane: Lane) -> None:
    (case,) = openings(heard(ROOT, a_reading("question", **changed)), POLICY, NOW)
    assert (case.kind, case.lane) == (CaseKind.QUESTION, lane)
    assert (case.decide_after == NOW) == (lane is not Lane.MAIN)


def test_attack_on_something_else_is_in_doubt_too() -> None:
    (case,) = openings(heard(ROOT, a_reading(offensive=0.9, relevance=0.1)), POLICY, NOW)
    assert (case.kind, case.lane) == (CaseKind.CONDUCT, Lane.UNSURE)


@pytest.mark.parametrize(
    ("post", "reading", "kind", "reason"),
    [
        (REPLY, a_reading("request", 0.3), "request", "request 0.30"),
        (ROOT, a_reading("thanks"), "question", "question, by its mood: neutral"),
        (
            ANSWER,
            a_reading(sentiment=Label("negative", 0.8)),
            "issue",
            "issue, by its mood: negative",
        ),
        (ROOT, a_reading("praise"), "praise", "praise 0.90"),
        (
            ROOT,
            a_reading(sentiment=Label("positive", 0.8)),
            "praise",
            "praise, by its mood: positive",
        ),
    ],
)
def test_spam_that_asks_for_nothing_is_filed_as_what_it_would_be(
    post: Post, reading: Reading, kind: str, reason: str
) -> None:
    (case,) = openings(heard(post, replace(reading, spam=0.95)), POLICY, NOW)
    assert (case.kind.value, case.reason, case.lane) == (kind, reason, Lane.SPAM)
    assert case.decide_after == NOW
    assert kinds(heard(post, reading)) == []


def test_attack_opens_conduct_and_nothing_else() -> None:
    assert kinds(heard(REPLY, a_reading("issue", offensive=0.95))) == ["conduct"]
    assert kinds(heard(REPLY, a_reading("issue", offensive=0.95, spam=0.95))) == ["conduct"]


def test_proven_help_opens_a_case_with_its_strongest_act() -> None:
    def act(id: int, helped: int, evidence: Evidence) -> StoredAct:
        return StoredAct(id, ActOfHelp(7, 1, helped, evidence, MOMENT))

    acts = (act(1, 2, Evidence.SCORED), act(2, 3, Evidence.THANKED), act(3, 4, Evidence.REPLIED))
    (case,) = openings(replace(heard(ANSWER, a_reading("answer")), acts=acts), POLICY, NOW)
    assert (case.kind, case.act_id, case.reason) == (CaseKind.HELP, 2, "help, thanked")
    assert kinds(replace(heard(ANSWER, a_reading("answer")), acts=acts[2:])) == []


def test_old_post_gets_no_reply_but_its_help_counts() -> None:
    old = replace(a_stored_post(ROOT), heard_at=MOMENT + timedelta(days=20))
    acts = (StoredAct(1, ActOfHelp(7, 1, 2, Evidence.ACCEPTED, MOMENT)),)
    one = Heard(old, a_person(), a_reading("issue"), is_mention=False, acts=acts)
    assert kinds(one) == ["help"]


def test_peers_have_a_day_to_answer_a_question() -> None:
    (question,) = openings(heard(ROOT, a_reading("question")), POLICY, NOW)
    (issue,) = openings(heard(ROOT, a_reading("issue")), POLICY, NOW)
    assert question.decide_after == MOMENT + timedelta(hours=24)
    assert issue.decide_after == NOW


def test_issue_comes_before_a_question_and_anger_before_calm() -> None:
    def first(reading: Reading) -> int:
        return openings(heard(ROOT, reading), POLICY, NOW)[0].priority

    angry = a_reading("issue", emotion=Label("anger", 0.9))
    assert first(angry) > first(a_reading("issue")) > first(a_reading("question"))
