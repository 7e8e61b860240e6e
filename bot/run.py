"""The daemon: each step at its interval, one at a time, until it is told to stop."""

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import IO, Any, Final

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from bot import wiring
from bot.failures import CommandError
from bot.pipeline.decide import decide_cases
from bot.pipeline.measure import measure
from bot.pipeline.readings import Judges
from bot.pipeline.understand import understand
from bot.settings import Settings
from listener.connectors import Connector, ConnectorError
from listener.match import Matcher
from listener.poll import poll_once
from listener.rejects import put_aside
from listener.settings import SourceSettings
from rewards.outbox import deliver
from store.db import Engine

LOG: Final = structlog.get_logger(__name__)
GRACE_SECONDS: Final = 4.0
"""How long a step that is under way may finish after the word to stop."""
_BATCH: Final = 256


@dataclass(frozen=True, slots=True)
class Ear:
    """A source with what is needed to poll it."""

    source: SourceSettings
    connector: Connector
    matcher: Matcher
    rejects: Path


class Daemon:
    """Runs the steps against one store. Each step reads what waits, so a lost run loses nothing."""

    def __init__(self, settings: Settings, engine: Engine, stop: Event) -> None:
        self._settings = settings
        self._engine = engine
        self._stop = stop
        self._folder = wiring.data_folder(settings.store)
        self._judges: Judges | None = None
        self._senders = wiring.senders(self._folder)
        self._first_delivery = True
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
            timezone="UTC",
        )

    def start(self) -> None:
        """Plan every step, the first time at once."""
        for source in self._settings.listener.sources:
            ear = self._ear(source)
            self._every(source.every_seconds, f"hear {source.name}", partial(self.hear, ear))
        run = self._settings.run
        self._every(run.understand_every_seconds, "understand", self.understand)
        self._every(run.decide_every_seconds, "decide", self.decide)
        self._every(run.deliver_every_seconds, "deliver", self.deliver)
        self._every(run.measure_every_seconds, "measure", self.measure)
        self._scheduler.start()

    def stop(self) -> None:
        """Plan nothing more; steps under way see the stop between two transactions."""
        self._scheduler.shutdown(wait=False)

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
            step()
        except ConnectorError as error:
            LOG.error("source failed", step=name, error=str(error), permanent=error.permanent)
            if error.permanent:
                self._scheduler.remove_job(name)
        except Exception:
            LOG.exception("step failed; it is tried again at its next time", step=name)

    def _ear(self, source: SourceSettings) -> Ear:
        found = wiring.matcher(self._settings, source)
        rejects = self._folder / "rejects" / f"{source.name}.jsonl"
        return Ear(source, wiring.connector(source, found), found, rejects)

    def hear(self, ear: Ear) -> None:
        """Poll one source until it is exhausted."""
        while not self._stop.is_set():
            polled = poll_once(
                self._engine, ear.source.name, ear.connector, ear.matcher, wiring.utc_now()
            )
            put_aside(ear.rejects, polled.rejects)
            if polled.new or polled.rejects:
                LOG.info(
                    "heard",
                    source=ear.source.name,
                    new=polled.new,
                    mentions=polled.mentions,
                    rejected=len(polled.rejects),
                )
            if polled.exhausted:
                return

    def understand(self) -> None:
        """Judge what waits, a small batch at a time."""
        if self._judges is None:
            self._judges = wiring.judges(self._settings.models)
        while not self._stop.is_set():
            done = understand(
                self._engine, self._judges, self._settings.rewards, wiring.utc_now, _BATCH
            )
            if not done.posts:
                return
            LOG.info("understood", posts=done.posts, acts=done.acts, cases=done.cases)

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

    def measure(self) -> None:
        """Rank experts and count the days anew."""
        measure(self._engine, self._settings.rewards, wiring.utc_now())


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
    stop = Event()

    def told(_signal: int, _frame: Any) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    with only_one(wiring.data_folder(settings.store)):
        engine = wiring.store(settings.store)
        daemon = Daemon(settings, engine, stop)
        daemon.start()
        LOG.info("running", sources=len(settings.listener.sources), process=os.getpid())
        stop.wait()
        daemon.stop()
        _leave(engine)


def _leave(engine: Engine) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    working = [one for one in threading.enumerate() if one is not threading.current_thread()]
    for thread in working:
        thread.join(max(0.0, deadline - time.monotonic()))
    LOG.info("stopped", cut_short=sum(one.is_alive() for one in working))
    engine.dispose()
    sys.stderr.flush()
    # A step that outlasts the grace is cut off: its transaction never happened.
    os._exit(0)
