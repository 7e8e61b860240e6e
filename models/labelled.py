"""Read a file of labelled texts, gzip or not; what is wrong with it is told by its line."""

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from models.tasks import Task

LONGEST: Final = 4_000_000
"""Bytes of one line; no post of any platform comes near it."""
_SHOWN: Final = 60
"""Characters of a label that is none: columns that changed places make it a whole text."""
_GZIP: Final = b"\x1f\x8b"
_ROW: Final = (b"{", b"\xef\xbb\xbf{")
"""How a file of rows begins, with and without a byte order mark."""


class LabelledError(Exception):
    """A file that cannot be measured with; the message names the line and the way out."""


@dataclass(frozen=True, slots=True)
class Row:
    """A text, its labels (one, or of a task with several any number) and whom it is about."""

    text: str
    labels: tuple[str, ...]
    target: str | None = None


def read(path: Path, task: Task) -> Iterator[Row]:
    """Rows ``{"text", "label"}``, or ``"labels"``, and ``"target"`` for the task of that name.

    Raises LabelledError where the file is missing, empty, no text, or a row is not such a one.
    """
    count = 0
    try:
        with _opened(path) as file:
            for number, line in _lines(path, file):
                count += 1
                yield _row(path, number, line, task)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        what = f"damaged after row {count:,}" if count else "begins as gzip and is none"
        raise LabelledError(f"{path}: {what} ({error}); copy or download it again") from None
    except OSError as error:
        raise LabelledError(f"{path}: {error.strerror or error}") from None
    if not count:
        raise LabelledError(f"{path}: empty; it needs a row as {_example(task)} on each line")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    # Opened once: what was read of a pipe is gone.
    with path.open("rb") as file:
        start = file.peek(len(_GZIP))
        if start.startswith(_GZIP):
            with gzip.open(file, "rb") as unpacked:
                yield cast("BinaryIO", unpacked)
        elif path.suffix == ".gz" and start.strip() and not start.lstrip().startswith(_ROW):
            raise LabelledError(
                f"{path}: not gzip, though its name ends in .gz; copy or download it again"
            )
        else:
            yield file


def _lines(path: Path, file: BinaryIO) -> Iterator[tuple[int, str]]:
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            raise _wrong(path, number, f"is longer than {LONGEST:,} bytes; a row is one post")
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise _wrong(path, number, f"is no UTF-8 text ({error.reason})") from None
        if text.strip():
            yield number, text


def _row(path: Path, number: int, line: str, task: Task) -> Row:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise _wrong(path, number, f"is no JSON; a row looks as {_example(task)}") from None
    if not isinstance(value, dict):
        raise _wrong(path, number, f"is no object; a row looks as {_example(task)}")
    text = value.get("text")
    if not isinstance(text, str):
        raise _wrong(path, number, 'needs a "text"')
    target = value.get("target")
    if task.name == "target" and not (isinstance(target, str) and target.strip()):
        raise _wrong(path, number, 'needs a "target": the words that the mood is about')
    labels = tuple(_label(path, number, one, task) for one in _spelled(path, number, value, task))
    return Row(text, labels, target if isinstance(target, str) else None)


def _spelled(path: Path, number: int, value: dict[str, Any], task: Task) -> list[str]:
    found = value.get("labels", value.get("label"))
    found = [found] if isinstance(found, str) else found
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise _wrong(path, number, 'needs a "label", or "labels": a list of words')
    if not task.is_many and len(found) != 1:
        raise _wrong(path, number, f"has {len(found)} labels; {task.name} takes one")
    return found


def _label(path: Path, number: int, spelled: str, task: Task) -> str:
    if (label := task.label(spelled)) is None:
        known = ", ".join(task.labels) or "codes of languages: en, pt"
        cut = spelled if len(spelled) <= _SHOWN else f"{spelled[:_SHOWN]}…"
        raise _wrong(path, number, f"has the label {cut!r}; {task.name} knows {known}")
    return label


def _wrong(path: Path, number: int, what: str) -> LabelledError:
    return LabelledError(f"{path}, line {number:,}: {what}")


def _example(task: Task) -> str:
    label = task.labels[-1] if task.labels else "en"
    row: dict[str, object] = {"text": "…"}
    row |= {"labels": [label]} if task.is_many else {"label": label}
    row |= {"target": "…"} if task.name == "target" else {}
    return json.dumps(row, ensure_ascii=False)
