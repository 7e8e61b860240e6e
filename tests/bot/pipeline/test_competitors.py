"""What stage 2 makes of posts that competitors' queries found."""

import pytest

from bot.pipeline.understand import understand
from listener.settings import ListenSettings, QuerySettings, Role, SourceSettings
from rewards.policy import Policy
from store import analyses, cases, mentions
from store.db import Engine, reading
from store.mentions import NewMention
from store.records import SourceKind, Task
from tests.fakes import judges
from tests.posts import MOMENT, a_post

LISTENING = ListenSettings(
    (SourceSettings("ours", "hackernews", SourceKind.COMMUNITY),),
    (QuerySettings("acme", "acme"), QuerySettings("rival", "rival", Role.COMPETITOR)),
)


@pytest.mark.parametrize(
    ("source", "queries", "opened"),
    [
        ("all of it", ("rival",), 0),
        ("all of it", ("rival", "acme"), 1),
        ("all of it", (), 1),
        ("ours", ("rival",), 1),
    ],
)
def test_mention_of_a_competitor_opens_no_case(
    engine: Engine, source: str, queries: tuple[str, ...], opened: int
) -> None:
    with engine.begin() as tx:
        (saved,) = mentions.save_posts(tx, [a_post("1", "how do I sync?")], source, MOMENT)
        found = [NewMention(saved.id, query, ((0, 3),), MOMENT) for query in queries]
        mentions.add_mentions(tx, found)
    done = understand(engine, judges(), Policy(), lambda: MOMENT, listening=LISTENING)
    assert (done.posts, done.cases) == (1, opened)
    with reading(engine) as tx:
        assert Task.SENTIMENT in analyses.of(tx, [saved.id])[saved.id]
        assert len(cases.of_posts(tx, [saved.id])) == opened


@pytest.mark.parametrize(("query", "opened"), [("rival", 0), ("acme", 1)])
def test_praise_of_a_competitor_in_our_community_is_no_case(
    engine: Engine, query: str, opened: int
) -> None:
    with engine.begin() as tx:
        (saved,) = mentions.save_posts(tx, [a_post("1", "I love it")], "ours", MOMENT)
        mentions.add_mentions(tx, [NewMention(saved.id, query, (), MOMENT)])
    done = understand(engine, judges(), Policy(), lambda: MOMENT, listening=LISTENING)
    assert done.cases == opened
