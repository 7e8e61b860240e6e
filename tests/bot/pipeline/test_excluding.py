"""What stage 2 makes of posts of a community that an excluding query matches."""

import pytest

from bot.pipeline.understand import understand
from listener.settings import ListenSettings, QuerySettings, Role, SourceSettings
from rewards.policy import Policy
from store import cases, mentions
from store.db import Engine, reading
from store.mentions import NewMention
from store.records import SourceKind
from tests.fakes import judges
from tests.posts import MOMENT, a_post

LISTENING = ListenSettings(
    (SourceSettings("ours", "hackernews", SourceKind.COMMUNITY),),
    (
        QuerySettings("acme", "acme"),
        QuerySettings("feet", "feet OR (shoes lang:en)", Role.EXCLUDE),
    ),
)


@pytest.mark.parametrize(
    ("text", "was_mention", "opened"),
    [
        ("how do I sync?", False, 1),
        ("how do I wash my feet?", False, 0),
        ("how do I wash my FEET with acme?", False, 0),
        ("how do I wash my shoes?", False, 0),
        ("how do I wash my feet with acme?", True, 1),
    ],
)
def test_excluded_post_opens_no_case_but_where_it_was_a_mention_before(
    engine: Engine, text: str, opened: int, *, was_mention: bool
) -> None:
    with engine.begin() as tx:
        (saved,) = mentions.save_posts(tx, [a_post("1", text)], "ours", MOMENT)
        if was_mention:
            mentions.add_mentions(tx, [NewMention(saved.id, "acme", (), MOMENT)])
    done = understand(engine, judges(), Policy(), lambda: MOMENT, listening=LISTENING)
    assert (done.posts, done.cases) == (1, opened)
    with reading(engine) as tx:
        assert len(cases.of_posts(tx, [saved.id])) == opened
