"""A record that somebody keeps writing: a line for each post, another for each change of it."""

import itertools
import json
import tempfile
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from listener.connectors import Deletions
from listener.connectors.archive import ArchiveOptions


class ArchivePeer:
    """Appends to a file in the format of docs/archive.md."""

    word = "archive"
    secrets: Mapping[str, str] = {}
    edits = True
    deletions = Deletions.EVENTS
    faults: tuple[str, ...] = ("half a line", "no JSON")

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="laurels-archive-")
        self._path = Path(self._folder.name) / "record.jsonl"
        self._path.touch()
        self._lines: dict[str, dict[str, object]] = {}
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self.options: object = ArchiveOptions(self._path)

    @property
    def url(self) -> str:
        """An archive has no address; any will do."""
        return "http://127.0.0.1:9"

    def say(
        self, text: str, at: datetime, *, author: str = "ann", parent: str | None = None
    ) -> str:
        """A new line."""
        id_ = str(next(self._ids))
        root = parent if parent is None else self._lines[parent].get("thread_id") or parent
        line: dict[str, object] = {
            "platform": "archive",
            "id": id_,
            "kind": "post" if parent is None else "comment",
            "author": {"id": f"u-{author}", "handle": author},
            "created_at": at.astimezone(UTC).isoformat(),
            "text": text,
            "parent_id": parent,
            "thread_id": root,
        }
        self._lines[id_] = line
        self._write(json.dumps(line) + "\n")
        return id_

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        """The post again, with other words."""
        self._lines[platform_id] |= {"text": text, "edited_at": at.isoformat()}
        self._write(json.dumps(self._lines[platform_id]) + "\n")

    def delete(self, platform_id: str) -> None:
        """The post again, as deleted."""
        self._lines[platform_id] |= {"text": "", "deleted_at": datetime.now(UTC).isoformat()}
        self._write(json.dumps(self._lines[platform_id]) + "\n")

    def fail(self, fault: str) -> None:
        """A line that cannot be read stands among the others; or the file is out of reach."""
        if fault in ("401", "403"):
            self._path.unlink(missing_ok=True)
        else:
            self._write({"half a line": '{"platform": "arch\n', "no JSON": "<html>\n"}[fault])

    def close(self) -> None:
        """Remove the file."""
        self._folder.cleanup()

    def _write(self, line: str) -> None:
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(line)
