"""A server on SimCord, with the bot and a few people in it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import simcord

from listener.connectors import Access, Batch
from listener.connectors.discord_ears import QUEUE
from listener.connectors.discord_gateway import Setup, client_of, equip
from listener.connectors.discord_hearing import Hearing
from listener.connectors.discord_place import place_of
from listener.connectors.discord_rooms import Rooms
from store.records import Post

LONG_AGO = datetime(2025, 12, 1, tzinfo=UTC)
MARK = "Mark as helpful"


class Stage:
    """A server with a channel, three people and the bot in it."""

    def __init__(self, env: simcord.Env, hearing: Hearing) -> None:
        self.env = env
        self.hearing = hearing
        self.guild = env.create_guild("Acme")
        self.room = self.guild.create_text_channel("general")
        self.ann, self.ben, self.cat = (
            self.guild.add_member(env.create_user(name)) for name in ("ann", "ben", "cat")
        )
        may = discord.Permissions(manage_guild=True)
        chief = self.guild.create_role("Chief", permissions=may)
        self.chief = self.guild.add_member(env.create_user("chief"), roles=[chief])
        self.cursor: str | None = None
        self.batches: list[Batch] = []

    async def heard(self) -> dict[str, Post]:
        """All that a few fetches bring."""
        posts: dict[str, Post] = {}
        for _ in range(20):
            batch = await self.hearing.batch(self.cursor, 0.01)
            self.cursor = batch.cursor
            self.batches.append(batch)
            posts |= {post.platform_id: post for post in batch.posts}
            if batch.exhausted:
                return posts
        raise AssertionError("never exhausted")

    async def mark(self, who: Any, message: discord.Message) -> str:
        """What the person is told, and nobody else."""
        result = await who.context_menu(self.room, MARK, message)
        assert result.ephemeral
        return str(result.response.content)

    async def slash(self, who: Any, name: str, **options: Any) -> str:
        result = await who.slash(self.room, name, **options)
        assert result.ephemeral
        return str(result.response.content)


def play(
    scenes: Callable[[Stage], Awaitable[None]],
    folder: Path,
    *,
    content: bool = False,
    rooms: Rooms | None = None,
    queue: int = QUEUE,
) -> None:
    """Run scenes with a bot that may, or may not, read messages."""

    async def run() -> None:
        access = Access(folder=folder)
        hearing = Hearing(access, rooms or Rooms(), place_of(None, LONG_AGO), None, queue)
        setup = Setup(message_content=content)
        client = client_of(setup, 60.0)
        equip(client, hearing, access, setup)
        intents = discord.Intents.default()
        intents.message_content = content
        async with simcord.run(client, approved_intents=intents) as env:
            await scenes(Stage(env, hearing))

    asyncio.run(run())
