"""Posts that a query of role exclude matches: what is heard of them is none of our business."""

from collections.abc import Mapping

from listener.match import Matcher
from listener.matching.fields import Detect
from listener.settings import ListenSettings, Role
from store.records import StoredPost


def excluded(
    posts: Mapping[int, StoredPost], listening: ListenSettings, detect: Detect
) -> set[int]:
    """The ids of those that an excluding query matches."""
    queries = {one.name: one.query for one in listening.queries if one.role is Role.EXCLUDE}
    if not queries:
        return set()
    ids = list(posts)
    found = Matcher(queries, detect=detect).match_many([posts[id_].post for id_ in ids])
    return {ids[number] for number in found}
