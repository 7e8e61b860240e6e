"""``laurels listen``, ``import`` and ``budget``."""

from pathlib import Path
from typing import Annotated

import typer

from bot.parsers.shared import Config, Json, opened, settings_in


def listen(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="A source of config.yaml, or a connector; else every source."
        ),
    ] = None,
    source: Annotated[str | None, typer.Option(help="The same as NAME.", hidden=True)] = None,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Address of NAME in place of the platform's own."),
    ] = None,
    _once: Annotated[
        bool,
        typer.Option(
            "--once",
            show_default=False,
            help="What it does anyway; `laurels run` goes on listening.",
        ),
    ] = True,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Look once at every source, or at one of them."""
    from bot.commands import hearing

    settings = settings_in(config)
    with opened(settings) as engine:
        if not hearing.listen(engine, settings, name or source, base_url, as_json=as_json):
            raise typer.Exit(1)


def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file, folder or zip; see docs/archive.md.")
    ],
    as_: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="KIND",
            help="community keeps every post; search keeps what matches a query.",
        ),
    ] = "community",
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="WORD",
            help="archive, discord, reddit, slack, stackexchange or x; auto looks into it.",
        ),
    ] = "auto",
    site: Annotated[
        str | None,
        typer.Option(metavar="WORD", help="Site of a Stack Exchange dump, e.g. android."),
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Read history from a file; doing it again adds nothing."""
    from bot.commands import importing
    from listener.connectors.archive import ArchiveOptions

    kind, format_word = importing.words(as_, format_)
    options = ArchiveOptions(file, format_word, site)
    settings = settings_in(config)
    with opened(settings) as engine:
        importing.import_file(engine, settings, options, kind, as_json=as_json)


def budget(
    query: Annotated[
        str | None, typer.Option(metavar="QUERY", help="What listening for this too would come to.")
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Requests and money of each source: used, allowed, expected."""
    from bot.commands import budget as command

    settings = settings_in(config)
    with opened(settings) as engine:
        command.budget(engine, settings, query, as_json=as_json)
