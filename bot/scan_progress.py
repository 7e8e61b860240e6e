"""How far a search through many posts is: a line on a terminal that goes at the end."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Show = Callable[[int, int, int, int], None]
"""Hears how much is done, of how much, how many posts were read, and how many of them fit."""


@contextmanager
def shown(label: str) -> Iterator[Show]:
    """Tell how far it is, on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _total, _posts, _fit: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn(label),
        BarColumn(bar_width=28),
        TextColumn("{task.fields[posts]:,} read, {task.fields[fit]:,} found"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, posts=0, fit=0)

        def show(done: int, total: int, posts: int, fit: int) -> None:
            bar.update(task, completed=done, total=total or None, posts=posts, fit=fit)

        yield show
