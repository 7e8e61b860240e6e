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
