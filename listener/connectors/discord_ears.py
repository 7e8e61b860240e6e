"""What a Discord client is told live, kept in order until it is fetched.

A channel is either caught up, and then its messages wait in a queue, or it is behind, and then they
are left to its history. So no live message can push a cursor past one that is still to be read, and
a full queue loses nothing: the channel falls behind.
"""

import asyncio
import json
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from listener.connectors import Access, Reject, Unread
from listener.connectors.discord_noted import Noted
from listener.connectors.discord_place import Place
from listener.connectors.discord_post import CHANNELS, PLATFORM, Reader
from listener.connectors.discord_rooms import Rooms
from store.records import Deletion, Post

if TYPE_CHECKING:
    import discord

QUEUE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Event:
    """A message, an edit, or something that went; `channel_id` where the cursor follows it."""

    channel_id: int | None = None
    message_id: int = 0
    post: Post | None = None
    reject: Reject | None = None
    gone: Deletion | None = None


class Ears:
    """The handlers of a client. Each does its work before it first waits: so the order stays."""

    def __init__(self, access: Access, rooms: Rooms, place: Place, queue: int) -> None:
        self.connected = asyncio.Event()
        self.stirred = asyncio.Event()
        self.turned = asyncio.Event()
        self.unread: list[Unread] = []
        self.trouble = "Discord: the gateway has not answered yet"
        self._access = access
        self._rooms = rooms
        self._place = place
        self._most = queue
        self._events: deque[Event] = deque()
        self._room = asyncio.Event()
        self._is_surveyed = False

    def __len__(self) -> int:
        return len(self._events)

    def listen(self, client: "discord.Client", reader: Reader, noted: Noted) -> None:
        """Go on with this client, logged in and not yet connected."""
        self._client, self._reader, self._noted = client, reader, noted
        for handler in (
            self.on_connect,
            self.on_ready,
            self.on_resumed,
            self.on_disconnect,
            self.on_guild_available,
            self.on_guild_join,
            self.on_message,
            self.on_raw_message_edit,
            self.on_raw_message_delete,
            self.on_raw_bulk_message_delete,
            self.on_raw_thread_delete,
            self.on_guild_channel_delete,
        ):
            client.event(handler)

    @property
    def hears_every_server(self) -> bool:
        """Whether none is still to come, and none is out of order."""
        return not any(guild.unavailable for guild in self._client.guilds)

    def drain(self, most: int) -> Iterator[Event]:
        """Take what waits, the oldest first."""
        for _ in range(min(most, len(self._events))):
            yield self._events.popleft()
        self._room.set()

    async def on_connect(self) -> None:
        """A new session: what came since the last is in the history alone."""
        self._is_surveyed = False

    async def on_ready(self) -> None:
        """The servers are known."""
        for guild in self._client.guilds:
            self._survey(guild)
        if not self._client.guilds:
            self.unread.append(Unread("Discord", _invitation(self._client)))
        self._is_surveyed = True
        self._go_on()

    async def on_resumed(self) -> None:
        """The session goes on; what was missed has been sent."""
        if self._is_surveyed:
            self._go_on()

    async def on_disconnect(self) -> None:
        """The connection broke; discord.py makes another."""
        self.trouble = "Discord: the gateway's connection broke"
        self.connected.clear()

    async def on_guild_available(self, guild: "discord.Guild") -> None:
        """A server came late, or is back after an outage."""
        if self._is_surveyed:
            self._survey(guild)
            self.stirred.set()

    async def on_guild_join(self, guild: "discord.Guild") -> None:
        """The bot was invited."""
        await self.on_guild_available(guild)

    async def on_message(self, message: "discord.Message") -> None:
        """Somebody wrote."""
        room = message.channel
        is_known = hasattr(room, "name")
        if message.guild is None or (is_known and not self._rooms.wants(room)):
            return
        is_caught_up = self._is_surveyed and is_known and room.id not in self._rooms.behind
        if is_caught_up and len(self._events) < self._most:
            self._events.append(self._read(message))
        else:
            self._rooms.fall_behind(room.id)
        self.stirred.set()

    async def on_raw_message_edit(self, payload: "discord.RawMessageUpdateEvent") -> None:
        """A message changed; without a time of editing it is a preview that was added to it."""
        message = payload.message
        if message.edited_at is not None and self._rooms.wants(message.channel):
            await self._put(replace(self._read(message), channel_id=None))

    async def on_raw_message_delete(self, payload: "discord.RawMessageDeleteEvent") -> None:
        """A message was deleted."""
        await self._lose([payload.message_id])

    async def on_raw_bulk_message_delete(
        self, payload: "discord.RawBulkMessageDeleteEvent"
    ) -> None:
        """A moderator deleted many."""
        await self._lose(sorted(payload.message_ids))

    async def on_raw_thread_delete(self, payload: "discord.RawThreadDeleteEvent") -> None:
        """A thread was deleted; of its messages Discord names none."""
        await self._lose_room(payload.guild_id, payload.thread_id)

    async def on_guild_channel_delete(self, channel: "discord.abc.GuildChannel") -> None:
        """A channel was deleted; its open threads are told of one by one."""
        await self._lose_room(channel.guild.id, channel.id)

    def _go_on(self) -> None:
        self.connected.set()
        self.turned.set()
        self.stirred.set()

    def _survey(self, guild: "discord.Guild") -> None:
        if guild.unavailable:
            self.unread.append(Unread(guild.name, "Discord says that the server is unavailable"))
        else:
            self.unread += self._rooms.survey(guild, self._place)

    def _read(self, message: "discord.Message") -> Event:
        post, reject = None, None
        try:
            post = self._reader.read(message)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raw = {"channel_id": str(message.channel.id), "id": str(message.id)}
            reject = Reject(message.id, type(error).__name__, json.dumps(raw))
        return Event(message.channel.id, message.id, post, reject)

    async def _lose(self, ids: Sequence[int]) -> None:
        for id_ in ids:
            await self._put(Event(gone=self.lost(id_)))

    async def _lose_room(self, guild_id: int, channel_id: int) -> None:
        self._rooms.behind.pop(channel_id, None)
        self._rooms.shelves.pop(channel_id, None)
        cached = self._client.cached_messages
        self._noted.forget([str(one.id) for one in cached if one.channel.id == channel_id])
        link = f"{CHANNELS}/{guild_id}/{channel_id}"
        self._noted.forget_within(link)
        await self._put(Event(gone=Deletion(PLATFORM, self._access.now(), "event", within=link)))

    def lost(self, id_: int, rule: str = "event") -> Deletion:
        """A message went, and what people said of it goes with it."""
        self._noted.forget([str(id_)])
        return Deletion(PLATFORM, self._access.now(), rule, platform_id=str(id_))

    async def _put(self, event: Event) -> None:
        """Queue what no history tells: with the queue full, it waits for room."""
        while len(self._events) >= self._most:
            self._room.clear()
            await self._room.wait()
        self._events.append(event)
        self.stirred.set()


def _invitation(client: "discord.Client") -> str:
    import discord

    may = discord.Permissions(view_channel=True, read_message_history=True)
    scopes = ("bot", "applications.commands")
    url = discord.utils.oauth_url(client.application_id or 0, permissions=may, scopes=scopes)
    return f"the bot is in no server yet; somebody with Manage Server can invite it: {url}"
