"""What a full queue does with what is heard on Discord."""

import asyncio
from pathlib import Path

import discord

from tests.peers.discord_stage import Stage, play


def test_full_queue_leaves_the_rest_to_history(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        await stage.heard()
        sent = [await stage.ann.send(stage.room, f"number {n}") for n in range(7)]
        assert list(await stage.heard()) == [str(one.id) for one in sent]
        late = await stage.ann.send(stage.room, "and one")
        assert list(await stage.heard()) == [str(late.id)]

    play(scenes, tmp_path, content=True, queue=3)


def test_full_queue_keeps_deletions_waiting(tmp_path: Path) -> None:
    async def scenes(stage: Stage) -> None:
        sent = [await stage.ann.send(stage.room, f"number {n}") for n in range(6)]
        await stage.heard()
        deleting = asyncio.gather(
            *(stage.hearing.ears.on_raw_message_delete(deletion_of(one)) for one in sent)
        )
        for _ in range(3):
            await asyncio.sleep(0)
            await stage.heard()
        await deleting
        await stage.heard()
        gone = [one.platform_id for batch in stage.batches for one in batch.deletions]
        assert gone == [str(one.id) for one in sent]

    play(scenes, tmp_path, content=True, queue=3)


def deletion_of(message: discord.Message) -> discord.RawMessageDeleteEvent:
    told = {"id": str(message.id), "channel_id": str(message.channel.id)}
    return discord.RawMessageDeleteEvent(told)  # type: ignore[arg-type]
