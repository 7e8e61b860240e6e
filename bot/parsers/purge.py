"""``laurels purge``."""

from typing import Annotated

import typer

from bot.parsers.shared import Config, Json, opened, settings_in


def purge(
    post: Annotated[
        str | None,
        typer.Option(metavar="PLATFORM:ID", help="Delete this post, because somebody asked."),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            metavar="PLATFORM:ID",
            help="Delete this account with its posts, because somebody asked.",
        ),
    ] = None,
    asked: Annotated[
        str | None, typer.Option(metavar="DATE", help="When that was asked for; else now.")
    ] = None,
    report: Annotated[
        bool, typer.Option("--report", help="Only print the dated proof of what was deleted.")
    ] = False,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only print the proof from that day on.")
    ] = None,
    forecast: Annotated[
        bool, typer.Option("--forecast", help="Only print what looking again costs in 30 days.")
    ] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Delete here what its platform deleted or somebody asked for.

    Without options it looks whether the posts that are due still stand.
    """
    from bot.commands import purge as command
    from bot.failures import CommandError

    report = report or since is not None
    if sum((post is not None, account is not None, report, forecast)) > 1:
        raise CommandError("--post, --account, --report and --forecast: one at a time")
    settings = settings_in(config)
    with opened(settings) as engine:
        if post is not None or account is not None:
            command.request(engine, settings, post, account, asked, as_json=as_json)
        elif report:
            command.report(engine, since, as_json=as_json)
        elif forecast:
            command.forecast(engine, settings, as_json=as_json)
        elif not command.purge_all(engine, settings, as_json=as_json):
            raise typer.Exit(1)
