"""What a command prints: one object or a text on stdout, everything else on stderr."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import PurePath

Progress = Callable[[str, int, int], None]


class OutputError(Exception):
    """Nothing more can be printed; the message says why."""


def emit(value: Mapping[str, object], text: str, *, as_json: bool) -> None:
    """Print the result once: as an object, or as the text for a person.

    Raises OutputError where stdout is closed or takes no more, and BrokenPipeError where nobody
    reads it.
    """
    if sys.stdout is None:
        raise OutputError("closed, so that the result could not be printed")
    shown = _as_json(value) if as_json else text
    try:
        sys.stdout.write(shown + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(error.strerror or str(error)) from error


def _as_json(value: Mapping[str, object]) -> str:
    is_unicode = (sys.stdout.encoding or "utf-8").lower().replace("-", "").startswith("utf")
    return json.dumps(value, ensure_ascii=not is_unicode, default=_text_of)


def _text_of(value: object) -> str:
    """Moments and paths as text; a length of time has to say its unit in its key."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def note(text: str) -> None:
    """A line beside the result."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def counted(count: int, noun: str) -> str:
    """A number with its noun, in the plural but for one."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def plain(text: str) -> str:
    """A text without what a terminal would take for a command."""
    return "".join(one if one.isprintable() else " " for one in text)


def columns(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> str:
    """Rows as aligned columns, those in `right` to the right; wide letters count two.

    Cells quote strangers: what a terminal would take for a command is a space.
    """
    if not rows:
        return ""
    rows = [[plain(cell) for cell in row] for row in rows]
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            " " * (widths[at] - _width(cell)) + cell
            if at in right
            else cell + " " * (widths[at] - _width(cell))
            for at, cell in enumerate(row)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


@contextmanager
def progress(labels: Mapping[str, str]) -> Iterator[Progress]:
    """Bars on a terminal, a line a finished stage elsewhere, always on stderr.

    `labels` are the stages in order with their words; what is called hears (stage, done, total).
    """
    if sys.stderr.isatty():
        with _bars(labels) as show:
            yield show
    else:
        yield _lines(labels)


@contextmanager
def _bars(labels: Mapping[str, str]) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    width = max(len(label) for label in labels.values())
    parts = (TextColumn(f"{{task.description:<{width}}}"), BarColumn(bar_width=28))
    with Bars(
        *parts, MofNCompleteColumn(), TimeElapsedColumn(), console=Console(stderr=True)
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(labels[stage], total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show


def _lines(labels: Mapping[str, str]) -> Progress:
    began = time.monotonic()
    told: set[str] = set()

    def show(stage: str, done: int, total: int) -> None:
        if done >= total and stage not in told:
            told.add(stage)
            note(f"{labels[stage]}: {done} ({time.monotonic() - began:.1f} s)")

    return show
