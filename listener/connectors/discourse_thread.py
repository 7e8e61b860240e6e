"""Which posts of a Discourse topic are read around one of them, and in how many requests."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from listener.connectors import Bounds
from listener.connectors.discourse_topics import Topics
from listener.connectors.json_item import BadItem, Item, items_of, maybe_whole, part

_AT_ONCE: Final = 50


def around(
    topics: Topics, topic: int, number: int, bounds: Bounds, requests: int
) -> Sequence[Item]:
    """The first post, then those nearest to the post `number`; what each replies to is topics.

    A post whose parent stands too far away to be read is left out. Raises Gone.
    """
    if requests < 1:
        return ()
    found = topics.reread(topic)
    stream = _stream(found)
    wanted = _nearest(stream, number, bounds.posts)
    there = _by_id(items_of(part(found, "post_stream"), "posts"))
    missing = [id_ for id_ in wanted if id_ not in there]
    chunks = [missing[at : at + _AT_ONCE] for at in range(0, len(missing), _AT_ONCE)]
    chunks.sort(key=lambda chunk: number not in chunk)
    for chunk in chunks[: requests - 1]:
        there |= _by_id(topics.chunk(topic, chunk))
    if set(stream) <= set(there):
        _stand_in(topics, topic, there)
    kept = {id_: there[id_] for id_ in wanted if id_ in there}
    return _fitting(kept, topics.topic(topic).posts, number, bounds.depth)


def _stream(topic: Item) -> list[int]:
    try:
        listed = items_of(part(topic, "post_stream"), "stream")
    except BadItem:
        listed = []
    return [id_ for id_ in listed if isinstance(id_, int)]


def _nearest(stream: Sequence[int], number: int, most: int) -> Sequence[int]:
    if len(stream) <= most:
        return stream
    at = stream.index(number) if number in stream else 0
    first = max(1, min(at - most // 2, len(stream) - most + 1))
    return [stream[0], *stream[first : first + most - 1]]


def _by_id(items: Sequence[Any]) -> dict[int, Item]:
    return {
        id_: one
        for one in items
        if isinstance(one, dict) and (id_ := maybe_whole(one, "id")) is not None
    }


def _stand_in(topics: Topics, topic: int, there: Mapping[int, Item]) -> None:
    """Where all of a topic is known, a reply to something else replies to what was deleted."""
    numbers = topics.topic(topic).posts
    for item in there.values():
        answered = _answered(item)
        if answered is not None and 1 in numbers:
            numbers.setdefault(answered, numbers[1])


def _fitting(
    items: Mapping[int, Item], numbers: Mapping[int, int], number: int, deepest: int
) -> Sequence[Item]:
    above = {
        at: _answered(item)
        for item in items.values()
        if (at := maybe_whole(item, "post_number")) is not None
    }

    def fits(id_: int, item: Item) -> bool:
        answered = _answered(item)
        is_known = answered is None or answered in numbers
        return id_ == number or (is_known and _depth(item, above) <= deepest)

    return [item for id_, item in items.items() if fits(id_, item)]


def _depth(item: Item, above: Mapping[int, int | None]) -> int:
    depth, at = 0, maybe_whole(item, "post_number")
    while at is not None and at != 1 and depth <= len(above):
        depth, at = depth + 1, above.get(at)
    return depth


def _answered(item: Item) -> int | None:
    return maybe_whole(item, "reply_to_post_number")
