"""What Discord sends, as its documents show it; `tests.peers.discord` names them."""

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

BOT: Final = 900_000_000_000_000_000
GUILD: Final = 100_000_000_000_000_000
TEAM: Final = "150000000000000000"
"""The id of a role."""
EVERYONE: Final = "68608"
"""View Channel, Send Messages, Read Message History."""
_JOINED: Final = "2024-01-01T00:00:00+00:00"


def user(name: str, id_: int | None = None) -> dict[str, Any]:
    """An account; the same name is the same one."""
    number = 300_000_000_000_000_000 + zlib.crc32(name.encode()) if id_ is None else id_
    return {
        "id": str(number), "username": name, "discriminator": "0", "global_name": name.title(),
        "avatar": None, "bot": number == BOT, "flags": 0,
    }  # fmt: skip


def guild(rooms: Sequence[Any], threads: Sequence[Any]) -> dict[str, Any]:
    """A copy: what happens later comes as events."""
    told = {
        "id": str(GUILD), "name": "Acme", "owner_id": "1", "emojis": [],
        "roles": [role(str(GUILD), "@everyone"), role(TEAM, "Team")],
        "stickers": [], "features": [], "verification_level": 0, "explicit_content_filter": 0,
        "default_message_notifications": 0, "mfa_level": 0, "nsfw_level": 0, "premium_tier": 0,
        "system_channel_flags": 0, "preferred_locale": "en-US", "member_count": 2,
        "joined_at": _JOINED, "large": False, "unavailable": False, "voice_states": [],
        "threads": list(threads), "presences": [], "stage_instances": [],
        "guild_scheduled_events": [], "members": [member(user("laurels", BOT))],
        "channels": list(rooms), "soundboard_sounds": [],
    }  # fmt: skip
    copy: dict[str, Any] = json.loads(json.dumps(told))
    return copy


def room(id_: int, name: str, kind: int) -> dict[str, Any]:
    return {
        "id": str(id_), "type": kind, "name": name, "position": 0, "permission_overwrites": [],
        "nsfw": False, "parent_id": None, "topic": None, "rate_limit_per_user": 0,
        "last_message_id": None,
    }  # fmt: skip


def thread(id_: int, name: str, at: datetime, parent: int, *, archived: bool) -> dict[str, Any]:
    return {
        "id": str(id_), "type": 11, "name": name, "parent_id": str(parent),
        "guild_id": str(GUILD), "owner_id": user("ann")["id"], "last_message_id": None,
        "message_count": 0, "member_count": 1, "rate_limit_per_user": 0, "applied_tags": [],
        "thread_metadata": {
            "archived": archived, "auto_archive_duration": 60, "locked": False,
            "archive_timestamp": at.isoformat(),
        },
    }  # fmt: skip


def is_archived(told: Mapping[str, Any]) -> bool:
    return bool(told["thread_metadata"]["archived"])


def message(
    id_: int, room: int, text: str, at: datetime, author: str, parent: str | None
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": str(id_), "channel_id": str(room), "guild_id": str(GUILD), "author": user(author),
        "content": text, "timestamp": at.astimezone(UTC).isoformat(), "edited_timestamp": None,
        "tts": False, "mention_everyone": False, "mentions": [], "mention_roles": [],
        "attachments": [], "embeds": [], "pinned": False, "type": 19 if parent else 0,
        "flags": 0, "components": [],
    }  # fmt: skip
    if parent is not None:
        replied = {"message_id": parent, "channel_id": str(room), "guild_id": str(GUILD)}
        told["message_reference"] = {"type": 0, **replied}
    return told


def member(who: Mapping[str, Any], role: str | None = None) -> dict[str, Any]:
    return {
        "user": who, "roles": [role] if role else [], "joined_at": _JOINED, "deaf": False,
        "mute": False, "flags": 0,
    }  # fmt: skip


def role(id_: str, name: str) -> dict[str, Any]:
    return {
        "id": id_, "name": name, "color": 0, "hoist": False, "position": 0,
        "permissions": EVERYONE, "managed": False, "mentionable": False,
    }  # fmt: skip


def event(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"op": 0, "t": name, "d": data}


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    # discord.py parses JSON only where the type is exactly this, and takes a 429 without Via for a
    # ban by the proxy before Discord.
    told = {
        "Content-Type": "application/json", "Via": "1.1 google", "X-RateLimit-Limit": "50",
        "X-RateLimit-Remaining": "49", "X-RateLimit-Reset-After": "1.0",
    }  # fmt: skip
    return web.Response(
        body=json.dumps(body).encode(), status=status, headers={**told, **(headers or {})}
    )


APPLICATION: Final[Mapping[str, Any]] = {
    "id": str(BOT), "name": "Laurels", "description": "", "icon": None, "bot_public": False,
    "bot_require_code_grant": False, "owner": user("ann"), "verify_key": "0", "flags": 1 << 18,
}  # fmt: skip
