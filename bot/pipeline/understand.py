"""Stage 2: judge the posts that wait, keep analyses and acts of help, and open cases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.pipeline.excluding import excluded
from bot.pipeline.grounds import ground_of
from bot.pipeline.grouping import open_or_join
from bot.pipeline.helping import acts_in
from bot.pipeline.readings import Judges, read
from bot.pipeline.readings import Reading as Judged
from listener.matching.fields import Detect
from listener.query import EVERYTHING
from listener.settings import ListenSettings
from rewards.case import Standing
from rewards.policy import Policy
from rewards.reading import reading
from rewards.rules import Heard, openings
from store import analyses, burial, context, helpgraph, labels, mentions
from store.db import Connection, Engine
from store.db import reading as reading_only
from store.records import Analysis, NewCase, StoredAct, StoredPost, Task

Clock = Callable[[], datetime]
_NO_QUERIES: Final = ListenSettings()


@dataclass(frozen=True, slots=True)
class Understood:
    """What one batch came to."""

    posts: int
    acts: int
    cases: int


def understand(
    engine: Engine,
    judges: Judges,
    policy: Policy,
    now: Clock,
    limit: int = 1000,
    *,
    listening: ListenSettings = _NO_QUERIES,
) -> Understood:
    """Judge up to `limit` waiting posts; all that follows from them is kept, or nothing is.

    `listening` tells what the queries mean, and which posts of competitors and exclusions open no
    cases.
    Judging happens outside the transaction. Two processes may judge the same post: the second
    finds its rows there.
    """
    with reading_only(engine) as tx:
        posts = analyses.pending(tx, limit)
        ground = ground_of(tx, judges, listening, posts)
    if not posts:
        return Understood(0, 0, 0)
    judged = read(judges, posts, ground)
    with engine.begin() as tx:
        # A post may have been deleted while it was judged: nothing of it is kept then.
        burial.hold_off(tx)
        left = mentions.standing(tx, [post.id for post in posts])
        judged = [one for one in judged if one.post.id in left]
        analyses.save(tx, [row for one in judged for row in one.analyses])
        acts = acts_in(tx, judged)
        helpgraph.save_acts(tx, acts)
        helping = {act.post_id for act in acts}
        wanted = _openings(tx, judged, helping, policy, now(), listening, _detect(judges))
        opened = open_or_join(tx, wanted)
        analyses.mark_understood(tx, [post.id for post in posts], judges.model)
    return Understood(len(posts), len(acts), len(opened))


def _openings(
    tx: Connection,
    judged: Sequence[Judged],
    helping: set[int],
    policy: Policy,
    now: datetime,
    listening: ListenSettings,
    detect: Detect,
) -> list[NewCase]:
    """Cases of the new posts, and of older posts that turned out to have helped."""
    posts = {one.post.id: one.post for one in judged}
    read_now = {one.post.id: _by_task(one.analyses) for one in judged}
    older = sorted(helping - set(posts))
    posts |= mentions.load(tx, older)
    found = read_now | analyses.of(tx, older)
    right = labels.right(tx, list(found))
    theirs = context.of_competitors(tx, list(posts), listening.competitors, listening.communities)
    posts = {post_id: post for post_id, post in posts.items() if post_id not in theirs}
    named = context.mentioned(tx, list(posts), EVERYTHING, listening.competitors)
    # What was a mention before a query excluded it stays one.
    left_out = excluded(posts, listening, detect) - named
    posts = {post_id: post for post_id, post in posts.items() if post_id not in left_out}
    acts: dict[int, list[StoredAct]] = {}
    for act in helpgraph.acts_on(tx, sorted(helping)):
        acts.setdefault(act.act.post_id, []).append(act)
    opened: list[NewCase] = []
    for post_id, post in posts.items():
        heard = Heard(
            post=post,
            author=standing(post, policy),
            reading=reading(found.get(post_id, {}), right.get(post_id, {})),
            is_mention=post_id in named,
            acts=acts.get(post_id, ()),
        )
        opened += openings(heard, policy, now)
    return opened


def _detect(judges: Judges) -> Detect:
    return lambda text: judges.identifier.language(text).name


def standing(post: StoredPost, policy: Policy) -> Standing:
    """What the post itself says of its author."""
    author = post.post.author
    return Standing(
        person_id=post.person_id,
        handle=author.handle,
        is_own=author.is_own or policy.is_own(author.handle),
        is_staff=author.is_staff,
        is_bot=author.is_bot,
    )


def _by_task(rows: Sequence[Analysis]) -> dict[Task, Analysis]:
    return {row.task: row for row in rows}
