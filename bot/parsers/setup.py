"""``laurels init``, ``demo``, ``check``, ``migrate`` and ``backup``."""

import os
from pathlib import Path
from typing import Annotated

import typer

from bot.parsers.shared import Config, Json, opened, settings_in


def init(
    brand: Annotated[str | None, typer.Option(help="Name or query to listen for.")] = None,
    own: Annotated[list[str] | None, typer.Option(help="A handle of yours; repeatable.")] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(help="CONNECTOR=URL: your instance, forum or feed; repeatable."),
    ] = None,
    listen: Annotated[bool, typer.Option("--listen", help="Look once right away.")] = False,
    path: Annotated[Path, typer.Option(help="File to write.")] = Path("config.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    as_json: Json = False,
) -> None:
    """Write a first config.yaml that listens without a key."""
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
    archive: Annotated[Path | None, typer.Option(help="Archive to replay.")] = None,
    brand: Annotated[str | None, typer.Option(help="Brand query to look for in it.")] = None,
    own: Annotated[list[str] | None, typer.Option(help="A handle of yours; repeatable.")] = None,
    desk: Annotated[bool, typer.Option(help="Serve the desk afterwards.")] = True,
    keep: Annotated[Path | None, typer.Option(help="Folder to keep the store in.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the desk; 0 for any.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Run the main job on a recorded community, then serve the desk."""
    from bot.commands import demo as command
    from bot.demo import Wish

    wish = Wish(archive, brand, tuple(own or ()))
    command.demo(wish, settings_in(config), desk=desk, as_json=as_json, keep=keep, port=port)


def check(config: Config = None, as_json: Json = False) -> None:
    """Print the effective settings and try each part."""
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
    file: Annotated[Path, typer.Argument(help="File to write.")],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Copy the store, also while it is in use."""
    from bot.commands import setup

    setup.backup_store(settings_in(config), file, as_json=as_json)
