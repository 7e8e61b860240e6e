"""Turn what went wrong into one line for a person; anything else is a mistake of ours."""

from collections.abc import Iterator


class CommandError(Exception):
    """A command cannot do what it was asked; the message says why and the way out."""


class Interrupted(CommandError):
    """Ctrl-C ended a command; the message says what is kept."""


def line_for(error: BaseException) -> str | None:
    """The message, or None for an error that should show its traceback."""
    if isinstance(error, tuple(_expected())):
        return str(error)
    if type(error).__module__.startswith("sqlalchemy."):
        return f"the store failed, and nothing of this step was kept: {error}".partition("\n")[0]
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return None


def _expected() -> Iterator[type[Exception]]:
    from bot.settings import SettingsError
    from listener.connectors import ConnectorError
    from listener.query import QueryError
    from models.labelled import LabelledError
    from models.weights_file import ModelError
    from store.errors import StoreError

    yield from (CommandError, SettingsError, ConnectorError, QueryError)
    yield from (LabelledError, ModelError, StoreError)
