"""``laurels purge``."""

from typing import Annotated

import typer

from bot.parsers.shared import Config, Json, opened, settings_in


def purge(
    post: Annotated[
        str | None, typer.Option(help="PLATFORM:ID of a post to delete on request.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="PLATFORM:ID of an account to delete on request.")
    ] = None,
    asked: Annotated[str | None, typer.Option(help="When that was asked for; else now.")] = None,
    report: Annotated[bool, typer.Option("--report", help="Print the dated proof.")] = False,
    since: Annotated[str | None, typer.Option(help="YYYY-MM-DD: the proof from then on.")] = None,
    forecast: Annotated[
        bool, typer.Option("--forecast", help="What the looks cost in 30 days.")
    ] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Delete here what was deleted on its platform; honour a request; prove it."""
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
