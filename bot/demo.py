"""The demo: a recorded community goes through the whole flow, in a store of its own."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, cast

from bot import wiring
from bot.findings import findings
from bot.pipeline.decide import decide_cases
from bot.pipeline.hear import Heard, hear
from bot.pipeline.measure import measure
from bot.pipeline.readings import Judges
from bot.pipeline.standings import Standing, month_board, named_experts
from bot.pipeline.understand import understand
from bot.replay import SHIPPED, Planted, extent, planted
from bot.settings import Settings
from listener.connectors.archive import Archive, ArchiveOptions
from listener.settings import QuerySettings, SourceSettings
from rewards.outbox import deliver
from rewards.policy import Policy
from store import mentions, tallies
from store.db import Engine, reading, set_fact
from store.records import SourceKind
from store.settings import StoreSettings

STAGES: Final = ("hear", "understand", "decide", "act", "measure")
NO_LIMIT_DAYS: Final = 36_500
REPLAY_END: Final = "replay_end"
"""Name of the fact under which a store keeps the moment that its replay ends at: past it nothing
is dated."""
_BATCH: Final = 1000
_TOP: Final = 10

Progress = Callable[[str, int, int], None]
"""Hears of a stage, what is done of it and what there is in all."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to run the demo on: an archive, and the brand to look for in it."""

    archive: Path | None = None
    brand: str | None = None
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the run came to; `seconds` by stage. The last two only for the shipped community."""

    posts: int
    mentions: int
    understood: int
    rejected: int
    cases: int
    drafts: int
    thanks: int
    acts_of_help: int
    experts: tuple[dict[str, object], ...]
    leaderboard: tuple[dict[str, object], ...]
    month: str
    seconds: dict[str, float]
    planted: dict[str, tuple[str, ...]] | None = None
    found: dict[str, tuple[str, ...]] | None = None


@dataclass(slots=True)
class _Run:
    engine: Engine
    policy: Policy
    now: datetime
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def decided_at(self) -> datetime:
        """When also the last question of the record has waited long enough for an answer."""
        return self.now + timedelta(hours=self.policy.question_wait_hours)

    @property
    def sent_at(self) -> datetime:
        """When nothing that was decided can be undone any more: the end of the replay."""
        return self.decided_at + timedelta(seconds=self.policy.undo_seconds)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 2)


def settings_for(wish: Wish, base: Settings, folder: Path) -> tuple[Settings, Planted | None]:
    """The settings of a demo run: its own store, the archive as a community, sending rehearsed.

    A record is looked at whole, so no post is too old for a case.
    """
    hidden = planted() if wish.archive is None else None
    brand = wish.brand or (hidden.brand if hidden else None)
    own = wish.own or (hidden.own if hidden else ())
    policy = replace(
        base.rewards,
        own_handles=tuple(own),
        automatic=True,
        sender="rehearsal",
        fresh_days=NO_LIMIT_DAYS,
    )
    options = ArchiveOptions(wish.archive or SHIPPED)
    source = SourceSettings("demo", "archive", SourceKind.COMMUNITY, options=options)
    queries = (QuerySettings("brand", brand),) if brand else ()
    listener = replace(base.listener, sources=(source,), queries=queries)
    store = StoreSettings(f"sqlite:///{folder / 'laurels.db'}")
    return replace(base, listener=listener, rewards=policy, store=store), hidden


def run(
    settings: Settings,
    hidden: Planted | None,
    engine: Engine,
    folder: Path,
    progress: Progress,
) -> Outcome:
    """Hear, understand, decide, act, measure: each until nothing is left.

    Raises listener.connectors.ConnectorError for an archive that cannot be read and
    models.weights_file.ModelError for a model that cannot be used.
    """
    (source,) = settings.listener.sources
    judges = wiring.judges(settings)
    length = extent(_path(source))
    step = _Run(engine, settings.rewards, length.end, progress)
    with engine.begin() as tx:
        set_fact(tx, REPLAY_END, step.sent_at.isoformat())
    with step.stage("hear"):
        heard = _hear(step, settings, source, folder, length.lines)
    with step.stage("understand"):
        _understand(step, judges)
    with step.stage("decide"):
        _decide(step)
    with step.stage("act"):
        _act(step, folder)
    with step.stage("measure"):
        progress("measure", 0, 1)
        measure(engine, settings.rewards, step.now)
        progress("measure", 1, 1)
    return _outcome(step, heard, hidden)


def _path(source: SourceSettings) -> Path:
    return cast("ArchiveOptions", source.options).path or SHIPPED


def _hear(
    step: _Run, settings: Settings, source: SourceSettings, folder: Path, lines: int
) -> Heard:
    found = wiring.matcher(settings, source)

    def advance(heard: Heard) -> None:
        done = heard.received + heard.rejects
        step.progress("hear", done, max(lines, done))

    archive = Archive(ArchiveOptions(_path(source)))
    rejects = folder / "demo.rejects.jsonl"
    return hear(step.engine, source.name, archive, found, lambda: step.now, rejects, advance)


def _understand(step: _Run, judges: Judges) -> None:
    with reading(step.engine) as tx:
        total, done = mentions.counts(tx).waiting, 0
    step.progress("understand", 0, total)
    while batch := understand(step.engine, judges, step.policy, lambda: step.now, _BATCH).posts:
        done += batch
        step.progress("understand", done, max(total, done))


def _decide(step: _Run) -> None:
    with reading(step.engine) as tx:
        total = tallies.cases(tx)
    step.progress("decide", 0, total)
    decide_cases(step.engine, step.policy, lambda: step.decided_at)
    step.progress("decide", total, total)


def _act(step: _Run, folder: Path) -> None:
    with reading(step.engine) as tx:
        total = tallies.messages(tx)
    senders = wiring.senders(folder)
    done = 0
    step.progress("act", 0, total)
    while sent := deliver(step.engine, senders, lambda: step.sent_at, limit=500).sent:
        done += sent
        step.progress("act", done, max(total, done))


def _outcome(step: _Run, heard: Heard, hidden: Planted | None) -> Outcome:
    with reading(step.engine) as tx:
        counts = mentions.counts(tx)
        board = month_board(tx, step.policy, step.now)
        return Outcome(
            posts=counts.posts,
            mentions=counts.mentions,
            understood=counts.understood,
            rejected=heard.rejects,
            cases=tallies.cases(tx),
            drafts=tallies.drafts(tx),
            thanks=tallies.sent(tx),
            acts_of_help=tallies.acts(tx),
            experts=tuple(_expert(one) for one in named_experts(tx, _TOP)),
            leaderboard=tuple(
                {"rank": row.rank, "person": row.name, "points": row.points} for row in board.rows
            ),
            month=f"{board.year:04}-{board.month:02}",
            seconds=step.seconds,
            planted=None if hidden is None else dict(hidden.truth),
            found=None if hidden is None else findings(tx, step.policy, step.now),
        )


def _expert(one: Standing) -> dict[str, object]:
    return {"person": one.name, "score": round(one.score, 3)}
