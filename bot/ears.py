"""One source while the daemon runs: heard at its turn, and what to do when that fails."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Lock
from typing import Final

import structlog

from bot import wiring
from bot.pipeline.purging import purge_source
from bot.settings import Settings, SettingsError
from listener.connectors import Connector, ConnectorError
from listener.match import Matcher
from listener.poll import Polled, poll_once
from listener.rejects import put_aside
from listener.settings import SourceSettings
from listener.thread import ConversationsRead, read_conversations
from store import cursors
from store.db import Engine, reading

LOG: Final = structlog.get_logger(__name__)
LONGEST_TURN: Final = 30.0
"""Seconds after which a source that never runs dry lets its other work have a turn."""


@dataclass(frozen=True, slots=True)
class Ear:
    """A source with what is needed to listen at it."""

    source: SourceSettings
    connector: Connector
    matcher: Matcher
    rejects: Path
    lock: Lock = field(default_factory=Lock)
    """A connector is one thread's at a time."""

    def listen(self, engine: Engine, stop: Event) -> float | None:
        """One turn; seconds until the next, None where only a person can help."""
        with self.lock:
            try:
                self._hear(engine, stop)
            except ConnectorError as error:
                return self._failed(engine, error)
            self.read_conversations(engine)
            return self.source.every_seconds

    def recheck(self, engine: Engine, sources: tuple[SourceSettings, ...]) -> None:
        """Look again at posts that are due by its platform's rule; `sources` are all."""
        with self.lock:
            done = purge_source(engine, self.source, self.connector, sources, wiring.utc_now())
        if done.checked:
            LOG.info("looked again", source=self.source.name, posts=done.checked, gone=done.gone)
        if done.error is not None:
            LOG.warning("not looked again", source=self.source.name, error=done.error)

    def read_conversations(self, engine: Engine) -> ConversationsRead:
        """Read the conversations around mentions that are due, some at a turn."""
        bounds = self.source.threads.bounds
        if bounds is None:
            return ConversationsRead()
        done = read_conversations(
            engine, self.source.name, self.connector, self.matcher, bounds, wiring.utc_now()
        )
        if done.read:
            LOG.info(
                "conversations read",
                source=self.source.name,
                conversations=done.read,
                new=done.posts,
                mentions=done.mentions,
            )
        if done.error is not None:
            LOG.warning("conversation not read", source=self.source.name, error=done.error)
        return done

    def close(self) -> None:
        """Let go of what the connector holds."""
        self.connector.close()

    def _hear(self, engine: Engine, stop: Event) -> None:
        ends = time.monotonic() + LONGEST_TURN
        while not stop.is_set() and time.monotonic() < ends:
            polled = poll_once(
                engine,
                self.source.name,
                self.connector,
                self.matcher,
                wiring.utc_now(),
                wanted=wiring.wanted(self.source, self.matcher),
                every=self.source.every_seconds,
                aside=partial(put_aside, self.rejects),
            )
            self._tell(polled)
            if polled.exhausted:
                return

    def _tell(self, polled: Polled) -> None:
        if polled.new or polled.rejects or polled.deleted:
            LOG.info(
                "heard",
                source=self.source.name,
                new=polled.new,
                mentions=polled.mentions,
                deleted=polled.deleted,
                rejected=len(polled.rejects),
            )
        for one in polled.unread:
            LOG.warning("left unread", source=self.source.name, what=one.what, reason=one.reason)

    def _failed(self, engine: Engine, error: ConnectorError) -> float | None:
        name = self.source.name
        if error.permanent:
            LOG.error("source stopped: a person is needed", source=name, error=str(error))
            return None
        with reading(engine) as tx:
            state = cursors.state(tx, name)
        retry_at = state.retry_at if state else None
        left = (retry_at - wiring.utc_now()).total_seconds() if retry_at else 60.0
        wait = max(1.0, left)
        LOG.warning("source failed", source=name, error=str(error), again_in=round(wait))
        return wait


def made(
    settings: Settings, engine: Engine, source: SourceSettings, folder: Path
) -> tuple[Ear | None, str | None]:
    """The ear for a source; where a secret is missing, that is noted, and said in its place."""
    found = wiring.matcher(settings, source)
    meter = wiring.meter(engine, source)
    try:
        connector = wiring.connector(settings, source, found, env=os.environ, meter=meter)
    except SettingsError as error:
        with engine.begin() as tx:
            cursors.fail(
                tx, source.name, str(error), wiring.utc_now(), permanent=True, retry_at=None
            )
        return None, str(error)
    return Ear(source, connector, found, folder / "rejects" / f"{source.name}.jsonl"), None


def closing_all(ears: list[Ear], log: Callable[[str], None]) -> None:
    """Close every connector; one that cannot be closed keeps no other open."""
    for one in ears:
        try:
            one.close()
        except (OSError, RuntimeError) as error:
            log(f"{one.source.name}: {error}")
