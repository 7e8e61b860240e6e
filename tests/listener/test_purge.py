"""Posts are looked at in time, what is gone goes here, and the proof says how soon."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, Final

import pytest

from listener.connectors import Batch, Capabilities, ConnectorError, Deletions, Held, Standing
from listener.platform_rules import REQUEST, RULES
from listener.proof import Ability, forecast, lines, prove
from listener.purge import Rechecked, recheck_due
from store import cursors, mentions, standing
from store.burial import carry_out
from store.db import Engine, reading
from store.records import Deletion, Post
from tests.posts import MOMENT, a_post

HOUR: Final = timedelta(hours=1)
DUE: Final = MOMENT + 41 * HOUR
"""Past five sixths of Reddit's 48 hours."""


class Reddit:
    """A platform of which posts can be taken away, and that can fail after some pieces."""

    capabilities: ClassVar = Capabilities(platform="reddit", deletions=Deletions.RECHECK)
    recheck_size: ClassVar = 2

    def __init__(self, *posts: Post) -> None:
        self.posts = {one.platform_id: one for one in posts}
        self.untold: set[str] = set()
        self.asked: list[list[str]] = []
        self.fails_after = 99

    def fetch(self, cursor: str | None) -> Batch:
        """Nothing more."""
        return Batch((), "1", exhausted=True)

    def recheck(self, known: Sequence[Held]) -> Standing:
        """What stands and what is gone."""
        ids = [one.platform_id for one in known]
        if len(self.asked) >= self.fails_after:
            raise ConnectorError("the budget of the day is spent", retry_after=60)
        self.asked.append(ids)
        told = [id_ for id_ in ids if id_ not in self.untold]
        found = [self.posts[id_] for id_ in told if id_ in self.posts]
        return Standing(found, [id_ for id_ in told if id_ not in self.posts])

    def close(self) -> None:
        """Nothing is open."""


def posts(count: int = 5) -> list[Post]:
    """Posts by as many people."""
    return [a_post(f"t3_{n}", f"words {n}", author=f"t2_{n}", platform="reddit") for n in range(count)]  # fmt: skip  # noqa: E501


def heard(engine: Engine, *some: Post, source: str = "subs") -> None:
    """Kept as of MOMENT."""
    with engine.begin() as tx:
        mentions.save_posts(tx, some, source, MOMENT)


def look(engine: Engine, reddit: Reddit, limit: int = 100) -> Rechecked:
    """One round."""
    return recheck_due(engine, "subs", reddit, DUE, limit, others={"subs", "other"})


def texts(engine: Engine, platform: str = "reddit") -> dict[str, str]:
    """What is stored."""
    with reading(engine) as tx:
        found = mentions.by_platform_ids(tx, platform, [f"t3_{n}" for n in range(20)])
        return {id_: one.post.text for id_, one in found.items()}


def test_what_is_gone_is_buried_and_what_stands_is_not_due_again(engine: Engine) -> None:
    heard(engine, *posts())
    reddit = Reddit(*posts()[1:])
    assert look(engine, reddit) == Rechecked(asked=5, checked=5, gone=1)
    assert texts(engine)["t3_0"] == ""
    assert texts(engine)["t3_1"] == "words 1"
    assert look(engine, reddit) == Rechecked()
    assert [len(piece) for piece in reddit.asked] == [2, 2, 1]
    with reading(engine) as tx:
        (stone,) = standing.tombstones(tx)
        assert (stone.rule, stone.carried_out_at) == (RULES["reddit"].name, DUE)
        (looks,) = standing.looks(tx)
        assert (looks.checked, looks.gone, looks.newest) == (5, 1, DUE)


def test_nothing_is_due_before_its_time(engine: Engine) -> None:
    heard(engine, *posts())
    reddit = Reddit()
    assert recheck_due(engine, "subs", reddit, MOMENT + 39 * HOUR) == Rechecked()
    assert reddit.asked == []


def test_edit_is_taken_over(engine: Engine) -> None:
    heard(engine, *posts(1))
    edited = replace(posts(1)[0], text="other words", edited_at=DUE)
    look(engine, Reddit(edited))
    assert texts(engine) == {"t3_0": "other words"}


def test_post_that_comes_as_deleted_is_gone(engine: Engine) -> None:
    heard(engine, *posts(1))
    look(engine, Reddit(replace(posts(1)[0], deleted_at=DUE)))
    assert texts(engine) == {"t3_0": ""}


def test_what_could_not_be_told_stays_due(engine: Engine) -> None:
    heard(engine, *posts())
    reddit = Reddit(*posts())
    reddit.untold = {"t3_0", "t3_3"}
    assert look(engine, reddit) == Rechecked(asked=5, checked=3)
    reddit.untold = set()
    in_time = MOMENT + timedelta(hours=48)
    assert recheck_due(engine, "subs", reddit, in_time - HOUR) == Rechecked()
    assert recheck_due(engine, "subs", reddit, in_time) == Rechecked(asked=2, checked=2)


def test_what_is_never_told_of_is_asked_for_ever_more_seldom(engine: Engine) -> None:
    heard(engine, *posts(1))
    reddit = Reddit()
    reddit.untold = {"t3_0"}
    for hour in range(41, 41 + 24 * 365, 24):
        recheck_due(engine, "subs", reddit, MOMENT + hour * HOUR)
    assert len(reddit.asked) < 50
    with reading(engine) as tx:
        assert standing.overdue(tx, "reddit", DUE) == {"subs": 1}


def test_post_that_is_told_of_again_is_due_in_its_usual_time(engine: Engine) -> None:
    heard(engine, *posts(1))
    reddit = Reddit(*posts(1))
    reddit.untold = {"t3_0"}
    look(engine, reddit)
    reddit.untold = set()
    seen = MOMENT + timedelta(days=30)
    assert recheck_due(engine, "subs", reddit, seen).checked == 1
    assert recheck_due(engine, "subs", reddit, seen + 39 * HOUR) == Rechecked()
    assert recheck_due(engine, "subs", reddit, seen + 41 * HOUR).checked == 1


def test_platform_that_only_says_that_a_post_stands(engine: Engine) -> None:
    class Jobs(Reddit):
        def recheck(self, known: Sequence[Held]) -> Standing:
            return Standing((), (), [one.platform_id for one in known])

    heard(engine, *posts())
    assert look(engine, Jobs()) == Rechecked(asked=5, checked=5)
    assert look(engine, Jobs()) == Rechecked()


def test_failure_keeps_what_was_done_and_leaves_the_rest_due(engine: Engine) -> None:
    heard(engine, *posts())
    reddit = Reddit()
    reddit.fails_after = 1
    done = look(engine, reddit)
    assert done == Rechecked(2, 2, 2, "the budget of the day is spent")
    with reading(engine) as tx:
        (left,) = cursors.unread_states(tx, MOMENT)
        assert left.reason == "3: the budget of the day is spent"
    reddit.fails_after = 99
    assert look(engine, reddit) == Rechecked(3, 3, 3)


def test_kill_between_look_and_note_loses_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard(engine, *posts())

    def killed(*_: object, **__: object) -> None:
        raise SystemExit("killed")

    with monkeypatch.context() as patched:
        patched.setattr(standing, "note_look", killed)
        with pytest.raises(SystemExit):
            look(engine, Reddit())
    assert "" not in texts(engine).values()
    assert look(engine, Reddit()) == Rechecked(5, 5, 5)
    with reading(engine) as tx:
        assert len(standing.tombstones(tx)) == 5


def test_longest_unseen_come_first(engine: Engine) -> None:
    heard(engine, *posts())
    reddit = Reddit(*posts())
    assert look(engine, reddit, limit=2).asked == 2
    assert look(engine, reddit, limit=9).asked == 3
    assert [id_ for piece in reddit.asked for id_ in piece] == [f"t3_{n}" for n in range(5)]


def test_posts_of_one_channel_are_asked_for_together(engine: Engine) -> None:
    rooms = ("a", "b", "a", "b", "c")
    some = [
        replace(one, url=f"https://chat.test/{room}/{one.platform_id}")
        for one, room in zip(posts(), rooms, strict=True)
    ]
    heard(engine, *some)
    reddit = Reddit(*some)
    look(engine, reddit)
    assert reddit.asked == [["t3_0", "t3_2"], ["t3_1", "t3_3"], ["t3_4"]]


def test_posts_of_an_import_are_looked_at_and_those_of_another_source_are_not(
    engine: Engine,
) -> None:
    mine, imported, others = posts(3)
    heard(engine, mine)
    heard(engine, imported, source="import:/dump")
    heard(engine, others, source="other")
    assert look(engine, Reddit()).gone == 2
    assert texts(engine)["t3_2"] == "words 2"


def test_posts_of_another_server_are_never_asked_for(engine: Engine) -> None:
    class Forum(Reddit):
        capabilities: ClassVar = Capabilities(platform="discourse")

    heard(engine, a_post("t3_0", "kept"), source="a forum that was removed")
    done = recheck_due(engine, "subs", Forum(), MOMENT + 900 * HOUR)
    assert done == Rechecked()
    assert texts(engine, "discourse") == {"t3_0": "kept"}


def test_platform_without_a_rule_is_left_alone(engine: Engine) -> None:
    class Feed(Reddit):
        capabilities: ClassVar = Capabilities(platform="rss")

    heard(engine, replace(posts(1)[0], platform="rss"))
    assert recheck_due(engine, "subs", Feed(), MOMENT + 900 * HOUR) == Rechecked()


def test_every_rule_is_told_in_full() -> None:
    for platform, rule in RULES.items():
        assert rule.name.startswith(f"{platform}: ")
        assert len(rule.name) <= 64
        assert rule.reason
        assert rule.source


def test_proof_says_how_soon_and_what_is_overdue(engine: Engine) -> None:
    asked, event, gone, late = posts(4)
    heard(engine, asked, event, gone)
    heard(engine, late, source="other")
    with engine.begin() as tx:
        for hours, rule, id_ in ((3, REQUEST, "t3_0"), (2, "event", "t3_1")):
            wish = Deletion("reddit", MOMENT + HOUR, rule, platform_id=id_)
            carry_out(tx, [wish], MOMENT + hours * HOUR)
    look(engine, Reddit())
    with reading(engine) as tx:
        found = prove(tx, MOMENT + 50 * HOUR)
    assert {one.rule: (one.posts, one.longest) for one in found.buried} == {
        REQUEST: (1, 2 * HOUR), "event": (1, HOUR), RULES["reddit"].name: (1, 41 * HOUR),
    }  # fmt: skip
    (kept,) = found.kept
    assert (kept.heard, kept.standing, kept.checked, kept.newest_check) == (4, 1, 1, DUE)
    assert kept.overdue == {"other": 1}
    told = "".join(lines(found.tombstones))
    assert found.digest == hashlib.sha256(told.encode()).hexdigest()
    assert len(found.tombstones) == 3


def test_proof_from_a_moment_on(engine: Engine) -> None:
    heard(engine, *posts(2))
    with engine.begin() as tx:
        for n in range(2):
            at = MOMENT + n * 10 * HOUR
            carry_out(tx, [Deletion("reddit", at, "event", platform_id=f"t3_{n}")], at)
    with reading(engine) as tx:
        assert [one.post_id for one in prove(tx, DUE, MOMENT + HOUR).tombstones] == [2]
        assert prove(tx, DUE).tombstones[0].post_id == 1


def test_post_that_was_gone_when_it_was_first_heard_was_never_held(engine: Engine) -> None:
    heard(engine, replace(posts(1)[0], deleted_at=MOMENT - 900 * HOUR))
    with reading(engine) as tx:
        (one,) = prove(tx, DUE).buried
    assert one.longest == timedelta()


def test_forecast_counts_looks_requests_and_money(engine: Engine) -> None:
    heard(engine, *(replace(one, platform="x") for one in posts(10)))
    with reading(engine) as tx:
        held = standing.holdings(tx)
    (jobs,) = forecast(held, {"x": Ability(100, 5_000)})
    assert (jobs.posts, jobs.looks, jobs.requests, jobs.usd) == (10, 300, 3, 0.0)
    assert jobs.usd_by_lookup == pytest.approx(1.5)
    (lookup,) = forecast(held, {"x": Ability(100, 5_000, reads_again=True)})
    assert lookup.usd == pytest.approx(1.5)
    assert forecast(held, {"rss": Ability(1, 0)}) == []
