"""The commands: every one in one list.

What a command takes stands in `bot.parsers`. What it does stands in `bot.commands`, which is
imported when it is called, so that help answers at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from bot.parsers import desk, hearing, model, people, purge, query, setup, standing, steps

Command = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Group:
    """Commands that are called by two words."""

    name: str
    help: str
    commands: tuple[Command, ...]


PEOPLE: Final = Group(
    "people",
    "People and their accounts: show, claim, link, unlink.",
    (people.show, people.claim, people.link, people.unlink),
)
MODEL: Final = Group(
    "model",
    "The model: what it is, how good, why it says what it says.",
    (
        *(model.info, model.classify, model.why, model.behave),
        *(model.drift, model.mix, model.adapt, model.eval_, model.train),
    ),
)
QUERY: Final = Group(
    "query",
    "Queries: explain, test, tune, backfill, voice.",
    (query.explain, query.test, query.tune, query.backfill, query.voice),
)
SECTIONS: Final[dict[str, tuple[Command | Group, ...]]] = {
    "Begin": (setup.init, setup.check, setup.demo),
    "Run": (steps.run, desk.desk),
    "One step by hand": (hearing.listen, steps.understand, steps.decide, steps.deliver),
    "See": (standing.experts, standing.leaderboard, PEOPLE, hearing.budget, QUERY, MODEL),
    "Keep": (hearing.import_, purge.purge, setup.backup, setup.migrate),
}
"""Every command, in the order of the help."""


class _Sectioned(TyperGroup):
    """The commands under the titles of `SECTIONS`, none of their summaries cut off."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write each section."""
        width = max(map(len, self.commands))
        for title, commands in SECTIONS.items():
            rows = [(name.ljust(width), self._summary(name)) for name in map(_name, commands)]
            with formatter.section(title):
                formatter.write_dl(rows)

    def _summary(self, name: str) -> str:
        return (self.commands[name].help or "").partition("\n\n")[0]


def _name(one: Command | Group) -> str:
    return one.name if isinstance(one, Group) else one.__name__.rstrip("_")


def _app(help_: str, commands: tuple[Command | Group, ...]) -> typer.Typer:
    app = typer.Typer(
        help=help_,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for one in commands:
        if isinstance(one, Group):
            app.add_typer(_app(one.help, one.commands), name=one.name)
        else:
            app.command(_name(one))(one)
    return app


app = _app(
    "Hears what people say about your product, and thanks those who help.",
    tuple(one for section in SECTIONS.values() for one in section),
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"laurels {version('laurels')}")
        raise typer.Exit


@app.callback(cls=_Sectioned)
def _laurels(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """The options of the program itself."""
