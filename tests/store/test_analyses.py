"""Analyses, and the posts that wait for one."""

from store import analyses, mentions
from store.db import Connection
from store.records import Analysis, Task
from tests.posts import a_post
from tests.store.seeds import saved


def _sentiment(post_id: int, label: str, model: str = "m1") -> Analysis:
    return Analysis(post_id, Task.SENTIMENT, model, label, 0.75, {label: 0.75})


def test_posts_wait_in_order_until_they_are_understood(tx: Connection) -> None:
    ids = saved(tx, *(a_post(f"p{n}") for n in range(4)))
    assert [one.id for one in analyses.pending(tx, 2)] == ids[:2]
    assert [one.id for one in analyses.pending(tx, 9, after_id=ids[1])] == ids[2:]
    analyses.mark_understood(tx, ids[:3], "m1")
    assert [one.id for one in analyses.pending(tx, 9)] == ids[3:]
    assert mentions.counts(tx).understood == 3
    analyses.mark_understood(tx, [], "m1")


def test_waiting_posts_are_found_by_their_own_index(tx: Connection) -> None:
    if tx.dialect.name == "sqlite":
        plan = tx.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT id FROM post WHERE understood_by IS NULL AND id > 5 "
            "AND deleted_at IS NULL ORDER BY id LIMIT 10"
        )
        assert "ix_post_pending" in plan.one()[-1]


def test_saving_again_replaces_the_label(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post())
    analyses.save(tx, [])
    analyses.save(tx, [_sentiment(post_id, "neutral"), _sentiment(post_id, "negative")])
    analyses.save(tx, [_sentiment(post_id, "positive")])
    assert analyses.of(tx, [post_id]) == {
        post_id: {Task.SENTIMENT: _sentiment(post_id, "positive")}
    }


def test_of_two_models_the_one_that_understood_the_post_counts(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post())
    analyses.save(tx, [_sentiment(post_id, "neutral", "m1"), _sentiment(post_id, "negative", "m2")])
    analyses.mark_understood(tx, [post_id], "m1")
    assert analyses.of(tx, [post_id])[post_id][Task.SENTIMENT].model == "m1"
    assert analyses.of(tx, [post_id + 1]) == {}


def test_scores_keep_four_digits(tx: Connection) -> None:
    (post_id,) = saved(tx, a_post())
    analyses.save(tx, [Analysis(post_id, Task.INTENT, "m1", "thanks", 0.5, {"thanks": 1 / 3})])
    assert analyses.of(tx, [post_id])[post_id][Task.INTENT].scores == {"thanks": 0.3333}
