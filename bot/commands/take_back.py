"""``laurels query backfill --undo``: take back the mentions that a query's backfills added."""

from collections.abc import Sequence
from datetime import datetime

from bot.commands.desk import clock
from bot.failures import CommandError
from bot.pipeline.understand import standing
from bot.query_names import meant, unknown
from bot.settings import Settings
from bot.terminal import counted, emit
from listener.query import EVERYTHING
from rewards.reading import reading
from rewards.rules import Heard, openings
from store import analyses, backfills, burial, cases, context, helpgraph, mentions
from store.backfills import Run
from store.cases import CaseRow
from store.clean import key
from store.db import Connection, Engine


def take_back(
    engine: Engine, settings: Settings, text: str, *, dry_run: bool, as_json: bool
) -> None:
    """Remove the mentions that backfills of a query added, all or none of them.

    Waiting cases that those mentions alone opened, and that no person acted on, are dismissed; a
    backfill that finds their posts again opens them again. With `dry_run` only counts.
    """
    now = clock(engine)()
    with engine.connect() as tx, tx.begin() as transaction:
        # Nothing is understood meanwhile: a case that it opened would be overlooked.
        burial.hold_off(tx)
        name, runs = _runs(tx, settings, text)
        ids = backfills.added(tx, runs)
        backfills.remove(tx, runs, ids)
        needless = _needless(tx, settings, ids, runs[0].at, now)
        backfills.close(tx, needless, now)
        left = len(cases.of_posts(tx, ids)) - len(needless)
        if dry_run:
            transaction.rollback()
    value = {
        "name": name,
        "taken_back": len(ids),
        "cases_dismissed": len(needless),
        "cases_left": left,
        "dry_run": dry_run,
    }
    emit(value, _told(name, len(ids), len(needless), left, dry_run=dry_run), as_json=as_json)


def _runs(tx: Connection, settings: Settings, text: str) -> tuple[str, list[Run]]:
    """The name that the mentions have, and the runs that added some."""
    every = backfills.runs(tx)
    query = meant(settings, text, {run.name for run in every})
    if query is None:
        raise unknown(settings, text, {run.name for run in every})
    found = [run for run in every if run.name == key(query.name)]
    if not found:
        raise CommandError(f"{query.name}: it was never looked for in what was heard before")
    return query.name, found


def _needless(
    tx: Connection, settings: Settings, post_ids: Sequence[int], since: datetime, now: datetime
) -> list[CaseRow]:
    """Waiting cases opened since a moment that the posts would not open as they are now."""
    policy, competitors = settings.rewards, settings.listener.competitors
    named = context.mentioned(tx, post_ids, EVERYTHING, competitors)
    lonely = [id_ for id_ in post_ids if id_ not in named]
    rows = [one for one in backfills.untouched(tx, lonely) if one.opened_at >= since]
    ids = sorted({one.post_id for one in rows})
    found, acts = analyses.of(tx, ids), helpgraph.acts_on(tx, ids)
    opened = set()
    for id_, post in mentions.load(tx, ids).items():
        heard = Heard(
            post=post,
            author=standing(post, policy),
            reading=reading(found.get(id_, {})),
            is_mention=False,
            acts=[act for act in acts if act.act.post_id == id_],
        )
        opened |= {(id_, one.kind) for one in openings(heard, policy, now)}
    return [one for one in rows if (one.post_id, one.kind) not in opened]


def _told(name: str, gone: int, dismissed: int, left: int, *, dry_run: bool) -> str:
    lines = [f"{counted(gone, 'mention')} of {name!r} taken back."]
    if dismissed:
        lines.append(f"{counted(dismissed, 'waiting case')} dismissed that nothing else opened.")
    if left:
        lines.append(
            f"{counted(left, 'case')} of these posts left: done or acted on, or not there by the "
            "backfill alone."
        )
    if dry_run:
        lines.append("Nothing was changed; without --dry-run it is.")
    return "\n".join(lines)
