"""A recorded community for the demo: where it is, how long it is, and when it ends."""

import json
import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from listener.connectors.archive import damage, open_lines
from listener.connectors.archive_line import EARLIEST, LATEST

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
    """Lines of an archive and the moment of its newest post."""

    lines: int
    end: datetime


def extent(path: Path) -> Extent:
    """Read the archive once, quickly; raises ConnectorError where it cannot be opened."""
    lines, newest = 0, ""
    with ExitStack() as stack:
        file = open_lines(path, stack)
        try:
            for line in file:
                lines += 1
                if (found := _CREATED.search(line)) is not None:
                    newest = max(newest, found.group(1).decode("ascii", "replace"))
        except damage() as error:
            # Hearing meets the damage again, keeps what stands before it and says where it is.
            LOG.debug("archive is damaged", path=str(path), error=str(error))
    try:
        end = datetime.fromisoformat(newest)
    except ValueError:
        return Extent(lines, datetime.now(UTC))
    if not EARLIEST <= end.year <= LATEST:
        return Extent(lines, datetime.now(UTC))
    return Extent(lines, end.replace(tzinfo=UTC) if end.tzinfo is None else end.astimezone(UTC))


def planted() -> Planted:
    """The truth of the shipped community; a pair of colluders reads ``a+b``."""
    found = json.loads(_PLANTED.read_text(encoding="utf-8"))
    names = ("expert", "newcomer", "troll", "sarcasm", "spam")
    truth = {name: tuple(sorted(found[name])) for name in names}
    truth["colluders"] = tuple(sorted("+".join(sorted(pair)) for pair in found["colluders"]))
    return Planted(str(found["brand"]), tuple(found["own"]), truth)
