"""Read a Discord message as a post: what it says, where, and what it answers."""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from store.records import Author, Kind, Post

if TYPE_CHECKING:
    import discord
    from discord.abc import MessageableChannel

PLATFORM: Final = "discord"
CHANNELS: Final = "https://discord.com/channels"
"""What every link of a message begins with."""
_EPOCH_MS: Final = 1_420_070_400_000
_ROOTS: Final = 20_000
_MENTION: Final = re.compile(r"<(@!?|@&|#|a?:)(\w+)(?::\d+)?>")
_MEDIA: Final = ("image", "video", "audio")
_Part: TypeAlias = tuple[Kind, str | None, int | None, tuple[str, ...]]


def snowflake(at: datetime) -> int:
    """The smallest id of that moment; Discord's ids hold milliseconds since 2015."""
    return max(0, int(at.timestamp() * 1000) - _EPOCH_MS) << 22


def moment(id_: int) -> datetime:
    """When an id was made."""
    return datetime.fromtimestamp(((id_ >> 22) + _EPOCH_MS) / 1000, UTC)


@dataclass(slots=True)
class Reader:
    """Turns messages into posts. `scored` tells whether a guild agreed to scoring."""

    own_id: int
    scored: Callable[[int], bool]
    reads_all: bool = True
    """Whether messages that are not meant for us may be read, too."""
    staff_roles: frozenset[str] = frozenset()
    _roots: OrderedDict[int, int] = field(default_factory=OrderedDict)

    def read(self, message: "discord.Message", *, given: bool = False) -> Post | None:
        """The post; None for what the platform itself says and for what has no words for us.

        `given`: somebody handed us the message by a command.
        """
        import discord

        if message.guild is None or message.type not in (
            discord.MessageType.default,
            discord.MessageType.reply,
        ):
            return None
        if not (self.reads_all or given or self._is_for_us(message)):
            return None
        text = self.words(message)
        media = tuple(media_kind(one.content_type) for one in message.attachments)
        if not text.strip() and not media:
            return None
        replied = replied_to(message)
        thread, starter = _thread(message.channel, message.id)
        if thread is None:
            root = self._root(message, replied)
            kind, title, parent, tags = _in_chat(replied)
        else:
            root, (kind, title, parent, tags) = thread.id, _in_thread(thread, starter, replied)
        return Post(
            platform=PLATFORM,
            platform_id=str(message.id),
            kind=kind,
            author=self.author(message),
            created_at=message.created_at,
            text=text,
            title=title,
            thread_id=None if root is None else str(root),
            parent_id=None if parent is None else str(parent),
            channel=place(message.channel),
            addressed=tuple(dict.fromkeys(str(one.id) for one in message.mentions)),
            media=media,
            tags=tags,
            url=message.jump_url,
            edited_at=message.edited_at,
            unscored=not self.scored(message.guild.id),
        )

    def _is_for_us(self, message: "discord.Message") -> bool:
        return message.author.id == self.own_id or self.own_id in (
            one.id for one in message.mentions
        )

    def author(self, message: "discord.Message") -> Author:
        """Who wrote it, as Discord names them."""
        who = message.author
        return Author(
            platform_id=str(who.id),
            handle=who.name,
            name=who.display_name,
            is_bot=who.bot or message.webhook_id is not None,
            is_staff=self.is_staff(who),
            is_own=who.id == self.own_id,
        )

    def is_staff(self, who: "discord.abc.User") -> bool:
        """Whether an account has one of the roles of the team, where its roles are known."""
        roles = {word for role in getattr(who, "roles", ()) for word in (role.name, str(role.id))}
        return not self.staff_roles.isdisjoint(roles)

    def words(self, message: "discord.Message") -> str:
        """The text with names in place of ids."""
        people = {str(one.id): one.display_name for one in message.mentions}
        roles = {str(one.id): one.name for one in message.role_mentions}
        channels = {str(one.id): one.name for one in message.channel_mentions}
        return _MENTION.sub(lambda found: _named(found, people, roles, channels), message.content)

    def _root(self, message: "discord.Message", replied: int | None) -> int | None:
        """The first message of a chain of replies, as far back as we have read it."""
        if replied is None:
            return None
        root = self._roots.get(replied)
        if root is None:
            before = referenced(message)
            root = (before and replied_to(before)) or replied
        self._roots[message.id] = root
        if len(self._roots) > _ROOTS:
            self._roots.popitem(last=False)
        return root


def replied_to(message: "discord.Message") -> int | None:
    """The id of the message that it replies to; a forwarded message is no reply."""
    import discord

    reference = message.reference
    if reference is None or reference.type is discord.MessageReferenceType.forward:
        return None
    return reference.message_id


def referenced(message: "discord.Message") -> "discord.Message | None":
    """The message that it replies to, where it came along or is remembered."""
    import discord

    if message.reference is None:
        return None
    for found in (message.reference.resolved, message.reference.cached_message):
        if isinstance(found, discord.Message):
            return found
    return None


def place(channel: object) -> str | None:
    """A name for people: the guild and the channel, or the channel that a thread is in."""
    import discord

    within: object = channel.parent if isinstance(channel, discord.Thread) else channel
    guild, name = getattr(channel, "guild", None), getattr(within, "name", None)
    return f"{guild.name} #{name}" if guild is not None and name else None


def media_kind(content_type: str | None) -> str:
    """What is attached: image, video, audio or file."""
    kind = (content_type or "").partition("/")[0]
    return kind if kind in _MEDIA else "file"


def _thread(channel: "MessageableChannel", message_id: int) -> tuple["discord.Thread | None", bool]:
    import discord

    if not isinstance(channel, discord.Thread):
        return None, False
    return channel, channel.id == message_id


def _in_chat(replied: int | None) -> _Part:
    return Kind.MESSAGE, None, replied, ()


def _in_thread(thread: "discord.Thread", starter: bool, replied: int | None) -> _Part:
    """Kind, title, parent and tags. In a forum, what replies to nobody answers the first post."""
    import discord

    if not isinstance(thread.parent, discord.ForumChannel):
        return _in_chat(replied)
    if starter:
        return Kind.POST, thread.name, None, tuple(tag.name for tag in thread.applied_tags)
    parent = thread.id if replied is None else replied
    return Kind.ANSWER if parent == thread.id else Kind.COMMENT, None, parent, ()


def _named(
    found: re.Match[str],
    people: Mapping[str, str],
    roles: Mapping[str, str],
    channels: Mapping[str, str],
) -> str:
    sign, id_ = found[1], found[2]
    if sign.endswith(":"):
        return f":{id_}:"
    known = roles if sign == "@&" else channels if sign == "#" else people
    return f"{sign[0]}{known[id_]}" if id_ in known else found[0]
