"""Look again at known messages of Discord: a page tells of up to a hundred that lie close."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from listener.connectors import Held, Standing
from listener.connectors.discord_failure import failures
from listener.connectors.discord_history import History
from store.records import Post

if TYPE_CHECKING:
    from discord.abc import MessageableChannel

LINK: Final = re.compile(r"/channels/\d+/(?P<channel>\d+)(?:/(?P<message>\d+))?$")
_UNKNOWN_CHANNEL: Final = 10003
_UNKNOWN_MESSAGE: Final = 10008


@dataclass(slots=True)
class _Place:
    """What is asked for in one channel, the oldest first; what is told leaves it."""

    edited_at: dict[int, datetime | None] = field(default_factory=dict)
    messages: list[int] = field(default_factory=list)
    commands: list[int] = field(default_factory=list)
    """What was told by a command was never a message: it stands as long as its channel."""


@dataclass(slots=True)
class _Told:
    posts: list[Post] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)


async def second_look(history: History, known: Sequence[Held]) -> Standing:
    """Which of the messages stand, with those that were edited as they read now.

    Where the bot may not read, nothing is told. After a failure, what was told before it is kept;
    where nothing was, it is raised: one of `failures`.
    """
    import discord

    told = _Told()
    for channel_id, place in _places(known).items():
        try:
            await _look_in(history, channel_id, place, told)
        except discord.Forbidden:
            continue
        except discord.NotFound as error:
            if error.code == _UNKNOWN_CHANNEL:
                told.gone += place.messages + place.commands
        except failures():
            if told == _Told():
                raise
            break
    return Standing(told.posts, list(map(str, told.gone)), list(map(str, told.unchanged)))


async def _look_in(history: History, channel_id: int, place: _Place, told: _Told) -> None:
    room = await history.room(channel_id)
    told.unchanged += place.commands
    place.commands = []
    what = f"known messages of channel {channel_id}"
    while place.messages:
        first = place.messages[0]
        page = await history.page(room, what, edited=True, after=first - 1)
        if page.newest < first:
            # Nothing at all is what is sent, too, where the bot may no longer read.
            if await _is_gone(history, room, first, what):
                told.gone += place.messages
            return
        here = [number for number in place.messages if number <= page.newest]
        place.messages = place.messages[len(here) :]
        edited = {int(post.platform_id): post for post in page.posts if _is_news(post, place)}
        told.gone += [number for number in here if number not in page.ids]
        told.posts += [edited[number] for number in here if number in edited]
        told.unchanged += [number for number in here if number in page.ids - edited.keys()]


def _is_news(post: Post, place: _Place) -> bool:
    """Whether it was edited after what we hold; the same words may be written with other names."""
    held = place.edited_at.get(int(post.platform_id))
    return held is None or (post.edited_at is not None and post.edited_at > held)


async def _is_gone(
    history: History, room: "MessageableChannel", message_id: int, what: str
) -> bool:
    """Whether Discord says so of this one message. Raises discord.Forbidden."""
    import discord

    try:
        await history.one(room, message_id, what)
    except discord.NotFound as error:
        if error.code != _UNKNOWN_MESSAGE:
            raise
        return True
    return False


def _places(known: Sequence[Held]) -> dict[int, _Place]:
    """By channel; what has no link to a message of Discord is left out."""
    places: dict[int, _Place] = {}
    for one in sorted(known, key=lambda one: (len(one.platform_id), one.platform_id)):
        link = LINK.search(one.url or "")
        if link is None or not one.platform_id.isdecimal():
            continue
        place = places.setdefault(int(link["channel"]), _Place())
        asked = place.messages if link["message"] else place.commands
        asked.append(int(one.platform_id))
        place.edited_at[int(one.platform_id)] = one.edited_at
    return places
