"""The posts of a record, some at a time, for a command that keeps nothing of them."""

import io
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, cast

from listener.connectors import ConnectorError
from listener.connectors.archive import Archive, ArchiveOptions
from listener.history import Mark
from listener.history.archive_lines import parse
from listener.history.files import damage, piped
from listener.history.lines import Lines
from store.records import Post

STDIN: Final = Path("-")
_BATCH: Final = 4_000


@dataclass(frozen=True, slots=True)
class Part:
    """Some posts, how many items could not be read, and bytes done of all bytes."""

    posts: list[Post]
    rejects: int
    done: int = 0
    total: int = 0


def parts(path: Path) -> Iterator[Part]:
    """The record at a path, in any format that can be imported; `-` is an archive on stdin.

    Raises listener.connectors.ConnectorError where it cannot be read on.
    """
    return _piped() if path == STDIN else _filed(path)


def _filed(path: Path) -> Iterator[Part]:
    cursor: str | None = None
    with closing(Archive(ArchiveOptions(path), batch=_BATCH)) as archive:
        while True:
            batch = archive.fetch(cursor)
            cursor = batch.cursor
            yield Part(list(batch.posts), len(batch.rejects), *archive.progress)
            if batch.exhausted:
                return


def _piped() -> Iterator[Part]:
    stdin = cast("io.BufferedReader", sys.stdin.buffer)
    try:
        items = iter(Lines(piped(stdin), Mark(), parse))
        while some := list(islice(items, _BATCH)):
            posts = [one for one in some if isinstance(one, Post)]
            yield Part(posts, sum(one is not None for one in some) - len(posts))
    except damage() as error:
        raise ConnectorError(f"stdin: damaged ({error})", permanent=True) from error
