"""Days as a person writes them."""

from datetime import UTC, date, datetime, time, tzinfo

from bot.failures import CommandError


def day_in(text: str, zone: tzinfo, option: str) -> datetime:
    """The first moment of a day in a time zone; raises CommandError for what is no day."""
    try:
        day = date.fromisoformat(text)
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CommandError(
            f"{option}: expected YYYY-MM-DD, e.g. 2026-01-31, got {text!r}"
        ) from None
