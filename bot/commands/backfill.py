"""``laurels query backfill``: a query's mentions in what was already heard."""

import hashlib
import json
from datetime import datetime, timedelta

from bot import wiring
from bot.commands.desk import clock
from bot.dates import day_in
from bot.failures import CommandError, Interrupted
from bot.scan_progress import shown
from bot.settings import Settings
from bot.terminal import counted, emit
from listener.backfill import Filled, Wish
from listener.backfill import backfill as fill
from listener.query import parse
from listener.settings import QuerySettings, Role
from store.db import Engine


def backfill(
    engine: Engine,
    settings: Settings,
    text: str,
    since: str | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add the mentions of a query, given by its name or its text, to posts that are stored.

    Raises listener.query.QueryError, and Interrupted on Ctrl-C.
    """
    query, is_named = _query(settings, text)
    now = clock(engine)()
    start = None if since is None else day_in(since, settings.rewards.zone, "--since")
    matcher = wiring.matcher_of(settings, query)
    fresh = now - timedelta(days=settings.rewards.fresh_days)
    place = None if dry_run else _place(settings, query, start)
    opens = query.role is Role.BRAND
    wish = Wish(query.name, start, fresh if opens else None, place)
    filled = Filled()
    try:
        with shown("Looking back") as show:
            fill(
                engine,
                matcher,
                wish,
                now,
                filled,
                lambda: show(filled.done, filled.total, filled.posts, filled.found),
            )
    except KeyboardInterrupt:
        raise Interrupted(_stopped(filled, dry_run=dry_run)) from None
    value = {
        "query": query.query,
        "name": query.name,
        "role": query.role,
        "posts": filled.posts,
        "found": filled.found,
        "new": filled.new,
        "to_understand": filled.again,
        "resumed_after": filled.resumed_after or None,
        "dry_run": dry_run,
    }
    told = _told(query.name, filled, is_named=is_named, dry_run=dry_run)
    emit(value, told, as_json=as_json)


def _query(settings: Settings, text: str) -> tuple[QuerySettings, bool]:
    """The query of that name or text, and whether it stands in the settings."""
    for one in settings.listener.queries:
        if text in (one.name, one.query):
            if one.role is Role.EXCLUDE:
                raise CommandError(
                    f"{one.name}: this query excludes and has no mentions; name one of role brand "
                    "or competitor"
                )
            return one, True
    parse(text)
    return QuerySettings(" ".join(text.split()), text), False


def _place(settings: Settings, query: QuerySettings, since: datetime | None) -> str:
    """What the way so far is kept under: another one for whatever would find something else."""
    excludes = [one.query for one in settings.listener.queries if one.role is Role.EXCLUDE]
    parts = [
        query.name,
        query.query,
        query.role,
        since and since.isoformat(),
        excludes,
        settings.rewards.own_handles,
    ]
    return f"backfill {hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]}"


def _told(name: str, filled: Filled, *, is_named: bool, dry_run: bool) -> str:
    posts = counted(filled.posts, "post")
    lines = [] if not filled.resumed_after else ["Went on where it was stopped."]
    lines.append(f"{filled.found:,} of {posts} match, {filled.new:,} of them new.")
    if dry_run:
        lines.append("Nothing was changed; without --dry-run the new ones become mentions.")
    elif filled.new:
        under = "" if is_named else "; no query of config.yaml has this name or text"
        lines.append(f"Kept as mentions of {name!r}{under}.")
    if filled.again:
        lines.append(f"{counted(filled.again, 'post')} young enough for a case: understood again.")
    return "\n".join(lines)


def _stopped(filled: Filled, *, dry_run: bool) -> str:
    read = f"stopped after {counted(filled.posts, 'post')}, {filled.found:,} of them matched"
    if dry_run:
        return f"{read}; nothing was changed"
    return f"{read}; what was found is kept, and the same command goes on there"
