"""What went wrong with Discord, and what a person can do about it."""

from typing import TYPE_CHECKING

from listener.connectors import ConnectorError

if TYPE_CHECKING:
    import discord

_UNKNOWN_BOT = (
    "Discord: the bot's token was refused; set LAURELS_DISCORD_TOKEN to the token shown in the "
    "Developer Portal under Bot (Reset Token makes a new one)"
)
_CLOSED = {
    4004: _UNKNOWN_BOT,
    4010: "Discord: the gateway refused the shard",
    4011: "Discord: the bot is in more servers than one connection may serve (2,500): have it "
    "leave some",
    4012: "Discord: the gateway no longer speaks this version; update discord.py",
    4013: "Discord: the gateway does not know the intents asked for; update discord.py",
    4014: "Discord: the bot may not read message contents: turn on Message Content Intent in the "
    "Developer Portal under Bot, Privileged Gateway Intents, or set message_content: false",
}
_LONGEST_REASON = 120


def failures() -> tuple[type[Exception], ...]:
    """What a request to Discord may raise, also while its client is being replaced."""
    import aiohttp
    import discord

    return (
        ConnectorError, discord.DiscordException, aiohttp.ClientError, OSError, ValueError,
        LookupError, TypeError, AttributeError, RuntimeError,
    )  # fmt: skip


def failure_of(error: BaseException, what: str) -> ConnectorError:
    """The ConnectorError for what discord.py raised while it did `what`."""
    import discord

    if isinstance(error, ConnectorError):
        return error
    if isinstance(error, discord.LoginFailure):
        return ConnectorError(_UNKNOWN_BOT, permanent=True)
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return ConnectorError(_CLOSED[4014], permanent=True)
    if isinstance(error, discord.ConnectionClosed) and error.code in _CLOSED:
        return ConnectorError(_CLOSED[error.code], permanent=True)
    if isinstance(error, discord.RateLimited):
        wait = error.retry_after
        return ConnectorError(f"Discord: asks us to wait {wait:.0f} s", retry_after=wait)
    if isinstance(error, discord.HTTPException):
        return _of_http(error, what)
    return ConnectorError(f"Discord: {what} failed ({_named(error)}); it is tried again")


def _of_http(error: "discord.HTTPException", what: str) -> ConnectorError:
    status = error.status
    if status == 401:
        return ConnectorError(_UNKNOWN_BOT, permanent=True)
    if status == 429:
        given = error.response.headers.get("Retry-After", "")
        wait = float(given) if given.replace(".", "", 1).isdecimal() else 60.0
        return ConnectorError(f"Discord: asks us to wait {wait:.0f} s", retry_after=wait)
    if status >= 500:
        return ConnectorError(f"Discord: {what} failed (HTTP {status}); it is tried again")
    return ConnectorError(
        f"Discord: {what} was refused (HTTP {status}, code {error.code}); see that the bot is "
        "still in the server and may do this",
        permanent=True,
    )


def _named(error: BaseException) -> str:
    reason = str(error).partition("\n")[0][:_LONGEST_REASON]
    # What cannot be parsed may be quoted in the message, and those are somebody's words.
    speaks = isinstance(error, OSError) and reason
    return f"{type(error).__name__}: {reason}" if speaks else type(error).__name__
