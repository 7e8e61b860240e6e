"""A Slack export: what was said in the public channels of a workspace.

Layout as in https://slack.com/help/articles/220556107-How-to-read-Slack-data-exports; messages as
in https://docs.slack.dev/reference/events/message, their markup as in
https://docs.slack.dev/messaging/formatting-message-text.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar, Final

from listener.connectors import ConnectorError
from listener.history import Mark
from listener.history.elements import Elements, Value, objects, text, text_maybe
from listener.history.files import Files, damage
from listener.history.lines import BadLine
from listener.history.moments import BadMoment, from_seconds, from_seconds_maybe
from store.records import Author, Kind, Post

_SAID: Final = frozenset({None, "bot_message", "me_message", "thread_broadcast", "file_share"})
"""Other kinds of messages are the workspace's own, e.g. that somebody joined."""
_MARKUP: Final = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")
_MEDIA: Final = ("image", "video", "audio")


@dataclass(frozen=True, slots=True)
class _Person:
    handle: str
    name: str | None = None
    is_bot: bool = False


class SlackExport:
    """One export. Private channels and direct messages are left alone where it holds them."""

    by_lines: ClassVar[bool] = False

    def __init__(self, files: Files, site: str | None = None) -> None:
        self._files = files
        self._people: dict[str, _Person] = {}
        self._channels: dict[str, str] = {}
        self._each("users.json", self._meet)
        self._each("org_users.json", self._meet)
        self._each("channels.json", self._find)
        self._by_folder = {name: id_ for id_, name in self._channels.items()}
        self.parts: Sequence[str] = tuple(one for one in files.sizes if self._channel_of(one))

    def read(self, part: str, mark: Mark) -> Elements:
        """Open a channel's day after the mark."""
        id_ = self._channel_of(part) or ""
        return Elements(self._files.open(part), mark, "item", lambda one: self.parse(id_, one))

    def close(self) -> None:
        """Nothing is open."""

    def parse(self, channel: str, message: Value) -> Post | None:
        """A message to a post; None for what the workspace itself says. Raises BadLine."""
        subtype = message.get("subtype")
        if message.get("type", "message") != "message" or subtype not in _SAID:
            return None
        if message.get("hidden") is True:
            return None
        said = text_maybe(message, "text") or ""
        media = _media(message)
        if not said.strip() and not media:
            return None
        ts, thread = text(message, "ts"), text_maybe(message, "thread_ts")
        try:
            created_at = from_seconds(ts)
        except BadMoment as error:
            raise BadLine(f"ts: {error}") from None
        edited = message.get("edited")
        return Post(
            platform="slack",
            platform_id=f"{channel}/{ts}",
            kind=Kind.MESSAGE,
            author=self._author(message),
            created_at=created_at,
            text=self.words(said),
            thread_id=f"{channel}/{thread}" if thread else None,
            parent_id=f"{channel}/{thread}" if thread and thread != ts else None,
            channel=self._channels[channel],
            addressed=_addressed(said),
            media=media,
            edited_at=from_seconds_maybe(edited.get("ts")) if isinstance(edited, Mapping) else None,
        )

    def words(self, said: str) -> str:
        """The text with names in place of ids, links as their words, and entities decoded."""
        plain = _MARKUP.sub(self._named, said) if "<" in said else said
        return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    def _named(self, found: re.Match[str]) -> str:
        sign, id_, label = found[1], found[2], found[3]
        match sign:
            case "@":
                return f"@{self._name(id_) or label or id_}"
            case "#":
                return f"#{self._channels.get(id_) or label or id_}"
            case "!":
                shown = label or id_.partition("^")[0]
                return shown if label else f"@{shown}"
            case _:
                return label or id_.removeprefix("mailto:")

    def _name(self, id_: str) -> str | None:
        person = self._people.get(id_)
        return None if person is None else person.name or person.handle

    def _author(self, message: Value) -> Author:
        id_ = text_maybe(message, "user") or text_maybe(message, "bot_id")
        if id_ is None:
            raise BadLine("user: missing")
        called = text_maybe(message, "username")
        person = self._people.get(id_) or _Person(called or id_, called)
        is_bot = person.is_bot or "bot_id" in message
        return Author(id_, person.handle, person.name or called, is_bot=is_bot)

    def _channel_of(self, name: str) -> str | None:
        """The id of the public channel whose day a file is."""
        path = PurePosixPath(name)
        return self._by_folder.get(path.parent.name) if path.suffix == ".json" else None

    def _meet(self, one: Value) -> None:
        profile = one.get("profile")
        shown = text_maybe(profile, "display_name") if isinstance(profile, Mapping) else None
        if (id_ := text_maybe(one, "id")) and (handle := text_maybe(one, "name")):
            name = shown or text_maybe(one, "real_name")
            self._people[id_] = _Person(handle, name, is_bot=one.get("is_bot") is True)

    def _find(self, one: Value) -> None:
        if (id_ := text_maybe(one, "id")) and (name := text_maybe(one, "name")):
            self._channels[id_] = name

    def _each(self, name: str, do: Callable[[Value], None]) -> None:
        """Go through one of the lists beside the channels, without holding it."""
        found = self._files.named(name)
        if found is None:
            return
        listed = Elements(self._files.open(found), Mark(), "item", do)
        try:
            for _ in listed:
                pass
        except damage() as error:
            shown = self._files.shown(found)
            raise ConnectorError(
                f"{shown}: damaged ({error}); export it again", permanent=True
            ) from error
        finally:
            listed.close()


def _addressed(said: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one[2] for one in _MARKUP.finditer(said) if one[1] == "@"))


def _media(message: Value) -> tuple[str, ...]:
    kinds = [
        str(one.get("mimetype") or "").partition("/")[0] for one in objects(message.get("files"))
    ]
    return tuple(kind if kind in _MEDIA else "file" for kind in kinds)
