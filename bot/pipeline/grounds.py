"""What the relevance of mentions is judged by: their queries, and what people said of others."""

from collections.abc import Sequence
from typing import Final

from bot.pipeline.readings import Ground, Judges, full_text
from listener.settings import ListenSettings, Role
from models.relevance import Brand, Seen
from store import examples
from store.db import Connection
from store.records import StoredPost

REVIEWED: Final = 100
"""Of a query, the newest mentions that people confirmed, and as many that they dismissed."""


def ground_of(
    tx: Connection, judges: Judges, listening: ListenSettings, posts: Sequence[StoredPost]
) -> Ground:
    """What tells of these posts whether they are about us."""
    brands = {
        one.name: Brand(one.name, one.query, one.about.strip())
        for one in listening.queries
        if one.role is Role.BRAND
    }
    if judges.relevance is None or not brands:
        return Ground()
    queries = examples.queries_of(tx, [one.id for one in posts])
    named = {name for names in queries.values() for name in names} & set(brands)
    seen = {
        name: [Seen(one.post_id, full_text(one.title, one.text), one.about) for one in some]
        for name, some in examples.of_queries(tx, named, REVIEWED).items()
    }
    return Ground(queries, {name: brands[name] for name in sorted(named)}, seen)
