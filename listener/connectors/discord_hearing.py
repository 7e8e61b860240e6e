"""Batches of what was heard on Discord: what came live, what was missed, what people told us."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

from listener.connectors import (
    Access,
    Batch,
    Bounds,
    ConnectorError,
    Held,
    Reject,
    Standing,
)
from listener.connectors.discord_catching_up import CatchingUp, Step
from listener.connectors.discord_ears import QUEUE, Ears
from listener.connectors.discord_failure import failure_of, failures
from listener.connectors.discord_history import History
from listener.connectors.discord_noted import Noted
from listener.connectors.discord_place import Place
from listener.connectors.discord_post import Reader
from listener.connectors.discord_recent import Recent
from listener.connectors.discord_rooms import Rooms
from listener.connectors.discord_second_look import second_look
from store.records import Post

if TYPE_CHECKING:
    import discord

_AT_ONCE: Final = 500


class Hearing:
    """Hears with one client after another; lives in one event loop.

    `cursor` says `place`; `queue` is how many live events may wait.
    """

    def __init__(
        self,
        access: Access,
        rooms: Rooms,
        place: Place,
        cursor: str | None,
        queue: int = QUEUE,
    ) -> None:
        self.place = place
        self.rooms = rooms
        self.ears = Ears(access, rooms, place, queue)
        self.refused: ConnectorError | None = None
        self._failure: ConnectorError | None = None
        self._access = access
        self._last: Batch | None = None
        self._before_last = cursor
        self._recent: Recent | None = None

    def take_up(
        self, client: "discord.Client", reader: Reader, noted: Noted, recent: Recent
    ) -> None:
        """Go on with this client, logged in and not yet connected."""
        self.reader, self.noted, self._recent = reader, noted, self._recent or recent
        self._history = History(client, reader, self._access)
        self._catching_up = CatchingUp(self._history, self.rooms, self.place, self._recent)
        self.ears.listen(client, reader, noted)

    def lose(self, failure: ConnectorError, wait: float) -> None:
        """The client is gone, and another comes after `wait` seconds unless a person must act.

        Who waits for a batch is told at once.
        """
        self.ears.trouble = str(failure)
        self.ears.connected.clear()
        self._failure = ConnectorError(str(failure), retry_after=wait)
        if failure.permanent:
            self.refused = failure
        self.ears.turned.set()

    def say(self, post: Post) -> None:
        """Somebody told us by a command. Raises OSError where it cannot be kept."""
        self.noted.add(post)
        self.ears.stirred.set()

    def close(self) -> None:
        """Keep what helps the next process."""
        self._recent_saved()

    def follows(self, cursor: str | None) -> bool:
        """Whether this is a cursor that we can go on from."""
        return cursor == self._before_last or (
            self._last is not None and cursor == self._last.cursor
        )

    async def batch(self, cursor: str | None, patience: float) -> Batch:
        """What follows the cursor: at most one request for history, and what waits in the queue.

        The batch is given again when it is asked for with the cursor that it was made with.
        Raises ConnectorError.
        """
        if self._last is not None and cursor == self._before_last != self._last.cursor:
            return self._last
        await self._something(patience)
        step = await self._caught_up_by()
        self._before_last, self._last = cursor, self._made(step)
        return self._last

    async def around(self, post: Post, channel_id: int, bounds: Bounds) -> Sequence[Post]:
        """The conversation around a post; empty where it is gone. Raises ConnectorError."""
        import discord

        await self._connected()
        try:
            return await self._history.around(post, channel_id, bounds)
        except (discord.NotFound, discord.Forbidden):
            return ()
        except failures() as error:
            raise failure_of(error, "reading a conversation") from error

    async def again(self, known: Sequence[Held]) -> Standing:
        """Which of the messages stand. Raises ConnectorError."""
        try:
            async with asyncio.timeout(self._access.timeout):
                await self._connected()
        except TimeoutError as error:
            raise ConnectorError(self.ears.trouble, retry_after=self._access.timeout) from error
        try:
            found = await second_look(self._history, known)
        except failures() as error:
            raise failure_of(error, "looking at known messages") from error
        self.noted.forget(found.gone)
        return found

    async def _connected(self) -> None:
        while self.refused is None and not self.ears.connected.is_set():
            failure, self._failure = self._failure, None
            if failure is not None:
                raise failure
            self.ears.turned.clear()
            await self.ears.turned.wait()
        if self.refused is not None:
            raise self.refused
        self._failure = None

    async def _something(self, patience: float) -> None:
        """Wait until there is something, or for so long that nothing seems to come."""
        while True:
            await self._connected()
            self.ears.stirred.clear()
            if self._waits():
                return
            try:
                await asyncio.wait_for(self.ears.stirred.wait(), patience)
            except TimeoutError:
                if self.ears.connected.is_set():
                    return

    def _waits(self) -> bool:
        return (
            bool(self.ears)
            or bool(self.ears.unread)
            or self._catching_up.is_needed
            or self.noted.has_after(self.place.said)
        )

    async def _caught_up_by(self) -> Step:
        try:
            return await self._catching_up.step()
        except failures() as error:
            if self.ears:
                return Step()  # what is here first; the next batch meets the failure
            raise failure_of(error, "reading what was missed") from error

    def _made(self, step: Step) -> Batch:
        posts = {post.platform_id: post for post in step.page.posts}
        rejects: list[Reject] = list(step.page.rejects)
        deletions = [self.ears.lost(id_, "recheck") for id_ in step.gone]
        received = step.page.received
        if step.channel_id is not None:
            self.place.note(step.channel_id, step.page.newest)
            for post in step.page.posts:
                self._note(step.channel_id, int(post.platform_id))
        for event in self.ears.drain(_AT_ONCE):
            received += event.gone is None
            if event.post is not None:
                posts[event.post.platform_id] = event.post
                self._note(event.channel_id, event.message_id)
            rejects += [event.reject] if event.reject else []
            deletions += [event.gone] if event.gone else []
            if event.channel_id is not None:
                self.place.note(event.channel_id, event.message_id)
        said, self.place.said = self.noted.after(self.place.said)
        posts.update({post.platform_id: post for post in said})
        unread = (*self.ears.unread, *step.unread)
        self.ears.unread.clear()
        self.place.batch += bool(received or said or deletions)
        exhausted = not self._is_left()
        if exhausted:
            if self.ears.hears_every_server:
                self.place.settle()
            self._recent_saved(self._access.now())
        return Batch(
            tuple(posts.values()),
            self.place.text(),
            tuple(rejects),
            exhausted=exhausted,
            deletions=tuple(deletions),
            unread=unread,
            received=received + len(said),
        )

    def _note(self, channel_id: int | None, message_id: int) -> None:
        if self._recent is not None and channel_id is not None:
            self._recent.note(channel_id, message_id)

    def _recent_saved(self, now: datetime | None = None) -> None:
        with suppress(OSError):  # it only helps to notice deletions
            if self._recent is not None:
                self._recent.save(now)

    def _is_left(self) -> bool:
        return bool(self.ears) or self._catching_up.is_needed or not self.ears.connected.is_set()
