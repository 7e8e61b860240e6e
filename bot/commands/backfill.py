"""``laurels query backfill``: a query's mentions in what was already heard."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot import wiring
from bot.commands.desk import clock
from bot.dates import day_in
from bot.failures import CommandError, Interrupted
from bot.query_names import meant, similar
from bot.scan_progress import shown
from bot.settings import Settings
from bot.terminal import counted, emit
from listener.backfill import Filled, Wish
from listener.backfill import backfill as fill
from listener.match import Match, Matcher
from listener.matching.document import Said
from listener.query import parse
from listener.settings import QuerySettings, Role
from store import backfills
from store.backfills import Run
from store.db import Engine


class _Telling(Matcher):
    """A query as listening looks for it, counting the posts that others exclude from it."""

    def __init__(self, settings: Settings, query: QuerySettings) -> None:
        own = settings.rewards.own_handles if query.role is Role.BRAND else ()
        super().__init__({query.name: query.query}, own, detect=wiring.detect)
        excludes = [one for one in settings.listener.queries if one.role is Role.EXCLUDE]
        self._excludes = Matcher({one.name: one.query for one in excludes}, detect=wiring.detect)
        self._as_heard = wiring.matcher_of(settings, query)
        self.left_out: Counter[str] = Counter()

    def match_many(self, posts: Sequence[Said]) -> dict[int, list[Match]]:
        """What listening finds."""
        found = self._as_heard.match_many(posts)
        missing = sorted(super().match_many(posts).keys() - found.keys())
        for matches in self._excludes.match_many([posts[one] for one in missing]).values():
            self.left_out.update(match.query for match in matches)
        return found


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
    matcher = _Telling(settings, query)
    fresh = now - timedelta(days=settings.rewards.fresh_days)
    place = None if dry_run else _place(settings, query, start)
    opens = query.role is Role.BRAND
    wish = Wish(query.name, start, fresh if opens else None, place)
    filled = Filled()
    if place is not None:
        with engine.begin() as tx:
            backfills.note(tx, Run(query.name, now, place))
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
    reopened = 0
    if place is not None:
        with engine.begin() as tx:
            reopened = backfills.open_again(tx, query.name, now)
    value = {
        "query": query.query,
        "name": query.name,
        "role": query.role,
        "posts": filled.posts,
        "found": filled.found,
        "left_out": dict(matcher.left_out),
        "new": filled.new,
        "to_understand": filled.again,
        "opened_again": reopened,
        "resumed_after": filled.resumed_after or None,
        "dry_run": dry_run,
    }
    told = _told(query.name, filled, matcher.left_out, is_named=is_named, dry_run=dry_run)
    if reopened:
        told += f"\n{counted(reopened, 'case')} of a backfill taken back before: open again."
    emit(value, told, as_json=as_json)


def _query(settings: Settings, text: str) -> tuple[QuerySettings, bool]:
    """The query of that name or text, and whether it stands in the settings."""
    query = meant(settings, text, ())
    if query is not None:
        return query, True
    perhaps = similar(settings, text)
    if perhaps is not None:
        raise CommandError(
            f"no query is called {text!r}; did you mean {perhaps!r}? To look for the word itself, "
            f"give it as a phrase: '\"{text}\"'"
        )
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


def _told(
    name: str, filled: Filled, left_out: Mapping[str, int], *, is_named: bool, dry_run: bool
) -> str:
    posts = counted(filled.posts, "post")
    lines = [] if not filled.resumed_after else ["Went on where it was stopped."]
    lines.append(f"{filled.found:,} of {posts} match, {filled.new:,} of them new.")
    lines += [f"{number:,} left out by {one}." for one, number in sorted(left_out.items())]
    if dry_run:
        if not is_named:
            lines.append(f"No query of config.yaml is called {name!r}: this is one of its own.")
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
