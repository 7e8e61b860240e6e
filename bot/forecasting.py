"""What a source would ask for and bring, without connecting it."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot import wiring
from bot.settings import Settings
from listener.connectors import Connector, Forecaster, kind
from listener.match import Matcher
from listener.settings import SourceSettings
from store import finds
from store.db import Engine, reading

_WEEK: Final = timedelta(days=7)
_BATCH: Final = 2_000


def unconnected(settings: Settings, source: SourceSettings) -> Connector:
    """The connector of a source as it would be, to be asked what it would do and closed.

    That depends on which secrets are set, and never on what they hold.
    """
    env = dict.fromkeys((*kind(source.connector).capabilities.secrets, *keys(source)), "forecast")
    return wiring.connector(settings, source, wiring.matcher(settings, source), env=env)


def keys(source: SourceSettings) -> tuple[str, ...]:
    """Those secrets of a source that are set and that it can do without."""
    optional = kind(source.connector).capabilities.optional_secrets
    return tuple(one for one in optional if {one, f"{one}_FILE"} & os.environ.keys())


def quiet_requests(settings: Settings, source: SourceSettings) -> float:
    """Requests of one poll of a source when nothing is new."""
    made = unconnected(settings, source)
    try:
        return made.quiet_requests() if isinstance(made, Forecaster) else 0.0
    finally:
        made.close()


def heard(engine: Engine, queries: Sequence[str], now: datetime) -> dict[str, float]:
    """Posts a day that one of the queries matches, by platform, of the store's last seven days.

    A platform that nothing was heard of lacks. Raises listener.query.QueryError.
    """
    matcher = Matcher(
        {str(number): one for number, one in enumerate(queries)}, detect=wiring.detect
    )
    first: dict[str, datetime] = {}
    found: dict[str, int] = {}
    after = 0
    with reading(engine) as tx:
        last = finds.last_id(tx)
        while posts := finds.posts_after(tx, after, last, now - _WEEK, _BATCH):
            for one in posts:
                platform, at = one.post.platform, one.post.created_at
                first[platform] = min(first.get(platform, at), at)
            for number in matcher.match_many([one.post for one in posts]):
                platform = posts[number].post.platform
                found[platform] = found.get(platform, 0) + 1
            after = posts[-1].id
    day = timedelta(days=1)
    return {
        platform: found.get(platform, 0) / max(1.0, (now - at) / day)
        for platform, at in first.items()
    }
