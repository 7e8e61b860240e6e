"""``laurels people``: show, claim, link and unlink."""

from typing import Annotated

import typer

from bot.parsers.shared import Config, Json, opened, settings_in

Account = Annotated[str, typer.Argument(help="PLATFORM:HANDLE or PLATFORM:ID.")]


def show(account: Account, config: Config = None, as_json: Json = False) -> None:
    """The person behind an account, and how their accounts came together."""
    from bot.commands import people as command

    with opened(settings_in(config)) as engine:
        command.show(engine, account, as_json=as_json)


def claim(account: Account, config: Config = None, as_json: Json = False) -> None:
    """A code that, written from another account, proves that both are one person's."""
    from bot.commands import people as command

    with opened(settings_in(config)) as engine:
        command.claim(engine, account, as_json=as_json)


def link(
    account: Account,
    to: Annotated[str, typer.Argument(help="The account whose person it joins.")],
    reason: Annotated[str, typer.Option(help="How the person confirmed it.")] = "",
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Join two accounts that their person confirmed."""
    from bot.commands import people as command

    with opened(settings_in(config)) as engine:
        command.link(engine, account, to, reason, as_json=as_json)


def unlink(account: Account, config: Config = None, as_json: Json = False) -> None:
    """Undo a link."""
    from bot.commands import people as command

    with opened(settings_in(config)) as engine:
        command.unlink(engine, account, as_json=as_json)
