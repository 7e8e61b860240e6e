"""``laurels listen``, ``import``, ``query`` and ``budget``."""

from pathlib import Path
from typing import Annotated

import typer

from bot.parsers.shared import Config, Json, opened, settings_in


def listen(
    name: Annotated[str | None, typer.Argument(help="A source, or a connector.")] = None,
    source: Annotated[str | None, typer.Option(help="The same as NAME.", hidden=True)] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Address in place of the platform's own.")
    ] = None,
    _once: Annotated[
        bool, typer.Option("--once", help="What it does anyway; `run` goes on listening.")
    ] = True,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Poll the sources, or one of them, until nothing is left."""
    from bot.commands import hearing

    settings = settings_in(config)
    with opened(settings) as engine:
        if not hearing.listen(engine, settings, name or source, base_url, as_json=as_json):
            raise typer.Exit(1)


def import_(
    file: Annotated[Path, typer.Argument(help="A file, folder or zip; see docs/archive.md.")],
    as_: Annotated[str, typer.Option("--as", help="community or search.")] = "community",
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="archive, discord, reddit, slack, stackexchange or x; auto looks into it.",
        ),
    ] = "auto",
    site: Annotated[
        str | None, typer.Option(help="Of a Stack Exchange dump: its site, e.g. android.")
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Import what was said before; doing it again adds nothing."""
    from bot.commands import importing
    from listener.connectors.archive import ArchiveOptions

    kind, format_word = importing.words(as_, format_)
    options = ArchiveOptions(file, format_word, site)
    settings = settings_in(config)
    with opened(settings) as engine:
        importing.import_file(engine, settings, options, kind, as_json=as_json)


def query(
    text: Annotated[str, typer.Argument(help="The query, in quotation marks.")],
    on: Annotated[Path | None, typer.Option(help="Archive to try it on.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many examples.")] = 5,
    as_json: Json = False,
) -> None:
    """Explain a query and try it on an archive."""
    from bot.commands import hearing

    hearing.query(text, on, limit, as_json=as_json)


def budget(
    query: Annotated[str | None, typer.Option(help="A query that is not listened for yet.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """What the sources asked for and cost, and where that leads."""
    from bot.commands import budget as command

    settings = settings_in(config)
    with opened(settings) as engine:
        command.budget(engine, settings, query, as_json=as_json)
