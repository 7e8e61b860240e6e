"""Abuse: pairs who thank each other for points, and people who are mostly hostile."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from rewards.policy import Policy
from rewards.reading import Reading
from store.records import ActOfHelp, Evidence, Intent

MUTUAL_THANKS: Final = 3
"""Thanks each way before a pair is looked at: two friends may well help each other twice."""
MUTUAL_SHARE: Final = 0.5
"""More than this share of the thanks that each receives must come from the other: an expert
whom everyone thanks is no colluder of one grateful regular."""
HOSTILE_POSTS: Final = 4
"""Hostile posts before a person is called hostile: anyone has a bad day."""
HOSTILE_SHARE: Final = 0.5
"""At least this share of what the person said must be hostile."""

OFFENSE: Final = 0.38
"""How sure one post must be offensive to count here: the snide are read as doubtful, one post may
be misread, many hardly are."""

HOSTILE_EMOTIONS: Final = frozenset({"anger", "disgust"})
COMPLAINTS: Final = frozenset({Intent.ISSUE, Intent.QUESTION, Intent.REQUEST})


def reciprocal_pairs(acts: Iterable[ActOfHelp]) -> set[frozenset[int]]:
    """Pairs of person ids whose thanks mostly go back and forth between the two.

    Only help that the helped person confirmed counts: thanks and acceptance.
    """
    given = Counter(
        (act.helped_id, act.helper_id)
        for act in acts
        if act.evidence in (Evidence.THANKED, Evidence.ACCEPTED)
    )
    received: Counter[int] = Counter()
    for (_, helper), times in given.items():
        received[helper] += times
    return {
        frozenset(pair)
        for pair in given
        if _mostly_from(pair, given, received) and _mostly_from(pair[::-1], given, received)
    }


def _mostly_from(
    pair: tuple[int, ...], given: Counter[tuple[int, int]], received: Counter[int]
) -> bool:
    giver, helper = pair
    times = given[giver, helper]
    return times >= MUTUAL_THANKS and times > MUTUAL_SHARE * received[helper]


def is_hostile(reading: Reading, policy: Policy) -> bool:
    """Whether a post attacks. Anger about a product is no attack: a complaint never counts,
    unless it is offensive."""
    if reading.offensive >= OFFENSE:
        return True
    return (
        reading.intent.name not in COMPLAINTS
        and reading.emotion.name in HOSTILE_EMOTIONS
        and reading.emotion.confidence >= policy.confident
        and reading.sentiment.sure("negative", policy.confident)
    )


def hostile_people(posts: Iterable[tuple[int, Reading]], policy: Policy) -> set[int]:
    """Ids of the people, from (person id, reading) of what they said, who are mostly hostile."""
    said: Counter[int] = Counter()
    hostile: Counter[int] = Counter()
    for person_id, reading in posts:
        said[person_id] += 1
        hostile[person_id] += is_hostile(reading, policy)
    return {
        person_id
        for person_id, times in hostile.items()
        if times >= HOSTILE_POSTS and times >= HOSTILE_SHARE * said[person_id]
    }
