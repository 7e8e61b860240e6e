"""A thread that listens to Jetstream, keeps what is wanted, and reconnects where it stopped."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

import msgspec

from listener.connectors import Access, ConnectorError, Reject
from listener.connectors.jetstream_line import Line, Read
from listener.connectors.jetstream_wire import Event
from listener.limits import backoff
from store.records import Deletion, Post

LARGEST_BATCH: Final = 1_000
OVERLAP_US: Final = 5_000_000
"""Read again after each new connection: events of one moment may lie on both sides of a break."""
_GAP_US: Final = 3_600_000_000
"""Events come many times a second: a server that resumes an hour later has nothing older."""
_RAW_KEPT: Final = 20_000
_SETTLE: Final = 0.2
_TICK: Final = 0.05
_KNOWN_BAD: Final = 1_000
_LONGEST_REST: Final = 60.0

Found = Post | Deletion | Reject | None
Take = Callable[[Event], Found]


@dataclass(slots=True)
class Gathered:
    """What was kept of `received` events, in the order in which they came."""

    posts: list[Post] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    received: int = 0
    gap: tuple[int, int] | None = None
    """From when to when nothing was to be had, although it was asked for."""

    def add(self, found: Found) -> None:
        """Count an event, and keep what was found in it."""
        self.received += 1
        match found:
            case Post():
                self.posts.append(found)
            case Deletion():
                self.deletions.append(found)
            case Reject():
                self.rejects.append(found)

    @property
    def is_full(self) -> bool:
        """Whether it has to be taken away before more is read."""
        return len(self.posts) + len(self.deletions) + len(self.rejects) >= LARGEST_BATCH


class Reader:
    """Listens from `since_us` on: where an earlier reading ended, if `has_begun`. What is gathered
    waits for `collect`; while it is full, the
    server waits too, since nothing is read from the socket.
    """

    def __init__(
        self, line: Line, take: Take, since_us: int, access: Access, *, has_begun: bool = True
    ) -> None:
        self._line = line
        self._take = take
        self._access = access
        self._changed = threading.Condition()
        self._gathered = Gathered()
        self._reached = since_us
        self._has_begun = has_begun
        self._is_first = True
        self._heard_at = monotonic()
        self._heard = 0
        self._is_connected = False
        self._error: ConnectorError | None = None
        self._retry_at = 0.0
        self._has_ended = False
        self._bad: set[int] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._room = asyncio.Event()
        self._again = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="jetstream")
        self._thread.start()

    @property
    def has_ended(self) -> bool:
        """Whether an error was told that no new connection mends."""
        return self._has_ended or not self._thread.is_alive()

    def collect(self, until_us: int) -> tuple[Gathered, int, bool]:
        """What came, the moment that it reaches to, and whether that is all there is now.

        That is so when nothing came for a while, or when events of `until_us` were seen. Raises
        ConnectorError where there is no connection.
        """
        began = monotonic()
        heard, caught_up_at = self._heard, 0.0
        with self._changed:
            while True:
                now = monotonic()
                if self._gathered.is_full or (self._error and self._gathered.received):
                    return self._taken(is_all=False)
                self._check(now, began)
                if not caught_up_at and self._heard > heard and self._reached >= until_us:
                    caught_up_at = now
                settled = caught_up_at and now - caught_up_at >= _SETTLE
                if settled or self._is_quiet(now, began):
                    return self._taken(is_all=True)
                if self._gathered.received and now - began >= 5 * self._access.patience:
                    return self._taken(is_all=False)
                self._changed.wait(_TICK)

    def close(self) -> None:
        """Hang up and wait until the thread has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._task is not None, 5)
        if self._loop is not None and self._task is not None:
            with suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(5)

    def _is_quiet(self, now: float, began: float) -> bool:
        since = max(self._heard_at, began)
        return self._is_connected and now - since >= self._access.patience

    def _check(self, now: float, began: float) -> None:
        """Raises what keeps us from listening; where only time has to pass, it has passed now."""
        if self._error is not None:
            error, self._error = self._error, None
            self._has_ended = error.permanent
            raise error
        if self._is_connected:
            return
        left = self._retry_at - now
        if left > 0 or now - began > self._access.timeout + 1:
            wait = left if left > 0 else None
            raise ConnectorError("Jetstream: there is no connection yet", retry_after=wait)
        self._tell(self._again)

    def _tell(self, event: asyncio.Event) -> None:
        """Set an event of the thread's."""
        if self._loop is not None and self._loop.is_running():
            with suppress(RuntimeError):  # it has ended since
                self._loop.call_soon_threadsafe(event.set)

    def _taken(self, *, is_all: bool) -> tuple[Gathered, int, bool]:
        gathered, self._gathered = self._gathered, Gathered()
        self._tell(self._room)
        is_all = is_all and self._error is None
        return gathered, self._reached, is_all

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(self._keep_listening())

    async def _keep_listening(self) -> None:
        with self._changed:
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
            self._changed.notify_all()
        failures = 0
        while True:
            heard = self._heard
            error, was_connected = await self._listened()
            failures = 1 if self._heard > heard else failures + 1
            if failures == 1 and was_connected and error.retry_after is None:
                continue  # a stream that ends is an everyday thing
            self._report(error)
            if error.permanent:
                return
            await self._rest(error, failures)

    async def _rest(self, error: ConnectorError, failures: int) -> None:
        """Wait as long as the server asks; else until somebody wants to hear, or for a while."""
        if error.retry_after is not None:
            await asyncio.sleep(error.retry_after)
            return
        self._again.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(min(_LONGEST_REST, backoff(failures, 1.0))):
                await self._again.wait()

    async def _listened(self) -> tuple[ConnectorError, bool]:
        """Listen until it ends; why it did, and whether there was a connection."""
        try:
            await self._line.listen(
                max(0, self._reached - OVERLAP_US), self._opened, self._hear, self._wait_for_room
            )
            error = ConnectorError(f"Jetstream: {self._line.base} ended the stream")
        except ConnectorError as found:
            error = found
        with self._changed:
            was_connected, self._is_connected = self._is_connected, False
        return error, was_connected

    def _opened(self) -> None:
        with self._changed:
            self._is_connected = self._is_first = True
            self._error = None
            self._heard_at = monotonic()

    def _report(self, error: ConnectorError) -> None:
        with self._changed:
            self._error = error
            self._retry_at = monotonic() + (error.retry_after or 0.0)
            self._changed.notify_all()

    def _hear(self, frame: bytes | str, read: Read) -> bool:
        try:
            event = read(frame)
            found = None if event is None else self._take(event)
        except msgspec.MsgspecError as error:
            event, found = None, self._bad_frame(frame, error)
        with self._changed:
            self._gathered.add(found)
            self._heard += 1
            self._heard_at = monotonic()
            if event is not None:
                self._reach(event.time_us)
            if not self._gathered.is_full:
                return False
            self._room.clear()
            self._changed.notify_all()
            return True

    def _reach(self, time_us: int) -> None:
        if self._is_first and self._has_begun and time_us - self._reached > _GAP_US:
            self._gathered.gap = (self._reached, time_us)
        self._is_first, self._has_begun = False, True
        self._reached = max(self._reached, time_us)

    def _bad_frame(self, frame: bytes | str, error: msgspec.MsgspecError) -> Reject:
        """A broken frame: asked for once more; when it comes broken again, it is so."""
        known = hash(frame)
        if known not in self._bad:
            if len(self._bad) >= _KNOWN_BAD:
                self._bad.clear()
            self._bad.add(known)
            raise ConnectorError("Jetstream: a frame could not be read") from error
        raw = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
        return Reject(self._reached, str(error), raw[:_RAW_KEPT])

    async def _wait_for_room(self) -> None:
        await self._room.wait()
