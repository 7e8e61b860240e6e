"""Where the store is: section `store` of config.yaml."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

_SCHEMES: Final = ("sqlite", "postgresql", "postgresql+psycopg")


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """One database, SQLite in a file or PostgreSQL, as an address."""

    url: str = "sqlite:///.laurels/laurels.db"

    def __post_init__(self) -> None:
        """Raises ValueError for an address that names neither of the two databases."""
        scheme, mark, rest = self.url.partition("://")
        if scheme not in _SCHEMES or not mark or not rest.strip("/"):
            raise ValueError(
                "store.url: expected sqlite:///FILE or postgresql://USER@HOST/DATABASE"
            )

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database; None for PostgreSQL and for one in memory."""
        name = self.url.removeprefix("sqlite:///").partition("?")[0]
        return Path(name) if name not in (self.url, ":memory:") else None

    @property
    def has_password(self) -> bool:
        """Whether the address carries a password."""
        return bool(urlsplit(self.url).password)

    @property
    def shown(self) -> str:
        """The address as it may be printed: without the password."""
        parts = urlsplit(self.url)
        if not parts.password:
            return self.url
        user, _, host = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}:***@{host}"))
