"""Who counts as helping and as helped, and who never does."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.pipeline.measure import measure
from bot.pipeline.standings import month_board
from bot.pipeline.understand import understand
from models.judgement import Judgement, Text
from rewards.policy import Policy
from store import analyses, cases, helpgraph, ledger, mentions
from store.db import Engine, reading
from store.records import NOBODY, Author, Post
from tests.bot.pipeline.test_flow import LATER, POLICY, a_thread, flow, hear, states
from tests.fakes import judges
from tests.posts import MOMENT


def scored(engine: Engine, posts: Sequence[Post], policy: Policy = POLICY) -> tuple[int, int, int]:
    """Acts of help, people with points and people with a score that come of these posts."""
    hear(engine, posts)
    flow(engine, policy)
    measure(engine, policy, LATER)
    with reading(engine) as tx:
        totals = ledger.totals(tx, MOMENT, LATER)
        return len(helpgraph.acts(tx)), len(totals), len(helpgraph.experts(tx, 10))


def test_help_is_scored(engine: Engine) -> None:
    assert scored(engine, a_thread()) == (1, 1, 1)


@pytest.mark.parametrize("without", [(0, 1, 2), (1,), (0, 2)])
def test_no_act_from_or_for_whom_nobody_asked(engine: Engine, without: tuple[int, ...]) -> None:
    posts = a_thread()
    for at in without:
        posts[at] = replace(posts[at], unscored=True)
    assert scored(engine, posts) == (0, 0, 0)


@pytest.mark.parametrize("without", [(1,), (0, 2)])
def test_no_act_from_or_for_an_author_who_is_gone(engine: Engine, without: tuple[int, ...]) -> None:
    posts = a_thread()
    for at in without:
        posts[at] = replace(posts[at], author=Author(NOBODY, NOBODY))
    assert scored(engine, posts) == (0, 0, 0)


def test_whose_posts_are_all_deleted_is_on_no_board(engine: Engine) -> None:
    assert scored(engine, a_thread()) == (1, 1, 1)
    with engine.begin() as tx:
        mentions.delete_post(tx, "discourse", "2", MOMENT, MOMENT)
    measure(engine, POLICY, LATER)
    with reading(engine) as tx:
        assert helpgraph.experts(tx, 10) == []
        assert month_board(tx, POLICY, LATER).rows == ()
        assert sum(ledger.totals(tx, MOMENT, LATER).values()) == POLICY.points.thanked


def test_post_deleted_while_it_is_judged_leaves_nothing(engine: Engine) -> None:
    hear(engine, a_thread())
    sure = judges()

    def judge(texts: Sequence[Text]) -> list[Judgement]:
        with engine.begin() as tx:
            mentions.delete_post(tx, "discourse", "1", MOMENT, MOMENT)
        return classify(texts)

    classify = sure.classifier.classify
    sure.classifier.classify = judge  # type: ignore[method-assign]
    understand(engine, sure, POLICY, lambda: MOMENT)
    with reading(engine) as tx:
        assert sorted(analyses.of(tx, [1, 2, 3])) == [2, 3]
        assert [row.post_id for row in cases.of_posts(tx, [1, 2, 3])] == [2]


def test_own_account_that_the_platform_names_is_ours(engine: Engine) -> None:
    posts = a_thread()
    posts[1] = replace(posts[1], author=replace(posts[1].author, is_own=True))
    acts, points, experts = scored(engine, posts, Policy(automatic=True, undo_seconds=0))
    assert (acts, points, experts) == (1, 0, 0)
    assert "help" not in states(engine)
