"""The daemon: each step at its interval, one at a time, until it is told to stop."""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Condition, Event
from typing import IO, Final

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from bot import wiring
from bot.ears import Ear, closing_all, made
from bot.failures import CommandError
from bot.pipeline.decide import decide_cases
from bot.pipeline.measure import measure
from bot.pipeline.purging import tidy
from bot.pipeline.readings import Judges
from bot.pipeline.understand import understand
from bot.settings import Settings
from bot.stopping import StopWord
from rewards.outbox import deliver
from store.db import Engine

LOG: Final = structlog.get_logger(__name__)
GRACE_SECONDS: Final = 4.0
"""How long a step that is under way may finish after the word to stop."""
RECHECK_SECONDS: Final = 3600
"""How often it is asked which posts are due for a second look; the rules count in days."""
_BATCH: Final = 256


class Daemon:
    """Runs the steps against one store. Each step reads what waits, so a lost run loses nothing."""

    def __init__(self, settings: Settings, engine: Engine, stop: Event) -> None:
        self._settings = settings
        self._engine = engine
        self._stop = stop
        self._folder = wiring.data_folder(settings.store)
        self._judges: Judges | None = None
        self._adapted: int | None = None
        self._senders = wiring.senders(self._folder)
        self._first_delivery = True
        self._ears: list[Ear] = []
        self._steps = Condition()
        self._running = 0
        # A source that waits for its platform holds up no other.
        threads = 4 + 2 * len(settings.listener.sources)
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(threads)},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
            timezone="UTC",
        )

    def start(self) -> None:
        """Plan every step, the first time at once."""
        for source in self._settings.listener.sources:
            one, error = made(self._settings, self._engine, source, self._folder)
            if one is None:
                LOG.error("source stopped: a person is needed", source=source.name, error=error)
            else:
                self._ears.append(one)
                self._every(source.every_seconds, _job(one), partial(self.hear, one))
                # Whatever becomes of hearing: what is deleted there is owed to its authors.
                self._every(RECHECK_SECONDS, f"recheck {source.name}", partial(self.recheck, one))
        run = self._settings.run
        self._every(run.understand_every_seconds, "understand", self.understand)
        self._every(run.decide_every_seconds, "decide", self.decide)
        self._every(run.deliver_every_seconds, "deliver", self.deliver)
        self._every(run.measure_every_seconds, "measure", self.measure)
        self._every(RECHECK_SECONDS, "tidy", self.tidy)
        self._scheduler.start()

    def stop(self) -> None:
        """Plan nothing more; steps under way see the stop between two transactions."""
        self._scheduler.shutdown(wait=False)

    def close(self) -> None:
        """Let go of what the sources hold; call it when no step is under way."""
        closing_all(self._ears, partial(LOG.warning, "source not closed"))

    def _every(self, seconds: int, name: str, step: Callable[[], None]) -> None:
        self._scheduler.add_job(
            self._guarded,
            "interval",
            args=(name, step),
            seconds=seconds,
            id=name,
            name=name,
            next_run_time=wiring.utc_now(),
        )

    def _guarded(self, name: str, step: Callable[[], None]) -> None:
        try:
            with self._under_way():
                step()
        except Exception:
            LOG.exception("step failed; it is tried again at its next time", step=name)

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        with self._steps:
            self._running += 1
        try:
            yield
        finally:
            with self._steps:
                self._running -= 1
                self._steps.notify_all()

    def wait(self, seconds: float) -> int:
        """Wait until no step is under way; how many still are after that time."""
        with self._steps:
            self._steps.wait_for(lambda: not self._running, seconds)
            return self._running

    def hear(self, one: Ear) -> None:
        """Give one source its turn; when the next is comes from how this one went."""
        wait = one.listen(self._engine, self._stop)
        if wait is None:
            self._scheduler.remove_job(_job(one))
        elif wait != one.source.every_seconds:
            next_time = wiring.utc_now() + timedelta(seconds=wait)
            self._scheduler.modify_job(_job(one), next_run_time=next_time)

    def recheck(self, one: Ear) -> None:
        """Look again at one source's posts that are due."""
        one.recheck(self._engine, self._settings.listener.sources)

    def understand(self) -> None:
        """Judge what waits, a small batch at a time."""
        while not self._stop.is_set():
            done = understand(
                self._engine,
                self._judging(),
                self._settings.rewards,
                wiring.utc_now,
                _BATCH,
                listening=self._settings.listener,
            )
            if not done.posts:
                return
            LOG.info("understood", posts=done.posts, acts=done.acts, cases=done.cases)

    def _judging(self) -> Judges:
        """What judges now; a team that adapts or undoes waits for no end of what is to be read."""
        version = wiring.adapted_version(self._settings)
        if self._judges is None or version != self._adapted:
            self._judges, self._adapted = wiring.judges(self._settings), version
        return self._judges

    def decide(self) -> None:
        """Decide the cases whose time has come."""
        policy = self._settings.rewards
        decided = decide_cases(self._engine, policy, wiring.utc_now, stop=self._stop.is_set)
        if decided:
            LOG.info("decided", cases=decided)

    def deliver(self) -> None:
        """Send what is due; at the start also what a killed run left in sending."""
        # The lock makes this the only process, so at its start nothing can be half-way sent.
        wait = timedelta() if self._first_delivery else timedelta(minutes=10)
        done = deliver(self._engine, self._senders, wiring.utc_now, limit=20, stale_after=wait)
        self._first_delivery = False
        if done.sent or done.failed or done.retried or done.held:
            LOG.info("delivered", sent=done.sent, failed=done.failed, retried=done.retried)

    def tidy(self) -> None:
        """Blank what stands in files beside the store of posts that were taken away."""
        sources = self._settings.listener.sources
        done = tidy(self._engine, self._folder, sources, wiring.utc_now())
        if done:
            LOG.info("blanked", lines=done)

    def measure(self) -> None:
        """Rank experts and count the days anew."""
        measure(self._engine, self._settings.rewards, wiring.utc_now())


def _job(one: Ear) -> str:
    return f"hear {one.source.name}"


def only_one(folder: Path) -> IO[str]:
    """Hold the lock of a store's folder; raises CommandError where another run holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "run.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        who = file.read().strip() or "unknown"
        file.close()
        raise CommandError(f"another `laurels run` (process {who}) works on {folder}") from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; then stop within five seconds."""
    word = StopWord()
    stop = Event()
    with only_one(wiring.data_folder(settings.store)):
        engine = wiring.store(settings.store)
        daemon = Daemon(settings, engine, stop)
        daemon.start()
        LOG.info("running", sources=len(settings.listener.sources), process=os.getpid())
        if not settings.listener.sources:
            LOG.warning(
                "no source, so nothing new is heard: name one under listener.sources in "
                "config.yaml; `laurels init` writes a first one"
            )
        word.wait()
        stop.set()
        daemon.stop()
        cut_short = daemon.wait(GRACE_SECONDS)
        if not cut_short:
            daemon.close()
        LOG.info("stopped", cut_short=cut_short)
        engine.dispose()
        sys.stderr.flush()
        # A step that outlasts the grace is cut off: its transaction never happened.
        os._exit(0)
