"""From posts to analyses, acts of help, cases, decisions and scores."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bot.pipeline.decide import decide_cases
from bot.pipeline.measure import measure
from bot.pipeline.standings import month_board, named_experts
from bot.pipeline.understand import understand
from rewards.policy import Policy
from store import analyses, cases, helpgraph, ledger, mentions, outbox
from store.db import Engine, reading
from store.mentions import NewMention
from store.records import CaseKind, CaseState, Evidence, Kind, Post, Task
from tests.fakes import judges
from tests.posts import MOMENT, a_post

POLICY = Policy(own_handles=("acme",), automatic=True, undo_seconds=0)
LATER = MOMENT + timedelta(days=3)


def hear(engine: Engine, posts: Sequence[Post], *, named: bool = False) -> list[int]:
    """Save the posts as if just heard; with `named` each is a mention."""
    with engine.begin() as tx:
        ids = [one.id for one in mentions.save_posts(tx, posts, "test", MOMENT)]
        if named:
            mentions.add_mentions(tx, [NewMention(one, "brand", (), MOMENT) for one in ids])
    return ids


def flow(engine: Engine, policy: Policy = POLICY, now: datetime = LATER, batch: int = 100) -> None:
    """Understand and decide whatever waits."""
    while understand(engine, judges(), policy, lambda: MOMENT, batch).posts:
        continue
    decide_cases(engine, policy, lambda: now)


def a_thread() -> list[Post]:
    """A question, an answer, thanks."""
    return [
        a_post("1", "how do I sync?", author="ann", thread_id="1", title="Sync"),
        a_post("2", "try leaf doctor", author="bob", thread_id="1", parent_id="1",
               kind=Kind.ANSWER, at=MOMENT + timedelta(minutes=1)),
        a_post("3", "thanks a lot", author="ann", thread_id="1", parent_id="2",
               at=MOMENT + timedelta(minutes=2)),
    ]  # fmt: skip


def states(engine: Engine) -> dict[CaseKind, CaseState]:
    """Each case's state by kind."""
    with reading(engine) as tx:
        return {row.kind: row.state for row in cases.of_posts(tx, list(range(1, 50)))}


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_thanked_helper_is_thanked_and_scores_whatever_the_batch(
    engine: Engine, batch: int
) -> None:
    hear(engine, a_thread())
    flow(engine, batch=batch)
    with reading(engine) as tx:
        (act,) = [one.act for one in helpgraph.acts(tx)]
        assert (act.evidence, act.post_id, act.evidence_post_id) == (Evidence.THANKED, 2, 3)
        (message,) = outbox.listing(tx, None, 10)
        assert message.draft.target_post_id == 2
        assert ledger.balance(tx, act.helper_id) == POLICY.points.thanked
    assert states(engine) == {CaseKind.HELP: CaseState.DONE, CaseKind.QUESTION: CaseState.DONE}


def test_running_everything_again_changes_nothing(engine: Engine) -> None:
    hear(engine, a_thread())
    flow(engine)
    hear(engine, a_thread())
    flow(engine)
    with reading(engine) as tx:
        assert len(outbox.listing(tx, None, 10)) == 1
        assert len(helpgraph.acts(tx)) == 1
        assert sum(ledger.totals(tx, MOMENT, LATER).values()) == POLICY.points.thanked


def test_complaint_is_routed_and_never_thanked(engine: Engine) -> None:
    hear(engine, [a_post("1", "grr it is broken, thank nobody")], named=True)
    hear(engine, [a_post("2", "sync is broken since today grr", author="cem")], named=True)
    flow(engine)
    with reading(engine) as tx:
        assert outbox.listing(tx, None, 10) == []
        (row,) = cases.of_posts(tx, [2])
        assert (row.kind, row.state, row.responder) == (CaseKind.ISSUE, CaseState.OPEN, "team")


def test_unanswered_question_reaches_the_queue_after_its_wait(engine: Engine) -> None:
    hear(engine, [a_post("1", "anybody know why?", channel="#help")])
    flow(engine, now=MOMENT + timedelta(hours=1))
    assert states(engine) == {CaseKind.QUESTION: CaseState.NEW}
    flow(engine, now=MOMENT + timedelta(hours=25))
    assert states(engine) == {CaseKind.QUESTION: CaseState.OPEN}


def test_our_own_posts_and_bots_open_nothing(engine: Engine) -> None:
    hear(
        engine,
        [
            a_post("1", "our sync is broken", author="acme"),
            a_post("2", "build broken", author="ci", is_bot=True),
            a_post("3", "it is broken", author="eve", is_staff=True),
        ],
        named=True,
    )
    flow(engine)
    assert states(engine) == {}


def test_edited_post_is_understood_again(engine: Engine) -> None:
    (post_id,) = hear(engine, [a_post("1", "hello")], named=True)
    flow(engine)
    hear(engine, [a_post("1", "it is broken")], named=True)
    flow(engine)
    with reading(engine) as tx:
        assert analyses.of(tx, [post_id])[post_id][Task.INTENT].label == "issue"
    assert states(engine) == {CaseKind.ISSUE: CaseState.OPEN}


def test_answer_accepted_later_counts_as_accepted(engine: Engine) -> None:
    question, answer = a_thread()[:2]
    hear(engine, [question, answer])
    flow(engine)
    accepted = a_post(
        "2", answer.text, author="bob", thread_id="1", parent_id="1", kind=Kind.ANSWER,
        at=answer.created_at, accepted=True,
    )  # fmt: skip
    hear(engine, [accepted])
    flow(engine)
    with reading(engine) as tx:
        (act,) = [one.act for one in helpgraph.acts(tx)]
        assert act.evidence is Evidence.ACCEPTED
        assert ledger.balance(tx, act.helper_id) == POLICY.points.accepted


def test_expert_and_board_name_the_helper_and_no_colleague(engine: Engine) -> None:
    hear(engine, a_thread())
    staff = [
        a_post("4", "why?", author="ann", thread_id="4"),
        a_post("5", "try this", author="eve", thread_id="4", parent_id="4", is_staff=True,
               at=MOMENT + timedelta(minutes=1)),
        a_post("6", "thanks", author="ann", thread_id="4", parent_id="5",
               at=MOMENT + timedelta(minutes=2)),
    ]  # fmt: skip
    hear(engine, staff)
    flow(engine)
    assert measure(engine, POLICY, LATER) == 1
    with reading(engine) as tx:
        assert [one.name for one in named_experts(tx, 5)] == ["bob"]
        board = month_board(tx, POLICY, LATER)
        assert [(row.rank, row.name, row.points) for row in board.rows] == [(1, "bob", 10)]


def test_flat_chat_without_references_finds_the_helper(engine: Engine) -> None:
    said = [("ann", "how do I center a div?"), ("cem", "lunch"), ("bob", "@ann try flexbox"),
            ("ann", "thanks @bob")]  # fmt: skip
    posts = [
        a_post(str(n), text, author=who, platform="gitter", kind=Kind.MESSAGE, channel="help",
               at=MOMENT + timedelta(minutes=n))
        for n, (who, text) in enumerate(said, start=1)
    ]  # fmt: skip
    hear(engine, posts)
    flow(engine, batch=2)
    with reading(engine) as tx:
        assert [(one.act.post_id, one.act.evidence) for one in helpgraph.acts(tx)] == [
            (3, Evidence.THANKED)
        ]
