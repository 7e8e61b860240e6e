"""``laurels query``: explain, test, tune, backfill and voice."""

from pathlib import Path
from typing import Annotated

import typer

from bot.parsers.shared import Config, Json, heard_before, settings_in


def _readable(text: str | None) -> str | None:
    """Refuses bytes of the command line that are no text."""
    if text is not None and not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise typer.BadParameter(
                "it is not valid UTF-8; write it in a UTF-8 terminal"
            ) from None
    return text


Query = Annotated[
    str,
    typer.Argument(
        metavar="QUERY",
        callback=_readable,
        help="The query, in quotation marks; put -- before one that begins with a minus.",
    ),
]


def explain(query: Query, config: Config = None, as_json: Json = False) -> None:
    """Show how a query is read, and what sources are asked for it.

    Of each source of config.yaml also what it is expected to bring and to cost; without sources, of
    each platform that has a search.
    """
    from bot.commands import explain as command

    command.show(settings_in(config), query, as_json=as_json)


def test(
    query: Query,
    archive: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="What to look in: anything that can be imported (docs/archive.md); - is stdin.",
        ),
    ],
    limit: Annotated[
        int, typer.Option(min=0, metavar="N", help="How many matches to print; --json has all.")
    ] = 20,  # noqa: PT028 - a command, no test
    as_json: Json = False,  # noqa: PT028
) -> None:
    """Show what a query finds in a record, and where.

    In --json, each match has the post's platform and id and its spans: [start, end] in characters
    of the text, where the post has a title of the title, a line break and the text.
    """
    from bot.commands import query as command

    command.try_out(query, archive, limit, as_json=as_json)


def tune(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            callback=_readable,
            help="A query of config.yaml; else all of the brand.",
        ),
    ] = None,
    at_least: Annotated[
        int,
        typer.Option(min=1, metavar="N", help="Fewer decided mentions than that tell nothing."),
    ] = 5,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show which terms bring the mentions that people dismiss.

    Of each term: the mentions that it brought, how many of them were dismissed at the desk as not
    about or not for us, and how many were acted on. A word may be proposed that would keep such
    mentions out; config.yaml is never changed.
    """
    from bot.commands import tune as command

    settings = settings_in(config)
    with heard_before(settings) as engine:
        command.tune(engine, settings, name, at_least, as_json=as_json)


def backfill(
    query: Annotated[
        str,
        typer.Argument(
            metavar="NAME|QUERY",
            callback=_readable,
            help="A query of config.yaml by its name, or any query.",
        ),
    ],
    since: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="Only posts written on that day or later."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back the mentions that its backfills added.")
    ] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Find a query's mentions in what was already heard.

    It may be repeated: only new ones are added, and `laurels run` or `understand` then opens their
    cases, where the posts are younger than rewards.fresh_days. Interrupted, the same command goes
    on. A query that config.yaml does not name keeps its mentions under its own text.

    With --undo, the mentions that its backfills added go, and the waiting cases that are there only
    by them and that nobody acted on are dismissed. What listening found, and what people decided,
    stays.
    """
    from bot.commands import backfill as command
    from bot.commands import take_back

    settings = settings_in(config)
    if undo and since is not None:
        raise typer.BadParameter("--undo takes back every backfill of the query; leave --since out")
    with heard_before(settings) as engine:
        if undo:
            take_back.take_back(engine, settings, query, dry_run=dry_run, as_json=as_json)
            return
        command.backfill(engine, settings, query, since, dry_run=dry_run, as_json=as_json)


def voice(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Queries to compare; else all of config.yaml."),
    ] = None,
    by: Annotated[str, typer.Option(metavar="WORD", help="day, week or month.")] = "month",
    since: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM-DD", help="From this day on; else 30 days, 12 weeks or 12 months."
        ),
    ] = None,
    platform: Annotated[
        str | None, typer.Option(metavar="WORD", help="Posts of one platform only, e.g. reddit.")
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Share of voice: how the mentions of queries compare over time.

    Of the posts that any of the queries names, how many each names. A competitor is a query of role
    competitor; see docs/queries.md.
    """
    from bot.commands import voice as command

    settings = settings_in(config)
    with heard_before(settings) as engine:
        command.voice(engine, settings, names or (), by, since, platform, as_json=as_json)
