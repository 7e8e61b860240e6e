"""What there is on the Discord of `tests.peers.discord`: rooms, threads and messages."""

import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from listener.connectors.discord_post import snowflake
from tests.peers import discord_payloads as payload

GENERAL: Final = 200_000_000_000_000_000
FORUM: Final = 210_000_000_000_000_000


class World:
    """Filled by one thread, read by another."""

    def __init__(self) -> None:
        self.rooms: dict[int, dict[str, Any]] = {
            GENERAL: payload.room(GENERAL, "general", 0),
            FORUM: payload.room(FORUM, "help", 15) | {"available_tags": []},
        }
        self.threads: dict[int, dict[str, Any]] = {}
        self.messages: dict[int, dict[str, Any]] = {}
        self._history: dict[int, list[int]] = {}
        self.roles: dict[str, str] = {}
        """Of accounts, as REST tells; of authors only."""
        self.barred: set[int] = set()
        """Channels of which the bot may not read the history."""
        self._count = 0
        self._lock = threading.RLock()

    def write(
        self, text: str, at: datetime, author: str, parent: str | None, room: int
    ) -> dict[str, Any]:
        """A message; the first of a forum's thread has the thread's id."""
        with self._lock:
            ids = self._history.setdefault(room, [])
            begins = not ids and self.threads.get(room, {}).get("parent_id") == str(FORUM)
            id_ = room if begins else self._new_id(at)
            message = payload.message(id_, room, text, at, author, parent)
            self.messages[id_] = message
            insort(ids, id_)
            channel = self.rooms.get(room) or self.threads[room]
            channel["last_message_id"] = str(max(id_, int(channel["last_message_id"] or 0)))
            return message

    def change(self, id_: str, **values: Any) -> dict[str, Any]:
        """The message as it reads now."""
        with self._lock:
            message = self.messages[int(id_)] | values
            self.messages[int(id_)] = message
            return message

    def remove(self, id_: str) -> dict[str, Any]:
        """The names by which Discord tells that a message went."""
        with self._lock:
            message = self.messages.pop(int(id_))
            self._history[int(message["channel_id"])].remove(int(id_))
            return {name: message[name] for name in ("id", "channel_id", "guild_id")}

    def remove_room(self, id_: int) -> dict[str, Any]:
        """A channel or thread goes with its messages; what is told of it."""
        with self._lock:
            gone = self.threads.pop(id_, None) or self.rooms.pop(id_)
            for message_id in self._history.pop(id_, []):
                del self.messages[message_id]
            return gone | {"guild_id": str(payload.GUILD)}

    def has_room(self, path: str) -> bool:
        """Whether REST knows the channel or thread that a path names."""
        with self._lock:
            room = int(path.strip("/").split("/")[1])
            return room in self.rooms or room in self.threads

    def open_thread(
        self, name: str, at: datetime, parent: int, *, archived: bool, id_: int | None
    ) -> dict[str, Any]:
        """A thread; where `id_` is that of a message, it is about it."""
        with self._lock:
            number = self._new_id(at) if id_ is None else id_
            told = payload.thread(number, name, at, parent, archived=archived)
            self.threads[number] = told
            return told

    def guild(self) -> dict[str, Any]:
        """What the gateway tells of the server."""
        with self._lock:
            open_ones = [one for one in self.threads.values() if not payload.is_archived(one)]
            return payload.guild(list(self.rooms.values()), open_ones)

    def found(self, path: str, asked: Mapping[str, str]) -> Any:
        """What REST answers; None for what there is not."""
        with self._lock:
            match path.strip("/").split("/"):
                case ["users", "@me"]:
                    return payload.user("laurels", payload.BOT)
                case ["oauth2", "applications", "@me"] | ["applications", "@me"]:
                    return payload.APPLICATION
                case ["applications", _, "commands"]:
                    return []
                case ["channels", room, "messages"]:
                    return self._page(int(room), asked)
                case ["channels", room, "messages", id_]:
                    if int(id_) in self._history.get(int(room), []):
                        return self.messages[int(id_)]
                case ["channels", room, "threads", "archived", "public"]:
                    return self._archived(room)
                case ["channels", room]:
                    return self.rooms.get(int(room)) or self.threads.get(int(room))
                case ["guilds", _, "members", id_]:
                    return payload.member(payload.user("", int(id_)), self.roles.get(id_))
            return None

    def _page(self, room: int, asked: Mapping[str, str]) -> list[dict[str, Any]]:
        # Who may not read the history of a channel is sent nothing of it, and no error.
        ids = [] if room in self.barred else self._history.get(room, [])
        limit = int(asked.get("limit", 50))
        if "after" in asked:
            start = bisect_right(ids, int(asked["after"]))
            some = ids[start : start + limit]
        elif "before" in asked:
            end = bisect_left(ids, int(asked["before"]))
            some = ids[max(0, end - limit) : end]
        elif "around" in asked:
            middle = bisect_left(ids, int(asked["around"]))
            some = ids[max(0, middle - limit // 2) : middle + limit // 2]
        else:
            some = ids[-limit:]
        return [self.messages[id_] for id_ in reversed(some)]

    def _archived(self, parent: str) -> dict[str, Any]:
        found = [
            one
            for one in self.threads.values()
            if payload.is_archived(one) and one["parent_id"] == parent
        ]
        found.sort(key=lambda one: one["thread_metadata"]["archive_timestamp"], reverse=True)
        return {"threads": found, "members": [], "has_more": False}

    def _new_id(self, at: datetime) -> int:
        self._count += 1
        return snowflake(at) + (self._count & 0x3FFFFF)
