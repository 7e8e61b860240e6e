"""How far an import is: a bar on a terminal, a line now and then elsewhere, always on stderr."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from bot.terminal import note

Show = Callable[[int, int, int], None]
"""Hears of bytes read, of how many, and of items."""
_EVERY: Final = 10.0
_UNITS: Final = ("B", "KB", "MB", "GB", "TB")


@contextmanager
def shown() -> Iterator[Show]:
    """Tell how far an import is, while it runs."""
    if sys.stderr.isatty():
        with _bar() as show:
            yield show
    else:
        yield lines(time.monotonic)


def size(count: int) -> str:
    """Bytes for a person, e.g. 1.2 GB."""
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if unit else f"{count} B"


def lines(clock: Callable[[], float]) -> Show:
    """A line every ten seconds, and one at the end."""
    began = last = clock()

    def show(done: int, total: int, items: int) -> None:
        nonlocal last
        now = clock()
        if done < total and now - last < _EVERY:
            return
        last = now
        part = f"{done / total:.0%} of {size(total)}" if total else "all of it"
        note(f"Importing: {part}, {items:,} read ({now - began:.1f} s)")

    return show


@contextmanager
def _bar() -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("Importing"),
        BarColumn(bar_width=28),
        DownloadColumn(),
        TextColumn("{task.fields[items]:,} read"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None, items=0)

        def show(done: int, total: int, items: int) -> None:
            bar.update(task, completed=done, total=total, items=items)

        yield show
