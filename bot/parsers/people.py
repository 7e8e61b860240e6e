"""``laurels people``: show, claim, link and unlink."""

from typing import Annotated

import typer

from bot.parsers.shared import Config, Json, opened, settings_in

Account = Annotated[
    str, typer.Argument(metavar="ACCOUNT", help="PLATFORM:HANDLE or PLATFORM:ID, e.g. reddit:ann.")
]


def show(account: Account, config: Config = None, as_json: Json = False) -> None:
    """Show the person behind an account, and all their accounts."""
    from bot.commands import people as command

    with opened(settings_in(config)) as engine:
        command.show(engine, account, as_json=as_json)


def claim(account: Account, config: Config = None, as_json: Json = False) -> None:
    """Make a code that a person posts from a second account.

    It proves nothing by itself: a member confirms it at the desk, under Claims.
    """
    from bot.commands import people as command

    with opened(settings_in(config)) as engine:
        command.claim(engine, account, as_json=as_json)


def link(
    account: Account,
    to: Annotated[str, typer.Argument(metavar="TO", help="The account whose person it joins.")],
    reason: Annotated[
        str,
        typer.Option(metavar="TEXT", help="How it was confirmed, e.g. 'told us by mail'; needed."),
    ] = "",
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Join two accounts that are one person's, as was confirmed."""
    from bot.commands import people as command

    with opened(settings_in(config)) as engine:
        command.link(engine, account, to, reason, as_json=as_json)


def unlink(account: Account, config: Config = None, as_json: Json = False) -> None:
    """Undo a link: the account is a person of its own again."""
    from bot.commands import people as command

    with opened(settings_in(config)) as engine:
        command.unlink(engine, account, as_json=as_json)
