"""``laurels understand``, ``decide``, ``deliver``: the later stages by hand."""

from dataclasses import asdict
from datetime import timedelta

from bot import wiring
from bot.pipeline.decide import decide_cases
from bot.pipeline.understand import understand
from bot.settings import Settings
from bot.terminal import counted, emit, progress
from rewards.outbox import deliver
from store import mentions
from store.db import Engine, reading


def understand_all(engine: Engine, settings: Settings, *, as_json: bool) -> None:
    """Judge every post that waits."""
    with reading(engine) as tx:
        total = mentions.counts(tx).waiting
    posts = acts = cases = 0
    if total:
        judges = wiring.judges(settings)
        with progress({"understand": "Understanding"}) as show:
            while (
                batch := understand(
                    engine,
                    judges,
                    settings.rewards,
                    wiring.utc_now,
                    listening=settings.listener,
                )
            ).posts:
                posts, acts = posts + batch.posts, acts + batch.acts
                cases += batch.cases
                show("understand", posts, max(posts, total))
    text = (
        f"{counted(posts, 'post')} understood, {counted(cases, 'case')} opened, "
        f"acts of help seen: {acts:,}."
    )
    emit({"understood": posts, "acts_of_help": acts, "cases": cases}, text, as_json=as_json)


def decide_all(engine: Engine, settings: Settings, *, as_json: bool) -> None:
    """Decide every case whose time has come."""
    decided = decide_cases(engine, settings.rewards, wiring.utc_now)
    emit({"decided": decided}, f"{counted(decided, 'case')} decided.", as_json=as_json)


def deliver_all(engine: Engine, settings: Settings, *, as_json: bool) -> None:
    """Send what is due."""
    folder = wiring.data_folder(settings.store)
    senders = wiring.senders(folder)
    done = deliver(engine, senders, wiring.utc_now, limit=1000, stale_after=timedelta(minutes=10))
    text = f"{done.sent} sent, {done.retried} to be tried again, {done.failed} failed"
    emit(asdict(done), f"{text}, {done.held} in doubt.", as_json=as_json)
