"""What a person said of a post counts for all that later steps read of it."""

from datetime import timedelta

from rewards.review import Review
from store import cases, helpgraph
from store.db import Engine, reading
from store.records import CaseKind, Task
from tests.bot.pipeline.test_flow import POLICY, a_thread, flow, hear
from tests.posts import MOMENT, a_post

SOON = MOMENT + timedelta(minutes=5)


def test_help_found_later_does_not_bring_the_model_s_word_back(engine: Engine) -> None:
    question, _, thanks = a_thread()
    misread = a_post(
        "2", "it is broken: try leaf doctor", author="bob", thread_id="1", parent_id="1",
        at=MOMENT + timedelta(minutes=1),
    )  # fmt: skip
    _, post_id = hear(engine, [question, misread], named=True)
    flow(engine)
    with engine.begin() as tx:
        (case,) = cases.of_posts(tx, [post_id])
        assert case.kind is CaseKind.ISSUE
        Review(POLICY).correct(tx, case.id, Task.INTENT, "request", actor="Ann", now=SOON)
    hear(engine, [thanks])
    flow(engine)
    with reading(engine) as tx:
        assert [act.act.post_id for act in helpgraph.acts(tx)] == [post_id]
        kinds = {one.kind for one in cases.of_posts(tx, [post_id])}
    assert kinds == {CaseKind.REQUEST, CaseKind.HELP}
