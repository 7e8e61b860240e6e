"""What people can tell Laurels in Discord by a command; it works without reading messages.

Each is kept on disk and then acknowledged, to that person alone.
"""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from listener.connectors.discord_hearing import Hearing
from listener.connectors.discord_post import CHANNELS, PLATFORM, place, referenced, replied_to
from store.records import Author, Kind, Post

if TYPE_CHECKING:
    import discord
    from discord import app_commands

    Told: TypeAlias = discord.Interaction[discord.Client]

_LONGEST_REASON: Final = 500
_LOOK_UP: Final = 1.5
"""Seconds to look who was replied to; Discord waits three for an answer."""

ON = (
    "Scoring is **on** in this server. From what is said here, from /thank and from “Mark as "
    "helpful”, Laurels keeps track of who helps whom and with what. That can earn people points "
    "and a place on a leaderboard. Please tell your members. It counts from now on; "
    "`/laurels scoring off` ends it."
)
OFF = (
    "Scoring is **off** in this server. Nobody is ranked and nobody earns points here. Laurels may "
    "still read what it is allowed to see, to notice questions and thanks. "
    "`/laurels scoring on` changes that."
)
NOT_YOURS = "Only members with Manage Server can change that."
UNSCORED = " Scoring is off in this server, so it earns no points."
SORRY = "Sorry, that could not be kept. Please try again later."
OWN_MESSAGE = "That is your own message. Let somebody else find it helpful."
OWN_THANKS = "Thanking yourself does not count, however well deserved."
OF_A_BOT = "That is a bot. Only people can be thanked here."
NO_WORDS = "There is nothing in that message that can be marked."
ELSEWHERE = "Laurels does not listen in this channel."


def add_commands(tree: "app_commands.CommandTree[discord.Client]", hearing: Hearing) -> None:
    """The commands of the application."""
    import discord
    from discord import app_commands

    @tree.command(name="thank", description="Thank somebody who helped you")
    @app_commands.guild_only()
    @app_commands.describe(member="Who helped you?", reason="With what? A few words are enough")
    async def thank(
        told: discord.Interaction,
        member: discord.Member,
        reason: app_commands.Range[str, 1, _LONGEST_REASON] | None = None,
    ) -> None:
        await _answer(told, _thank(hearing, told, member, reason))

    @tree.context_menu(name="Mark as helpful")
    @app_commands.guild_only()
    async def mark(told: discord.Interaction, message: discord.Message) -> None:
        await _answer(told, await _mark(hearing, told, message))

    laurels = app_commands.Group(
        name="laurels",
        description="Settings of Laurels in this server",
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
    )

    @laurels.command(name="scoring", description="Whether helping here earns points")
    @app_commands.describe(choice="on, off, or status to see how it is")
    async def scoring(told: discord.Interaction, choice: Literal["on", "off", "status"]) -> None:
        await _answer(told, _scoring(hearing, told, choice))

    tree.add_command(laurels)


async def _answer(told: "Told", words: str) -> None:
    import discord

    try:
        await told.response.send_message(
            words, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
        )
    except (discord.HTTPException, OSError):
        return  # it is kept; only the acknowledgement is lost


def _scoring(hearing: Hearing, told: "Told", choice: str) -> str:
    guild = told.guild_id
    if guild is None or not told.permissions.manage_guild:
        return NOT_YOURS
    if choice != "status":
        try:
            hearing.noted.set_scoring(guild, choice == "on")
        except OSError:
            return SORRY
    return ON if hearing.noted.is_scored(guild) else OFF


def _thank(hearing: Hearing, told: "Told", member: "discord.Member", reason: str | None) -> str:
    if told.channel is None or not hearing.rooms.wants(told.channel):
        return ELSEWHERE
    if member.id == told.user.id:
        return OWN_THANKS
    if member.bot:
        return OF_A_BOT
    post = _thanks(hearing, told, member, reason)
    words = f"Noted: you thanked {member.display_name}."
    return _kept(hearing, post, words)


def _thanks(hearing: Hearing, told: "Told", member: "discord.Member", reason: str | None) -> Post:
    """The command as a post: its name says thank you, and to whom."""
    import discord

    channel = told.channel
    text = f"Thank you @{member.display_name}" + (f": {reason}" if reason else "!")
    who = told.user
    is_staff = hearing.reader.is_staff(who)
    author = Author(str(who.id), who.name, who.display_name, is_staff=is_staff)
    return Post(
        platform=PLATFORM,
        platform_id=str(told.id),
        kind=Kind.MESSAGE,
        author=author,
        created_at=told.created_at,
        text=text,
        thread_id=str(channel.id) if isinstance(channel, discord.Thread) else None,
        channel=place(channel),
        addressed=(str(member.id),),
        url=f"{CHANNELS}/{told.guild_id}/{told.channel_id}",
        unscored=not hearing.noted.is_scored(told.guild_id or 0),
    )


async def _mark(hearing: Hearing, told: "Told", message: "discord.Message") -> str:
    if not hearing.rooms.wants(message.channel):
        return ELSEWHERE
    if message.author.id == told.user.id:
        return OWN_MESSAGE
    if message.author.bot or message.webhook_id:
        return OF_A_BOT
    post = hearing.reader.read(message, given=True)
    if post is None:
        return NO_WORDS
    asker = await _has_asked(told, message)
    is_marked, marks = hearing.noted.mark(message.id, told.user.id, asker=asker)
    post = replace(post, score=len(marks.by), accepted=marks.asker)
    name = message.author.display_name
    if not is_marked:
        words = f"Noted: your mark on {name}’s message is taken back."
    elif asker:
        words = f"Noted: {name}’s message answered your question. Do it again to take it back."
    else:
        words = f"Noted: you found {name}’s message helpful. Do it again to take it back."
    told_us = _kept(hearing, post, words)
    if told_us == SORRY:
        hearing.noted.mark(message.id, told.user.id, asker=asker)
    return told_us


async def _has_asked(told: "Told", message: "discord.Message") -> bool:
    """Whether the person opened the thread, or wrote what the message replies to."""
    import discord

    channel = message.channel
    if isinstance(channel, discord.Thread) and channel.owner_id == told.user.id:
        return True
    replied = replied_to(message)
    if replied is None:
        return False
    asked = referenced(message)
    try:
        async with asyncio.timeout(_LOOK_UP):
            asked = asked or await channel.fetch_message(replied)
    except (discord.HTTPException, OSError, TimeoutError):
        return False
    return asked.author.id == told.user.id


def _kept(hearing: Hearing, post: Post, words: str) -> str:
    try:
        hearing.say(post)
    except OSError:
        return SORRY
    return words + (UNSCORED if post.unscored else "")
