"""The rehearsal: writes down what would be said and where, one JSON object a line."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rewards.senders import Absence
from store.records import Message, Post


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A sender that speaks into a file. A line that a crash cut off was not said."""

    path: Path
    name: str = "rehearsal"

    def send(self, message: Message, target: Post) -> str:
        """Append the message and wait until the disk has it."""
        remote_id = f"rehearsal:{message.dedupe_key}"
        line = {
            "key": message.dedupe_key,
            "id": remote_id,
            "platform": message.draft.platform,
            "channel": target.channel,
            "reply_to": target.platform_id,
            "url": target.url,
            "to": target.author.handle,
            "body": message.draft.body,
        }
        self._append(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        return remote_id

    def find(self, message: Message, target: Post) -> str | Absence:
        """Look the message up by its key: the file always knows."""
        for line in self._lines():
            if line.get("key") == message.dedupe_key:
                return str(line["id"])
        return Absence.SURE

    def _append(self, line: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            if file.tell() > 0:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    line = b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def _lines(self) -> Iterator[dict[str, object]]:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for line in file:
                try:
                    read = json.loads(line)
                except ValueError:  # cut off by a crash
                    continue
                if isinstance(read, dict) and "id" in read:
                    yield read
