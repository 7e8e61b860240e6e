"""Deletion sync of one source, and of the files beside the store: what the daemon and the command
line both call."""

from datetime import datetime, timedelta
from pathlib import Path

from bot.pipeline.leftovers import blank_rehearsal, blank_rejects
from listener.connectors import Connector, kind
from listener.platform_rules import RULES
from listener.purge import Rechecked, recheck_due
from listener.settings import SourceSettings
from store import burial
from store.db import Engine


def purge_source(
    engine: Engine,
    source: SourceSettings,
    connector: Connector,
    sources: tuple[SourceSettings, ...],
    now: datetime,
    limit: int = 10_000,
) -> Rechecked:
    """Look at what is due of one source; `sources` are all in the settings."""
    names = {one.name for one in sources}
    return recheck_due(engine, source.name, connector, now, limit, others=names)


def tidy(engine: Engine, folder: Path, sources: tuple[SourceSettings, ...], now: datetime) -> int:
    """Bury what an older version left signed, and blank the files; how many lines were blanked."""
    with engine.begin() as tx:
        burial.finish(tx, now)
    done = blank_rehearsal(engine, folder / "rehearsal.jsonl")
    for one in sources:
        platform = kind(one.connector).capabilities.platform
        rejects = folder / "rejects" / f"{one.name}.jsonl"
        done += blank_rejects(engine, rejects, platform, now, _keep(platform))
    return done


def _keep(platform: str) -> timedelta | None:
    rule = RULES.get(platform)
    return None if rule is None else rule.every
