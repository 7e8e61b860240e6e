"""Put aside what could not be read, so that nothing is lost and the rest goes on."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from listener.connectors import Reject

_LARGEST: Final = 2**28
"""Of a file that would grow beyond, the newer half is kept."""
_LOOKED_THROUGH: Final = 2**23
"""What was put aside lately, where an item that is shown at every look stands again."""


def put_aside(path: Path, rejects: Sequence[Reject]) -> None:
    """Append the rejects to `path` as JSON lines: number, reason, raw.

    A platform shows an item that cannot be read at every look; it is put aside once.
    """
    if not rejects:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    known = set(_end_of(path, _LOOKED_THROUGH).split(b"\n"))
    new: dict[bytes, None] = {}
    for reject in rejects:
        if (line := _line(reject).encode("ascii")) not in known:
            new[line] = None
    added = b"".join(line + b"\n" for line in new)
    if added and path.exists() and path.stat().st_size + len(added) > _LARGEST:
        _shorten(path)
    if added:
        with path.open("ab") as file:
            file.write(added)


def _end_of(path: Path, size: int) -> bytes:
    """So much of the end of the file, from the beginning of a line on."""
    if not path.exists():
        return b""
    with path.open("rb") as file:
        if (skipped := path.stat().st_size - size) > 0:
            file.seek(skipped)
            file.readline()
        return file.read()


def _shorten(path: Path) -> None:
    kept = path.with_name(path.name + ".new")
    kept.write_bytes(_end_of(path, _LARGEST // 2))
    kept.replace(path)


def _line(reject: Reject) -> str:
    return json.dumps({"number": reject.number, "reason": reject.reason, "raw": reject.raw})
