"""How far listening once is: a line on a terminal that goes at the end, nothing elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.logs import configure
from bot.settings import LogLevel

Show = Callable[[int, str, int], None]
"""Hears how many sources are done, what is read now, and how many items came of that."""


@contextmanager
def shown(sources: int) -> Iterator[Show]:
    """Tell where listening at so many sources is, while it goes on."""
    if sources and sys.stderr.isatty():
        # What would be logged is in the result; between, it would tear the line apart.
        configure(LogLevel.ERROR)
        with _line(sources) as show:
            yield show
    else:
        yield lambda _done, _what, _items: None


@contextmanager
def _line(sources: int) -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("Listening"),
        BarColumn(bar_width=28),
        TextColumn("{task.fields[what]}, {task.fields[items]:,} read", markup=False),
        TimeElapsedColumn(),
    )
    # Of a single source nobody knows how much there is.
    total = sources if sources > 1 else None
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, what="beginning", items=0)

        def show(done: int, what: str, items: int) -> None:
            bar.update(task, completed=done, what=what, items=items)

        yield show
