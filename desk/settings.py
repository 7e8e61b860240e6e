"""What the desk can be told. Apart from the app, so that settings load without the web."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """Where the desk is served and how it shows time."""

    host: str = "127.0.0.1"
    port: int = 8765
    time_zone: str = "UTC"
    session_days: int = 30

    def __post_init__(self) -> None:
        """Raises ValueError for a zone, a port or a number of days that cannot be."""
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"desk.time_zone: no such zone: {self.time_zone!r}") from error
        if not 0 <= self.port <= 65535:
            raise ValueError(f"desk.port: not a port: {self.port}")
        if self.session_days < 1:
            raise ValueError(f"desk.session_days: at least one day, not {self.session_days}")

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which every page shows time."""
        return ZoneInfo(self.time_zone)
