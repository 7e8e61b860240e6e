"""Discord channels as DiscordChatExporter writes them in JSON: one file a channel or thread.

Fields as in its ``DiscordChatExporter.Core/Exporting/JsonMessageWriter.cs`` (version 2.4x), kinds
as in ``Discord/Data/ChannelKind.cs`` and ``MessageKind.cs``. Posts read as those of the live
connector do, so that what one heard the other does not add.
"""

import io
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from mimetypes import guess_type
from typing import Any, ClassVar, Final

from listener.connectors import ConnectorError
from listener.history import Format, Mark
from listener.history.detect import parts_of
from listener.history.elements import Elements, Value, objects, text, text_maybe
from listener.history.files import Files
from listener.history.lines import BadLine
from listener.history.moments import BadMoment, from_text, from_text_maybe
from store.records import Author, Kind, Post

_HEAD: Final = 2**18
_THREADS: Final = frozenset({"GuildNewsThread", "GuildPublicThread", "GuildPrivateThread"})
_PRIVATE: Final = frozenset({"DirectTextChat", "DirectGroupTextChat"})
_SAID: Final = frozenset({"Default", "Reply"})
_MEDIA: Final = ("image", "video", "audio")
_MENTION: Final = re.compile(r"<@!?(\d+)>")
_ROOTS: Final = 20_000


class DiscordExport:
    """One exported channel, or a folder of them; other files beside them are passed over."""

    by_lines: ClassVar[bool] = False

    def __init__(self, files: Files, site: str | None = None) -> None:
        self._files = files
        self.parts: Sequence[str] = parts_of(files, Format.DISCORD)

    def read(self, part: str, mark: Mark) -> Elements:
        """Open one of the channels after the mark."""
        channel = _Channel.of(self._files.head(part, _HEAD))
        if channel is None:
            shown = self._files.shown(part)
            raise ConnectorError(
                f"{shown}: no guild and channel at its beginning; export it again as JSON",
                permanent=True,
            )
        return Elements(self._files.open(part), mark, "messages.item", channel.parse)

    def close(self) -> None:
        """Nothing was gathered."""


@dataclass(slots=True)
class _Channel:
    """Where the messages of a file stand."""

    guild: Value
    channel: Value
    is_forum: bool
    """Its first message is the post that the others answer."""
    _roots: OrderedDict[str, str] = field(default_factory=OrderedDict)

    @classmethod
    def of(cls, head: bytes) -> "_Channel | None":
        guild, channel = _first(head, "guild"), _first(head, "channel")
        if not isinstance(guild, Mapping) or not isinstance(channel, Mapping):
            return None
        first = _first(head, "messages.item.id")
        is_thread = channel.get("type") in _THREADS
        return cls(guild, channel, is_thread and first is not None and first == channel.get("id"))

    def parse(self, message: Value) -> Post | None:
        """A message to a post; None for what the platform says and for talk between two."""
        if message.get("type") not in _SAID or self.channel.get("type") in _PRIVATE:
            return None
        id_ = text(message, "id")
        words, media = _words(message), _media(message)
        if not words.strip() and not media:
            return None
        replied = _replied(message)
        kind, title, thread, parent = self._place(id_, replied)
        return Post(
            platform="discord",
            platform_id=id_,
            kind=kind,
            author=_author(message),
            created_at=_created(message),
            text=words,
            title=title,
            thread_id=thread,
            parent_id=parent,
            channel=self._shown(),
            addressed=tuple(dict.fromkeys(str(one.get("id")) for one in _mentioned(message))),
            media=media,
            url=f"https://discord.com/channels/{self.guild.get('id')}/{self.channel.get('id')}/{id_}",
            edited_at=from_text_maybe(message.get("timestampEdited")),
            unscored=True,
        )

    def _place(
        self, id_: str, replied: str | None
    ) -> tuple[Kind, str | None, str | None, str | None]:
        """Kind, title, thread and parent."""
        if self.channel.get("type") not in _THREADS:
            return Kind.MESSAGE, None, self._root(id_, replied), replied
        thread = text_maybe(self.channel, "id")
        if not self.is_forum:
            return Kind.MESSAGE, None, thread, replied
        if id_ == thread:
            return Kind.POST, text_maybe(self.channel, "name"), thread, None
        parent = replied or thread
        return Kind.ANSWER if parent == thread else Kind.COMMENT, None, thread, parent

    def _root(self, id_: str, replied: str | None) -> str | None:
        """The first message of a chain of replies, as far back as it is remembered."""
        if replied is None:
            return None
        root = self._roots.get(replied, replied)
        self._roots[id_] = root
        if len(self._roots) > _ROOTS:
            self._roots.popitem(last=False)
        return root

    def _shown(self) -> str:
        """The guild and the channel, of a thread the channel that it is in."""
        name = "category" if self.channel.get("type") in _THREADS else "name"
        return f"{self.guild.get('name')} #{self.channel.get(name)}"


def _first(head: bytes, place: str) -> Any:
    import ijson  # type: ignore[import-untyped] # it has no types

    try:
        return next(ijson.items(io.BytesIO(head), place), None)
    except ijson.JSONError:
        return None


def _author(message: Value) -> Author:
    who = message.get("author")
    if not isinstance(who, Mapping):
        raise BadLine("author: missing")
    return Author(
        platform_id=text(who, "id"),
        handle=text(who, "name"),
        name=text_maybe(who, "nickname"),
        is_bot=who.get("isBot") is True,
    )


def _created(message: Value) -> Any:
    try:
        return from_text(message.get("timestamp"))
    except BadMoment as error:
        raise BadLine(f"timestamp: {error}") from None


def _words(message: Value) -> str:
    """The text; mentions are names already unless the export was told to leave them as ids."""
    found = message.get("content")
    if not isinstance(found, str):
        raise BadLine("content: expected text, which may be empty")
    if "<@" not in found:
        return found
    names = {
        str(one.get("id")): one.get("nickname") or one.get("name") for one in _mentioned(message)
    }
    return _MENTION.sub(lambda at: f"@{names[at[1]]}" if names.get(at[1]) else at[0], found)


def _mentioned(message: Value) -> list[Value]:
    return objects(message.get("mentions"))


def _media(message: Value) -> tuple[str, ...]:
    names = [str(one.get("fileName")) for one in objects(message.get("attachments"))]
    kinds = [(guess_type(name)[0] or "").partition("/")[0] for name in names]
    return tuple(kind if kind in _MEDIA else "file" for kind in kinds)


def _replied(message: Value) -> str | None:
    """What it replies to; a forwarded message is no reply."""
    reference = message.get("reference")
    if message.get("type") != "Reply" or not isinstance(reference, Mapping):
        return None
    return text_maybe(reference, "messageId")
