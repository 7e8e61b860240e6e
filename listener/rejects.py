"""Put aside what could not be read, so that nothing is lost and the rest goes on."""

import json
from collections.abc import Sequence
from pathlib import Path

from listener.connectors import Reject


def put_aside(path: Path, rejects: Sequence[Reject]) -> None:
    """Append the rejects to `path` as JSON lines: number, reason, raw."""
    if not rejects:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        for reject in rejects:
            line = {"number": reject.number, "reason": reject.reason, "raw": reject.raw}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
