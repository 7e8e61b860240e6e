"""``laurels experts`` and ``leaderboard``."""

from typing import Annotated

import typer

from bot.parsers.shared import Config, Json, opened, settings_in


def experts(
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="How many people to print.")] = 20,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """The people who help most, ranked anew."""
    from bot.commands import standing

    settings = settings_in(config)
    with opened(settings) as engine:
        standing.experts(engine, settings, limit, as_json=as_json)


def leaderboard(
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Which month; else this one.")
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """The points that people earned in a month."""
    from bot.commands import standing

    settings = settings_in(config)
    with opened(settings) as engine:
        standing.leaderboard(engine, settings, month, as_json=as_json)
