"""The dated proof that what platforms deleted was deleted here, and what keeping it up costs."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from listener.platform_rules import REQUEST, RULES
from store import standing
from store.db import Connection
from store.standing import Holding, Looks, Stone

_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Buried:
    """What one rule took away on one platform, and how long that took.

    The time runs from the deletion, or from when we first heard the post if that was later; where
    the platform does not say when it deleted, from when the post was last known to stand: then it
    is the most that it can have been.
    """

    platform: str
    rule: str
    posts: int
    longest: timedelta
    median: timedelta


@dataclass(frozen=True, slots=True)
class Kept:
    """One platform: what was heard, what stands here, how it is looked after, what is overdue."""

    platform: str
    rule: str | None
    every: timedelta | None
    source: str | None
    """Where the rule is written."""
    heard: int
    standing: int
    checked: int
    newest_check: datetime | None
    overdue: Mapping[str, int]
    """By source."""


@dataclass(frozen=True, slots=True)
class Proof:
    """All of it at one moment; `digest` is the SHA-256 of `lines` of the tombstones."""

    at: datetime
    since: datetime | None
    kept: tuple[Kept, ...]
    buried: tuple[Buried, ...]
    tombstones: tuple[Stone, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Ability:
    """How the sources of a platform look: posts a request, and at what price they are read."""

    size: int
    micro_usd_per_post: int
    reads_again: bool = False
    """They read each post again, where the platform has jobs that cost nothing."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What looking at one platform's posts comes to in 30 days, as many as stand now."""

    platform: str
    posts: int
    looks: int
    requests: int
    usd: float
    usd_by_lookup: float
    """Where each post is read again, at the platform's price for reading one."""


def prove(tx: Connection, now: datetime, since: datetime | None = None) -> Proof:
    """The proof, of everything or of what was carried out since a moment."""
    stones = standing.tombstones(tx, since)
    held = standing.holdings(tx, since)
    looks = standing.looks(tx, since)
    platforms = sorted({one.platform for one in held})
    kept = tuple(_kept(tx, one, held, looks, now) for one in platforms)
    digest = hashlib.sha256("".join(lines(stones)).encode()).hexdigest()
    return Proof(now, since, kept, tuple(_buried(stones)), tuple(stones), digest)


def lines(stones: Sequence[Stone]) -> Iterable[str]:
    """A line for each tombstone, as they are hashed: post, platform, rule and the two moments."""
    for one in stones:
        moments = f"{one.deleted_at.isoformat()} {one.carried_out_at.isoformat()}"
        yield f"{one.post_id} {one.platform} {moments} {one.rule}\n"


def took(stone: Stone) -> timedelta:
    """How long a deletion took to be carried out, at most; see `Buried`."""
    begun = max(stone.deleted_at, stone.heard_at)
    if stone.rule != REQUEST and stone.deleted_at >= stone.carried_out_at:
        begun = stone.stood_at or stone.heard_at
    return max(stone.carried_out_at - begun, timedelta())


def forecast(held: Sequence[Holding], able: Mapping[str, Ability]) -> list[Cost]:
    """What the rules cost in 30 days, on the platforms whose sources are `able` to look."""
    costs = []
    for platform, posts in _standing(held).items():
        rule = RULES.get(platform)
        if rule is None or rule.every is None or platform not in able:
            continue
        can = able[platform]
        looks = ceil(posts * (_MONTH / rule.every))
        price = looks * can.micro_usd_per_post / 1_000_000
        usd = 0.0 if rule.in_jobs and not can.reads_again else price
        costs.append(Cost(platform, posts, looks, ceil(looks / can.size), usd, price))
    return costs


def _standing(held: Sequence[Holding]) -> Mapping[str, int]:
    posts: defaultdict[str, int] = defaultdict(int)
    for one in held:
        posts[one.platform] += one.standing
    return posts


def _kept(
    tx: Connection, platform: str, held: Sequence[Holding], looks: Sequence[Looks], now: datetime
) -> Kept:
    rule = RULES.get(platform)
    late = None if rule is None else rule.late_before(now)
    ours = [one for one in held if one.platform == platform]
    looked = [one for one in looks if one.platform == platform]
    return Kept(
        platform=platform,
        rule=None if rule is None else rule.name,
        every=None if rule is None else rule.every,
        source=None if rule is None else f"{rule.source}, read {rule.read}",
        heard=sum(one.heard for one in ours),
        standing=sum(one.standing for one in ours),
        checked=sum(one.checked for one in looked),
        newest_check=max((one.newest for one in looked), default=None),
        overdue={} if late is None else standing.overdue(tx, platform, late),
    )


def _buried(stones: Sequence[Stone]) -> Iterable[Buried]:
    times: defaultdict[tuple[str, str], list[timedelta]] = defaultdict(list)
    for one in stones:
        times[one.platform, one.rule].append(took(one))
    for (platform, rule), some in sorted(times.items()):
        middle = timedelta(seconds=median(one.total_seconds() for one in some))
        yield Buried(platform, rule, len(some), max(some), middle)
