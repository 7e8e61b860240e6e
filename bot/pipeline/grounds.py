"""What the relevance of mentions is judged by: their queries, and what people said of others."""

from collections.abc import Collection, Sequence
from typing import Final

from bot.pipeline.readings import Ground, Judges, full_text
from listener.settings import ListenSettings, Role
from models.relevance import Brand, Seen
from store import examples, mentions
from store.db import Connection
from store.records import StoredPost

REVIEWED: Final = 100
"""Of a query, the newest mentions that people confirmed, and as many that they dismissed."""
LONGEST: Final = 80
"""Characters of a name; a longer match is words that stand near each other, and no name."""


def ground_of(
    tx: Connection, judges: Judges, listening: ListenSettings, posts: Sequence[StoredPost]
) -> Ground:
    """What tells of these posts whether they are about us, and how they call us."""
    brands = {
        one.name: Brand(one.name, one.query, one.about.strip())
        for one in listening.queries
        if one.role is Role.BRAND
    }
    if not brands:
        return Ground()
    targets = {} if judges.towards is None else _targets(tx, posts, brands)
    if judges.relevance is None:
        return Ground(targets=targets)
    queries = examples.queries_of(tx, [one.id for one in posts])
    named = {name for names in queries.values() for name in names} & set(brands)
    seen = {
        name: [Seen(one.post_id, full_text(one.title, one.text), one.about) for one in some]
        for name, some in examples.of_queries(tx, named, REVIEWED).items()
    }
    return Ground(queries, {name: brands[name] for name in sorted(named)}, seen, targets)


def _targets(
    tx: Connection, posts: Sequence[StoredPost], brands: Collection[str]
) -> dict[int, str]:
    """The first words of each post that a brand query matched."""
    spans = mentions.named(tx, [one.id for one in posts], brands)
    found = {}
    for one in posts:
        whole = f"{one.post.title}\n{one.post.text}" if one.post.title else one.post.text
        for start, end in spans.get(one.id, ()):
            if end - start <= LONGEST and (words := whole[start:end].strip()):
                found[one.id] = words
                break
    return found
