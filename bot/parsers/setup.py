"""``laurels init``, ``demo``, ``check``, ``migrate`` and ``backup``."""

import os
from pathlib import Path
from typing import Annotated

import typer

from bot.parsers.shared import Config, Json, opened, settings_in


def init(
    brand: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name or query to listen for.")
    ] = None,
    own: Annotated[
        list[str] | None, typer.Option(metavar="HANDLE", help="An account of yours; repeatable.")
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONNECTOR=URL",
            help="Your forum, feed or instance, e.g. rss=https://acme.com/feed; repeatable.",
        ),
    ] = None,
    listen: Annotated[
        bool, typer.Option("--listen", help="Look once at every source right away.")
    ] = False,
    path: Annotated[Path, typer.Option(metavar="FILE", help="File to write.")] = Path(
        "config.yaml"
    ),
    force: Annotated[bool, typer.Option("--force", help="Replace the file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write a first config.yaml; no place in it needs a key."""
    from bot.commands import hearing
    from bot.commands import init as command
    from bot.terminal import emit

    written = command.init(path, brand, own or [], at or [], force=force)
    if not as_json:
        emit(written.value, written.text, as_json=False)
    if command.wants_to_listen(asked=listen):
        settings = settings_in(path)
        with opened(settings) as engine:
            results = hearing.poll_all(engine, settings, settings.listener.sources)
        written.value["heard"] = results
        if not as_json:
            emit({}, hearing.table(results), as_json=False)
    if as_json:
        emit(written.value, "", as_json=True)


def demo(
    archive: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Record to replay; else the one shipped.")
    ] = None,
    brand: Annotated[
        str | None, typer.Option(metavar="QUERY", help="Brand to look for in the record.")
    ] = None,
    own: Annotated[
        list[str] | None, typer.Option(metavar="HANDLE", help="An account of yours; repeatable.")
    ] = None,
    desk: Annotated[bool, typer.Option(help="Serve the desk afterwards, or end.")] = True,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Keep the store there; else it goes at the end."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65_535, metavar="PORT", help="Port of the desk; 0 for any free one."
        ),
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show every step on a recorded community, then serve the desk."""
    from bot.commands import demo as command
    from bot.demo import Wish

    wish = Wish(archive, brand, tuple(own or ()))
    command.demo(wish, settings_in(config), desk=desk, as_json=as_json, keep=keep, port=port)


def check(config: Config = None, as_json: Json = False) -> None:
    """Try each part and each source; print the settings in force."""
    from bot.commands import setup
    from bot.settings import config_file

    origin = config_file(config, os.environ)
    if not setup.check_all(settings_in(config), origin, as_json=as_json):
        raise typer.Exit(1)


def migrate(config: Config = None, as_json: Json = False) -> None:
    """Bring the store's tables up to this version."""
    from bot.commands import setup

    setup.migrate_store(settings_in(config), as_json=as_json)


def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="File to write; it must not be there yet.")
    ],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Copy the store into a file, also while it is in use.

    What the corrections made of the model is copied beside it, to FILE.adapted.
    """
    from bot.commands import setup

    setup.backup_store(settings_in(config), file, as_json=as_json)
