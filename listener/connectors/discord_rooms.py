"""Which channels and threads of Discord are read, and which are behind."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from listener.connectors import Unread
from listener.connectors.discord_place import Place

if TYPE_CHECKING:
    import discord
    from discord.abc import GuildChannel, MessageableChannel


@dataclass(slots=True)
class Behind:
    """A channel with history to read."""

    room: "MessageableChannel | None" = None
    has_news: bool = False
    """A message came after the last page was asked for."""
    look_back: bool = False
    """Edits and deletions may have been missed."""


@dataclass(slots=True)
class Shelf:
    """A channel whose archived threads are to be listed; `before` is where the list goes on."""

    parent: "discord.TextChannel | discord.ForumChannel"
    before: str | None = None


@dataclass(slots=True)
class Rooms:
    """The rooms that are wanted, by name or id; empty is all that the bot may read."""

    guilds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    behind: dict[int, Behind] = field(default_factory=dict)
    shelves: dict[int, Shelf] = field(default_factory=dict)

    def wants_guild(self, guild: "discord.Guild") -> bool:
        """Whether the guild is among those named."""
        return _is_named(self.guilds, guild.name, guild.id)

    def wants(self, room: object) -> bool:
        """Whether a channel, or the channel that a thread is in, is among those named."""
        guild = getattr(room, "guild", None)
        if guild is None or not self.wants_guild(guild):
            return False
        parent = getattr(room, "parent", None) or room
        name, id_ = getattr(parent, "name", None), getattr(parent, "id", 0)
        return not self.channels or (name is not None and _is_named(self.channels, name, id_))

    def fall_behind(self, channel_id: int, room: "MessageableChannel | None" = None) -> None:
        """A message came that is left to the channel's history."""
        self.behind.setdefault(channel_id, Behind(room)).has_news = True

    def survey(self, guild: "discord.Guild", place: Place) -> Iterator[Unread]:
        """Find what is to be read after the place; yields what the bot may not read."""
        import discord

        for channel in guild.channels:
            if isinstance(channel, discord.CategoryChannel) or not self.wants(channel):
                continue
            if reason := _barred(channel):
                yield Unread(f"{guild.name} #{channel.name}", reason)
                continue
            if isinstance(channel, discord.TextChannel | discord.ForumChannel):
                self.shelves[channel.id] = Shelf(channel)
            if not isinstance(channel, discord.ForumChannel):
                self.mark(channel, channel.last_message_id, place)
        for thread in guild.threads:
            if self.wants(thread) and thread.parent and not _barred(thread.parent):
                self.mark(thread, thread.last_message_id, place)

    def mark(self, room: "MessageableChannel", last: int | None, place: Place) -> None:
        """Note a room as behind where its last message is news, or was heard not long ago."""
        has_news = last is None or last > place.after(room.id)
        is_known = room.id in place.heard
        if has_news or is_known:
            found = self.behind.setdefault(room.id, Behind())
            found.room, found.look_back = room, is_known
            found.has_news |= has_news


def _barred(channel: "GuildChannel") -> str | None:
    """Why the bot cannot read a channel."""
    may = channel.permissions_for(channel.guild.me)
    if not may.view_channel:
        return "the bot may not see it; give it View Channel there, or leave it at that"
    if not may.read_message_history:
        return "the bot hears only what is said while it runs; give it Read Message History there"
    return None


def _is_named(names: tuple[str, ...], name: str, id_: int) -> bool:
    wanted = {one.lstrip("#").casefold() for one in names}
    return not wanted or name.casefold() in wanted or str(id_) in wanted
