"""Put aside what could not be read, so that nothing is lost and the rest goes on."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from listener.connectors import Reject

_LARGEST_LOOKED_THROUGH: Final = 2**20
"""An import can put aside millions of lines, each of them once anyway."""


def put_aside(path: Path, rejects: Sequence[Reject]) -> None:
    """Append the rejects to `path` as JSON lines: number, reason, raw.

    A platform shows an item that cannot be read at every look; it is put aside once.
    """
    if not rejects:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    known = _known(path)
    with path.open("a", encoding="ascii") as file:
        for reject in rejects:
            line = _line(reject)
            if line not in known:
                file.write(line + "\n")
                known.add(line)


def _known(path: Path) -> set[str]:
    if not path.exists() or path.stat().st_size > _LARGEST_LOOKED_THROUGH:
        return set()
    return set(path.read_text(encoding="ascii", errors="replace").splitlines())


def _line(reject: Reject) -> str:
    return json.dumps({"number": reject.number, "reason": reject.reason, "raw": reject.raw})
