"""The last messages of each Discord channel by id, to see which went while nobody listened."""

import json
from collections import deque
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

_KEPT: Final = 100
_SAVED_EVERY: Final = timedelta(minutes=1)


class Recent:
    """Ids of delivered posts, saved now and then; what was not saved is looked after by nobody."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids = _read(path)
        self._saved_at: datetime | None = None
        self._is_saved = True

    def note(self, channel_id: int, message_id: int) -> None:
        """A post of this channel was delivered."""
        ids = self._ids.setdefault(channel_id, deque(maxlen=_KEPT))
        if message_id not in ids:
            ids.append(message_id)
            self._is_saved = False

    def missing(self, channel_id: int, since: int, until: int, there: Collection[int]) -> list[int]:
        """Those noted from `since` to `until` that are no longer there; they are forgotten."""
        ids = self._ids.get(channel_id, deque())
        gone = [id_ for id_ in ids if since <= id_ <= until and id_ not in there]
        for id_ in gone:
            ids.remove(id_)
        return gone

    def save(self, now: datetime | None = None) -> None:
        """Write the ids; with `now`, no more often than once a minute."""
        is_early = now and self._saved_at and now - self._saved_at < _SAVED_EVERY
        if self._is_saved or is_early:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps({str(id_): list(ids) for id_, ids in self._ids.items()}))
        new.replace(self._path)
        self._saved_at, self._is_saved = now, True


def _read(path: Path) -> dict[int, deque[int]]:
    try:
        found = json.loads(path.read_text())
        return {int(id_): deque(map(int, ids), _KEPT) for id_, ids in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # it only helps to notice deletions
