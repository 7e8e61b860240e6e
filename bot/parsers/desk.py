"""``laurels desk``."""

from typing import Annotated

import typer

from bot.parsers.shared import Config, Json, opened, settings_in


def desk(
    link: Annotated[
        bool, typer.Option("--link", help="Only print a new sign-in link; serve nothing.")
    ] = False,
    name: Annotated[
        str | None, typer.Option(metavar="MEMBER", help="Whom the link is for.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65_535,
            metavar="PORT",
            help="Port in place of desk.port; 0 for any free one.",
        ),
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Serve the desk, the pages to review and look things up."""
    from bot.commands import desk as command
    from bot.terminal import emit

    settings = settings_in(config)
    with opened(settings) as engine:
        if link:
            address = command.link(engine, settings, port, name)
            emit({"link": address}, address, as_json=as_json)
        else:
            command.serve(engine, settings, port, name)
