"""``laurels query``: explain and test."""

from pathlib import Path
from typing import Annotated

import typer

from bot.parsers.shared import Json

Query = Annotated[
    str,
    typer.Argument(
        metavar="QUERY",
        help="The query, in quotation marks; put -- before one that begins with a minus.",
    ),
]


def explain(query: Query, as_json: Json = False) -> None:
    """Say in words what a query finds."""
    from bot.commands import query as command

    command.explain(query, as_json=as_json)


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

    In --json, each match has the post's id and its spans: [start, end] in characters of the text,
    where the post has a title of the title, a line break and the text.
    """
    from bot.commands import query as command

    command.try_out(query, archive, limit, as_json=as_json)
