"""``laurels experts`` and ``leaderboard``."""

from typing import Annotated

import typer

from bot.parsers.shared import Config, Json, opened, settings_in


def experts(
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Rank the people who help."""
    from bot.commands import standing

    settings = settings_in(config)
    with opened(settings) as engine:
        standing.experts(engine, settings, limit, as_json=as_json)


def leaderboard(
    month: Annotated[str | None, typer.Option(help="YYYY-MM; else this month.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Print the leaderboard of a month."""
    from bot.commands import standing

    settings = settings_in(config)
    with opened(settings) as engine:
        standing.leaderboard(engine, settings, month, as_json=as_json)
