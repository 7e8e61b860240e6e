"""The command line: every command in one list, and how it ends when it fails.

What a command takes stands in `bot.parsers`. What it does stands in `bot.commands`, which is imported
when it is called, so that help answers at once.
"""

import os
import sys
from collections.abc import Callable
from typing import Any, Final

import typer

from bot.parsers import desk, hearing, model, people, purge, setup, standing, steps

COMMANDS: Final[tuple[Callable[..., Any], ...]] = (
    setup.init,
    setup.demo,
    steps.run,
    hearing.import_,
    hearing.listen,
    hearing.budget,
    steps.understand,
    steps.decide,
    steps.deliver,
    standing.experts,
    standing.leaderboard,
    desk.desk,
    purge.purge,
    setup.migrate,
    setup.check,
    setup.backup,
    hearing.query,
)
GROUPS: Final[dict[str, tuple[str, tuple[Callable[..., Any], ...]]]] = {
    "model": (
        "The model that judges.",
        (model.info, model.classify, model.train, model.evaluate),
    ),
    "people": (
        "People and their accounts.",
        (people.show, people.claim, people.link, people.unlink),
    ),
}


def _app(help_: str, commands: tuple[Callable[..., Any], ...]) -> typer.Typer:
    app = typer.Typer(
        help=help_,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for command in commands:
        app.command(command.__name__.rstrip("_"))(command)
    return app


app = _app("Hears what people say about your product, and thanks those who help.", COMMANDS)
for _name, _group in GROUPS.items():
    app.add_typer(_app(*_group), name=_name)


def main() -> None:
    """Run a command; an expected failure is one line on stderr and exit 1."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        from bot.failures import line_for

        line = line_for(error)
        if line is None:
            raise
        if "--json" in sys.argv:
            from bot.terminal import emit

            emit({"error": line}, line, as_json=True)
        sys.stderr.write(f"laurels: {line}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
