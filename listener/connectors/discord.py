"""Discord, over the gateway: the servers that the bot was invited to, their threads and forums."""

from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final, TypeVar

from listener.connectors import (
    Access,
    Batch,
    Bounds,
    Capabilities,
    ConnectorError,
    Deletions,
    Held,
    Standing,
)
from listener.connectors.discord_gateway import TOKEN_NAME, Gateway, Setup
from listener.connectors.discord_hearing import Hearing
from listener.connectors.discord_place import place_of
from listener.connectors.discord_post import PLATFORM
from listener.connectors.discord_rooms import Rooms
from listener.connectors.discord_second_look import LINK
from store.records import Post

T = TypeVar("T")
_SOON: Final = 2.0


@dataclass(frozen=True, slots=True)
class DiscordOptions:
    """Which servers and channels, and whether messages may be read."""

    guilds: tuple[str, ...] = ()
    """Servers to listen in, by name or id; empty is all that the bot was invited to."""
    channels: tuple[str, ...] = ()
    """Channels and forums, by name or id, with their threads; empty is all that the bot may see."""
    message_content: bool = False
    """Whether the Message Content intent is on: free below 10,000 users who can see the bot, above
    only after a review. Without it: messages that mention the bot, /thank and Mark as helpful."""
    staff_roles: tuple[str, ...] = ()
    """Roles of the organisation's own people, by name or id."""
    lookback_hours: int = 24
    """How far back the first start reads; a channel found later is read a week back at most."""

    def __post_init__(self) -> None:
        """Raises ValueError for a negative look back."""
        if not 0 <= self.lookback_hours <= 24 * 366:
            raise ValueError(
                f"lookback_hours: 0 up to 8784 (a year), not {self.lookback_hours}; 24 is a day"
            )


class Discord:
    """Hears live events, and reads the history of what it missed; its cursor knows each channel.

    discord.py runs in a thread of its own from the first fetch on. The commands are those of the
    application: it should be Laurels' own.
    """

    Options = DiscordOptions
    capabilities: ClassVar[Capabilities] = Capabilities(
        platform=PLATFORM,
        stream=True,
        thread=True,
        reply=True,
        edits=True,
        deletions=Deletions.EVENTS,
        text_limit=2000,
        secrets=(TOKEN_NAME,),
    )
    recheck_size: ClassVar[int] = 100

    def __init__(self, options: DiscordOptions, access: Access) -> None:
        self._options = options
        self._access = access
        self._gateway: Gateway | None = None
        self._hearing: Hearing | None = None
        self._asked: tuple[str | None, Future[Batch]] | None = None

    def fetch(self, cursor: str | None) -> Batch:
        """What is new; connects at the first call. Raises ConnectorError."""
        if self._hearing is not None and not self._hearing.follows(cursor):
            self.close()
        gateway, hearing = self._running(cursor)
        if self._asked is None or self._asked[0] != cursor:
            work = hearing.batch(cursor, self._access.patience)
            self._asked = (cursor, gateway.ask(work))
        try:
            batch = self._done(self._asked[1], hearing)
        except ConnectorError:
            if hearing.refused is not None:
                self.close()
            raise
        self._asked = None
        return batch

    def thread(self, post: Post, bounds: Bounds) -> Sequence[Post]:
        """The thread that the post is in, or what was said around it in a channel."""
        found = LINK.search(post.url or "")
        if found is None or not found["message"]:
            return ()
        gateway, hearing = self._running(None)
        around = hearing.around(post, int(found["channel"]), bounds)
        return self._done(gateway.ask(around), hearing)

    def recheck(self, known: Sequence[Held]) -> Standing:
        """Look at messages by their links: a request for each hundred that lie close."""
        gateway, hearing = self._running(None)
        # Discord may have us wait between the requests, of which each has a time of its own.
        wait = self._access.timeout * (len(known) + 1)
        return self._done(gateway.ask(hearing.again(known)), hearing, wait)

    def quiet_requests(self) -> float:
        """None: the gateway tells."""
        return 0.0

    def close(self) -> None:
        """Leave the gateway and end the thread; a later fetch begins again."""
        gateway, self._gateway, self._hearing, self._asked = self._gateway, None, None, None
        if gateway is not None:
            gateway.close()

    def _running(self, cursor: str | None) -> tuple[Gateway, Hearing]:
        if self._gateway is None or self._hearing is None:
            options = self._options
            first = self._access.now() - timedelta(hours=options.lookback_hours)
            rooms = Rooms(options.guilds, options.channels)
            self._hearing = Hearing(self._access, rooms, place_of(cursor, first), cursor)
            setup = Setup(options.message_content, frozenset(options.staff_roles))
            self._gateway = Gateway(self._hearing, self._access, setup)
        return self._gateway, self._hearing

    def _done(self, asked: Future[T], hearing: Hearing, wait: float | None = None) -> T:
        """The answer. One that is late goes on, and the next fetch waits for it."""
        wait = wait or self._access.timeout + self._access.patience
        try:
            return asked.result(wait)
        except CancelledError as error:
            raise ConnectorError("Discord: closed while it was listened to") from error
        except TimeoutError as error:
            is_up = hearing.ears.connected.is_set()
            slow = f"Discord: no answer within {wait:g} s; it is waited for"
            raise ConnectorError(
                slow if is_up else hearing.ears.trouble, retry_after=_SOON
            ) from error
        except ConnectorError:
            self._asked = None
            raise
