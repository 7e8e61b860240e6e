"""Ask Discord for what was said: one request, one page."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from listener.connectors import Access, Bounds, Reject
from listener.connectors.discord_post import Reader
from store.records import Author, Post

if TYPE_CHECKING:
    import discord
    from discord.abc import MessageableChannel

PAGE: Final = 100


@dataclass(slots=True)
class Page:
    """What one request brought, oldest first."""

    received: int = 0
    newest: int = 0
    posts: list[Post] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    ids: set[int] = field(default_factory=set)


class History:
    """Reads with one client, and counts each request before it is made."""

    def __init__(self, client: "discord.Client", reader: Reader, access: Access) -> None:
        self._client = client
        self._reader = reader
        self._access = access
        self._staff: dict[tuple[int, int], bool] = {}

    async def page(
        self, room: "MessageableChannel", what: str, *, edited: bool = False, **bounds: int
    ) -> Page:
        """Up to a hundred messages of a room: `after`, `before` or `around` an id.

        With `edited`, the posts are those alone that were edited; the ids are all.
        """
        asked = {"limit": PAGE, **bounds}
        found = await self._get("/channels/{channel_id}/messages", room.id, what, asked)
        if not isinstance(found, list):
            raise ValueError("no list of messages")
        page = Page(received=len(found))
        for raw in sorted(found, key=_id):
            self._add(page, room, raw)
        if edited:
            page.posts = [post for post in page.posts if post.edited_at is not None]
        await self._look_up_staff(page, room)
        return page

    async def one(self, room: "MessageableChannel", message_id: int, what: str) -> Page:
        """One message of a room."""
        path = f"/channels/{{channel_id}}/messages/{message_id}"
        page = Page(received=1)
        self._add(page, room, await self._get(path, room.id, what, {}))
        return page

    async def archived(
        self, parent: "discord.TextChannel | discord.ForumChannel", before: str | None, what: str
    ) -> tuple[list["discord.Thread"], str | None]:
        """A page of a channel's archived threads, the last archived first, and where it goes on."""
        import discord

        asked: dict[str, int | str] = {"limit": PAGE}
        if before:
            asked["before"] = before
        path = "/channels/{channel_id}/threads/archived/public"
        found = await self._get(path, parent.id, what, asked)
        raws = found.get("threads", [])
        state = self._client._connection
        threads = [discord.Thread(guild=parent.guild, state=state, data=raw) for raw in raws]
        more = bool(raws) and found.get("has_more", False)
        return threads, raws[-1]["thread_metadata"]["archive_timestamp"] if more else None

    async def room(self, channel_id: int) -> "MessageableChannel":
        """A channel or thread by its id. Raises discord.NotFound and discord.Forbidden."""
        known = self._client.get_channel(channel_id)
        if known is None:
            self._access.meter.spend(f"channel {channel_id}")
            known = await self._client.fetch_channel(channel_id)
        return known  # type: ignore[return-value]

    async def _get(self, path: str, channel_id: int, what: str, params: Any) -> Any:
        import aiohttp
        import discord

        self._access.meter.spend(what)
        route = discord.http.Route("GET", path, channel_id=channel_id)
        timeout = aiohttp.ClientTimeout(total=self._access.timeout)
        return await self._client.http.request(route, params=params, timeout=timeout)

    def _add(self, page: Page, room: "MessageableChannel", raw: Any) -> None:
        id_ = _id(raw)
        page.newest = max(page.newest, id_)
        page.ids |= {id_} if id_ else set()
        try:
            state = self._client._connection
            post = self._reader.read(state.create_message(channel=room, data=raw))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            page.rejects.append(Reject(id_, type(error).__name__, json.dumps(raw)))
        else:
            page.posts += [post] if post else []

    async def _look_up_staff(self, page: Page, room: "MessageableChannel") -> None:
        """History does not tell an author's roles: ask for those of authors not met before."""
        guild = getattr(room, "guild", None)
        if guild is None or not self._reader.staff_roles:
            return
        page.posts = [
            replace(post, author=await self._with_role(guild, post.author)) for post in page.posts
        ]

    async def _with_role(self, guild: "discord.Guild", author: Author) -> Author:
        import discord

        if author.is_bot or author.is_staff:
            return author
        key = (guild.id, int(author.platform_id))
        if key not in self._staff:
            self._access.meter.spend(f"roles of an account in {guild.name}")
            try:
                member = await guild.fetch_member(key[1])
            except discord.NotFound:
                self._staff[key] = False
            else:
                self._staff[key] = self._reader.is_staff(member)
        return replace(author, is_staff=self._staff[key])

    async def around(self, post: Post, channel_id: int, bounds: Bounds) -> Sequence[Post]:
        """A thread from its beginning, or what was said before and after a message in a channel."""
        import discord

        room = await self.room(channel_id)
        what = "the conversation around a post"
        if not isinstance(room, discord.Thread):
            page = await self.page(room, what, around=int(post.platform_id))
            return _nearest(page.posts, post, bounds.posts)
        posts: list[Post] = []
        after = room.id - 1
        if isinstance(room.parent, discord.TextChannel):
            with suppress(discord.NotFound):  # a thread may be started without a message
                posts += (await self.one(room.parent, room.id, what)).posts
        for _ in range(max(1, bounds.requests - 1)):
            page = await self.page(room, what, after=after)
            posts += page.posts
            after = page.newest
            if page.received < PAGE or len(posts) >= bounds.posts:
                break
        return posts[: bounds.posts]


def _id(raw: Any) -> int:
    try:
        return int(raw["id"])
    except (KeyError, TypeError, ValueError):
        return 0


def _nearest(posts: list[Post], post: Post, limit: int) -> list[Post]:
    middle = int(post.platform_id)
    by_distance = sorted(posts, key=lambda one: abs(int(one.platform_id) - middle))
    return sorted(by_distance[:limit], key=lambda one: int(one.platform_id))
