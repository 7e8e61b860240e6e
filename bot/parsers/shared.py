"""The options that most commands have, and what stands behind them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings import Settings
    from store.db import Engine

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="Settings file; else ./config.yaml, else the defaults."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


def settings_in(config: Path | None) -> "Settings":
    """The settings of the file, or of the usual place; logs follow them."""
    from bot.logs import configure
    from bot.settings import load

    settings = load(config, os.environ)
    configure(settings.run.log_level)
    return settings


@contextmanager
def opened(settings: "Settings") -> "Iterator[Engine]":
    """The store that the settings name, closed at the end."""
    from bot import wiring

    engine = wiring.store(settings.store)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def heard_before(settings: "Settings") -> "Iterator[Engine]":
    """The store that the settings name, for questions about what was heard.

    Raises CommandError where nothing was heard yet, and makes no store then.
    """
    from bot.failures import CommandError
    from store.db import reading
    from store.finds import last_id

    problem = CommandError(
        f"{settings.store.shown}: nothing was heard yet; call laurels import FILE or laurels "
        "listen first"
    )
    if not _is_there(settings):
        raise problem
    with opened(settings) as engine:
        with reading(engine) as tx:
            if not last_id(tx):
                raise problem
        yield engine


def _is_there(settings: "Settings") -> bool:
    """Whether there is a store, though perhaps an older one."""
    from store.db import open_store
    from store.versions import is_new

    if (file := settings.store.file) is not None and not file.exists():
        return False
    engine = open_store(settings.store.url)
    try:
        return not is_new(engine)
    finally:
        engine.dispose()
