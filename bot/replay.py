"""A recorded community for the demo: where it is, how long it is, and when it ends."""

import json
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from listener.connectors import ConnectorError
from listener.connectors.archive import Archive, ArchiveOptions
from listener.history import Format
from listener.history.files import Files, damage
from listener.history.moments import EARLIEST, LATEST

LOG: Final = structlog.get_logger(__name__)
SHIPPED: Final = Path(__file__).parent / "community" / "community.jsonl"
_PLANTED: Final = SHIPPED.parent / "planted.json"
_CREATED: Final = re.compile(rb'"created_at"\s*:\s*"([^"]{10,40})"')


@dataclass(frozen=True, slots=True)
class Planted:
    """What the shipped community hides, by ``platform:id``."""

    brand: str
    own: tuple[str, ...]
    truth: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Extent:
    """How many lines, or other items, a record has, and the moment of its newest post."""

    lines: int
    end: datetime


def extent(path: Path) -> Extent:
    """Read the record once, an archive quickly; raises ConnectorError where it cannot be opened."""
    with closing(Archive(ArchiveOptions(path))) as archive:
        if archive.format is not Format.ARCHIVE:
            return _read_through(archive)
    items, newest = 0, ""
    with closing(Files(path)) as files:
        for name in files.sizes:
            lines, end = _lines(files, name)
            items, newest = items + lines, max(newest, end)
    try:
        end_of_all = datetime.fromisoformat(newest)
    except ValueError:
        return Extent(items, datetime.now(UTC))
    if not EARLIEST <= end_of_all.year <= LATEST:
        return Extent(items, datetime.now(UTC))
    if end_of_all.tzinfo is None:
        return Extent(items, end_of_all.replace(tzinfo=UTC))
    return Extent(items, end_of_all.astimezone(UTC))


def _lines(files: Files, name: str) -> tuple[int, str]:
    """How many lines a file of an archive has, and the latest time in them."""
    lines, newest = 0, ""
    with closing(files.open(name)) as stream:
        try:
            for line in stream.file:
                lines += 1
                if (found := _CREATED.search(line)) is not None:
                    newest = max(newest, found.group(1).decode("ascii", "replace"))
        except damage() as error:
            # Hearing meets the damage again, keeps what stands before it and says where it is.
            LOG.debug("archive is damaged", path=str(files.path), error=str(error))
    return lines, newest


def _read_through(archive: Archive) -> Extent:
    items, newest, cursor = 0, None, None
    while True:
        try:
            batch = archive.fetch(cursor)
        except ConnectorError as error:
            LOG.debug("record is damaged", error=str(error))
            break
        items += len(batch.posts) + len(batch.rejects)
        cursor = batch.cursor
        ends = [post.created_at for post in batch.posts]
        newest = max(ends if newest is None else [*ends, newest], default=None)
        if batch.exhausted:
            break
    return Extent(items, newest or datetime.now(UTC))


def planted() -> Planted:
    """The truth of the shipped community; a pair of colluders reads ``a+b``."""
    found = json.loads(_PLANTED.read_text(encoding="utf-8"))
    names = ("expert", "newcomer", "troll", "sarcasm", "spam")
    truth = {name: tuple(sorted(found[name])) for name in names}
    truth["colluders"] = tuple(sorted("+".join(sorted(pair)) for pair in found["colluders"]))
    return Planted(str(found["brand"]), tuple(found["own"]), truth)
