"""Read what was missed in Discord: one request a step, channel after channel."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from listener.connectors import Unread
from listener.connectors.discord_history import PAGE, History, Page
from listener.connectors.discord_place import Place
from listener.connectors.discord_post import moment, place
from listener.connectors.discord_recent import Recent
from listener.connectors.discord_rooms import Behind, Rooms, Shelf

if TYPE_CHECKING:
    from discord.abc import MessageableChannel


@dataclass(slots=True)
class Step:
    """What one request brought; `channel_id` where the cursor follows it."""

    page: Page = field(default_factory=Page)
    channel_id: int | None = None
    unread: tuple[Unread, ...] = ()
    gone: tuple[int, ...] = ()
    """Messages that were deleted while nobody listened."""


class CatchingUp:
    """Works off the rooms that are behind, and finds archived threads that are."""

    def __init__(self, history: History, rooms: Rooms, place: Place, recent: Recent) -> None:
        self._history = history
        self._rooms = rooms
        self._place = place
        self._recent = recent

    @property
    def is_needed(self) -> bool:
        """Whether something is behind."""
        return bool(self._rooms.shelves or self._rooms.behind)

    async def step(self) -> Step:
        """Make the next request; a failure leaves everything as it was, to be tried again."""
        import discord

        shelves, behind = self._rooms.shelves, self._rooms.behind
        id_ = next(iter(shelves or behind), None)
        if id_ is None:
            return Step()
        try:
            if id_ in shelves:
                await self._list(shelves[id_])
                return Step()
            return await self._read(id_, behind[id_])
        except (discord.Forbidden, discord.NotFound) as error:
            what = _name(shelves[id_].parent if id_ in shelves else behind[id_].room, id_)
            shelves.pop(id_, None)
            behind.pop(id_, None)
            reason = f"Discord refuses its history (HTTP {error.status}); see what the bot may read"
            return Step(unread=(Unread(what, reason),))

    async def _list(self, shelf: Shelf) -> None:
        what = f"archived threads of {_name(shelf.parent, shelf.parent.id)}"
        threads, goes_on = await self._history.archived(shelf.parent, shelf.before, what)
        # What was archived before all was heard has nothing new: archiving comes after speaking.
        since = moment(self._place.whole or self._place.since)
        news = [one for one in threads if one.archive_timestamp >= since]
        for thread in news:
            self._rooms.mark(thread, thread.last_message_id, self._place)
        if goes_on is None or len(news) < len(threads):
            self._rooms.shelves.pop(shelf.parent.id, None)
        else:
            shelf.before = goes_on

    async def _read(self, id_: int, behind: Behind) -> Step:
        if behind.room is None:
            behind.room = await self._history.room(id_)
        if not self._rooms.wants(behind.room):
            self._rooms.behind.pop(id_, None)
            return Step()
        what, after = _name(behind.room, id_), self._place.after(id_)
        if behind.look_back:
            return await self._look_back(id_, behind, behind.room, after)
        behind.has_news = False
        try:
            page = await self._history.page(behind.room, what, after=after)
        except BaseException:
            behind.has_news = True
            raise
        behind.has_news |= page.received >= PAGE
        self._drop_if_read(id_, behind)
        return Step(page, id_)

    async def _look_back(
        self, id_: int, behind: Behind, room: "MessageableChannel", until: int
    ) -> Step:
        """The last hundred that were heard: those edited since, and those that are gone."""
        what = f"{_name(room, id_)}, once more"
        page = await self._history.page(room, what, edited=True, before=until + 1)
        behind.look_back, is_full = False, page.received >= PAGE
        page.received = len(page.posts)
        since = min(page.ids, default=0) if is_full else 0
        # Nothing at all is what is sent where the bot may no longer read.
        gone = self._recent.missing(id_, since, until, page.ids) if page.ids else []
        self._drop_if_read(id_, behind)
        return Step(page, gone=tuple(gone))

    def _drop_if_read(self, id_: int, behind: Behind) -> None:
        if not behind.has_news:
            self._rooms.behind.pop(id_, None)


def _name(room: object, id_: int) -> str:
    return place(room) or f"channel {id_}"
