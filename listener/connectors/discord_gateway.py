"""Run discord.py's event loop in a thread of its own, and start it anew when it dies."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from listener.connectors import Access, ConnectorError, Unread
from listener.connectors.discord_commands import add_commands
from listener.connectors.discord_failure import failure_of
from listener.connectors.discord_hearing import Hearing
from listener.connectors.discord_noted import Noted
from listener.connectors.discord_post import Reader
from listener.connectors.discord_recent import Recent
from listener.limits import backoff

if TYPE_CHECKING:
    import discord

T = TypeVar("T")
TOKEN_NAME: Final = "LAURELS_DISCORD_TOKEN"  # noqa: S105 - a name
_CLOSING: Final = 2.0
_GUILDS_WITHIN: Final = 0.3
"""Seconds without another server after which those that came are all; late ones are read too."""
_LONGEST_PAUSE: Final = 60.0
_LOOKS: Final = 3


@dataclass(frozen=True, slots=True)
class Setup:
    """What of the options a client needs to know."""

    message_content: bool = False
    staff_roles: frozenset[str] = frozenset()


class Seam:
    """Points discord.py, which knows one address for all clients, at another server for a while."""

    _lock: ClassVar[threading.Lock] = threading.Lock()
    _users: ClassVar[int] = 0
    _own: ClassVar[tuple[str, Any]]
    _base: ClassVar[str | None] = None

    @classmethod
    def take(cls, base: str) -> None:
        """Use this address. Raises ConnectorError while another one is in use."""
        from discord.gateway import DiscordWebSocket
        from discord.http import Route

        with cls._lock:
            if cls._users and cls._base != base:
                raise ConnectorError(
                    "Discord: two sources with different base_url cannot run in one process; give "
                    "them the same, or run them apart",
                    permanent=True,
                )
            if not cls._users:
                cls._own = (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY)
            cls._users, cls._base, Route.BASE = cls._users + 1, base, base

    @classmethod
    def give_back(cls) -> None:
        """Done with the other address."""
        from discord.gateway import DiscordWebSocket
        from discord.http import Route

        with cls._lock:
            cls._users -= 1
            if not cls._users:
                Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = cls._own


class Gateway:
    """A client that is kept running. `ask` runs something beside it."""

    silence: ClassVar[float] = 60.0
    """Seconds after which a connection that brings nothing is dead."""
    looks_every: ClassVar[float] = 60.0
    """Seconds between two looks whether the client is connected."""

    def __init__(self, hearing: Hearing, access: Access, setup: Setup) -> None:
        self._hearing = hearing
        self._access = access
        self._setup = setup
        self._base = access.base_url.rstrip("/") if access.base_url else None
        if self._base:
            Seam.take(self._base)
        self._stopped = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="discord", daemon=True)
        self._thread.start()

    def ask(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run something in the client's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        """Disconnect and end the thread."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        if self._base:
            Seam.give_back()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._until_stopped())

    async def _until_stopped(self) -> None:
        # Nothing is cancelled here: a client that is just being closed must get through with it.
        await self._keep_running()
        await self._stopped.wait()
        self._hearing.close()

    async def _keep_running(self) -> None:
        failures = 0
        while self._hearing.refused is None and not self._stopped.is_set():
            begun = self._loop.time()
            error = await self._one_client()
            was_well = self._loop.time() - begun > _LONGEST_PAUSE
            failures = 1 if was_well or self._hearing.ears.connected.is_set() else failures + 1
            failure = failure_of(error, "connecting to the gateway")
            wait = failure.retry_after or min(backoff(failures, 1.0), _LONGEST_PAUSE)
            self._hearing.lose(failure, wait)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), wait)

    async def _one_client(self) -> BaseException:
        """Run a client until it dies; why it did."""
        client = client_of(self._setup, self.silence)
        equip(client, self._hearing, self._access, self._setup)
        task = asyncio.create_task(self._connect(client))
        await self._watch(task)
        task.cancel()
        await asyncio.wait({task})
        await self._close(client)
        error = None if task.cancelled() else task.exception()
        return error or ConnectionError("the gateway did not come back")

    async def _watch(self, task: asyncio.Task[None]) -> None:
        """Wait until the client dies or is to stop, or until its session is over anyway.

        discord.py waits up to 17 minutes between two tries.
        """
        looks, stop = 0, asyncio.create_task(self._stopped.wait())
        while not task.done() and not stop.done() and looks < _LOOKS:
            first = asyncio.FIRST_COMPLETED
            await asyncio.wait({task, stop}, timeout=self.looks_every, return_when=first)
            looks = 0 if self._hearing.ears.connected.is_set() else looks + 1
        stop.cancel()

    async def _connect(self, client: "discord.Client") -> None:
        from discord.gateway import DiscordWebSocket
        from discord.http import Route
        from yarl import URL

        async with asyncio.timeout(2 * self._access.timeout):
            await client.login(self._access.secrets[TOKEN_NAME])
            if self._base:
                found = await client.http.request(Route("GET", "/gateway"))
                DiscordWebSocket.DEFAULT_GATEWAY = URL(found["url"])
        await client.connect()

    async def _close(self, client: "discord.Client") -> None:
        # discord.py leaves it waiting for servers, and it fails without its client.
        if (ready := client._connection._ready_task) is not None:
            ready.cancel()
        try:
            async with asyncio.timeout(_CLOSING):
                await self._hang_up()
                await client.close()
        except TimeoutError:
            await client.http.close()

    async def _hang_up(self) -> None:
        """End connections; of one under way, which waits to identify, only its thread knows."""
        from discord.gateway import KeepAliveHandler

        for thread in threading.enumerate():
            if isinstance(thread, KeepAliveHandler) and thread.ws.loop is self._loop:
                thread.stop()
                await thread.ws.socket.close(code=1000)


def client_of(setup: Setup, silence: float) -> "discord.Client":
    """A client that asks for no more than it needs, and remembers no members."""
    import discord

    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nothing speaks here
    intents = discord.Intents.none()
    intents.guilds = intents.guild_messages = True
    intents.message_content = setup.message_content
    return discord.Client(
        intents=intents,
        allowed_mentions=discord.AllowedMentions.none(),
        chunk_guilds_at_startup=False,
        guild_ready_timeout=_GUILDS_WITHIN,
        heartbeat_timeout=silence,
        member_cache_flags=discord.MemberCacheFlags.none(),
    )


def equip(client: "discord.Client", hearing: Hearing, access: Access, setup: Setup) -> None:
    """Have the client tell what it hears, and offer the commands, once it is logged in."""

    async def setup_hook() -> None:
        own_id = client.user.id if client.user else 0
        folder = access.folder / "discord"
        noted = Noted(folder / f"{own_id}.json", hearing.place.said)
        reader = Reader(own_id, noted.is_scored, setup.message_content, setup.staff_roles)
        hearing.take_up(client, reader, noted, Recent(folder / f"{own_id}-recent.json"))
        if reason := await _offered(client, hearing):
            hearing.ears.unread.append(Unread("the bot's commands", reason))

    client.event(setup_hook)


async def _offered(client: "discord.Client", hearing: Hearing) -> str | None:
    """Offer the commands; why nobody can use them, if so."""
    import discord
    from discord import app_commands

    tree = app_commands.CommandTree(client)
    add_commands(tree, hearing)
    try:
        await tree.sync()
    except (discord.Forbidden, app_commands.CommandSyncFailure) as error:
        return f"Discord refuses them (HTTP {error.status})"
    if client.application is not None and client.application.interactions_endpoint_url:
        return (
            "they go to the Interactions Endpoint URL set in the Developer Portal: remove it there"
        )
    return None
