"""Which revision a database has, and the way to the newest."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError

from store.errors import NewerDatabase, OlderDatabase, Unreachable
from store.rows import lock
from store.snapshot import reading

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Bring the database to the newest revision, in one transaction.

    Raises NewerDatabase where it is already past what this Laurels knows.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    try:
        with engine.begin() as tx:
            lock(tx, "migrate")
            _refuse_newer(_current(tx))
            config.attributes["connection"] = tx
            command.upgrade(config, "head")
    except DatabaseError as error:
        raise _unreachable(engine, error) from error


def check_version(engine: Engine) -> None:
    """Pass when the database is at the newest revision; else OlderDatabase or NewerDatabase."""
    try:
        with reading(engine) as tx:
            current = _current(tx)
    except DatabaseError as error:
        raise _unreachable(engine, error) from error
    _refuse_newer(current)
    if current is None:
        raise OlderDatabase("The database has no tables yet. Run `laurels migrate`.")
    if current != known_revisions()[-1]:
        raise OlderDatabase(
            f"The database is at revision {current}, this Laurels needs "
            f"{known_revisions()[-1]}. Run `laurels backup FILE`, then `laurels migrate`."
        )


def is_new(engine: Engine) -> bool:
    """Whether the database holds nothing yet."""
    try:
        with reading(engine) as tx:
            return not inspect(tx).get_table_names()
    except DatabaseError as error:
        raise _unreachable(engine, error) from error


def known_revisions() -> Sequence[str]:
    """The revisions that this Laurels knows, oldest first: the numbers of the files."""
    return sorted(path.name[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def _current(tx: Connection) -> str | None:
    if not inspect(tx).has_table("alembic_version"):
        return None
    found = tx.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def _refuse_newer(current: str | None) -> None:
    if current is not None and current not in known_revisions():
        raise NewerDatabase(
            f"This database was written by a newer Laurels (revision {current}). "
            "Update Laurels, or restore a backup."
        )


def _unreachable(engine: Engine, error: DatabaseError) -> Unreachable:
    return Unreachable(f"{engine.url.render_as_string()} cannot be used: {error.orig}")
