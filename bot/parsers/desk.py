"""``laurels desk``."""

from typing import Annotated

import typer

from bot.parsers.shared import Config, Json, opened, settings_in


def desk(
    link: Annotated[bool, typer.Option("--link", help="Only print a new sign-in link.")] = False,
    name: Annotated[str | None, typer.Option(help="Whom the link is for.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 for any.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Serve the desk."""
    from bot.commands import desk as command
    from bot.terminal import emit

    settings = settings_in(config)
    with opened(settings) as engine:
        if link:
            address = command.link(engine, settings, port, name)
            emit({"link": address}, address, as_json=as_json)
        else:
            command.serve(engine, settings, port, name)
