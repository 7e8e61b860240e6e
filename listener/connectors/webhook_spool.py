"""Where deliveries of a webhook stand from the reply to the sender until the store has them."""

import fcntl
import hashlib
import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from pathlib import Path
from typing import Final

_LARGEST_PART: Final = 8 * 2**20
_SMALLEST_AGE: Final = 60.0
"""Seconds before a part that was read is ended, however small it is."""
_KEPT: Final = 600.0
"""Seconds that a part is kept after the stored cursor passed it: a commit of the store may be lost
with the power, and the cursor then goes back."""
_SEEN: Final = 100_000
_TOGETHER: Final = 0.1
"""Seconds within which deliveries are read at once, or each would be a transaction."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point in a spool, in bytes since it began; `spool` tells it from an earlier one."""

    spool: str = ""
    at: int = 0


class Put(Enum):
    """What became of a delivery."""

    KEPT = auto()
    KNOWN = auto()
    FULL = auto()


class Spool:
    """Lines in files, each forced to the disk before it counts. One process writes, any may read.

    `most` is how many bytes may wait to be read. Methods raise OSError.
    """

    def __init__(
        self,
        folder: Path,
        *,
        most: int,
        kept: float = _KEPT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._most = most
        self._kept = kept
        self._clock = clock
        self._lock = threading.Condition()
        self._held: int | None = None
        self._part: int | None = None
        self._name = ""
        self._begun = self._end = self._passed = 0
        self._begun_at = 0.0
        self._passed_at: dict[Path, float] = {}
        self._seen: dict[str, None] = {}

    @property
    def is_ours(self) -> bool:
        """Whether this process is the one that writes."""
        return self._held is not None

    def open(self) -> bool:
        """Begin to write, or go on; false where another process or connector does."""
        if self._held is not None:
            return True
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            return False
        self._held = held
        try:
            with self._lock:
                self._enter()
        except BaseException:
            self.close()
            raise
        return True

    def close(self) -> None:
        """Stop writing; another may begin."""
        with self._lock:
            if self._part is not None:
                os.close(self._part)
            if self._held is not None:
                os.close(self._held)
            self._part = self._held = None
            self._lock.notify_all()

    def put(self, id_: str, line: bytes) -> Put:
        """Keep a line without its end, on the disk before this returns; nothing where it fails."""
        name = _hash(id_)
        with self._lock:
            if self._part is None:
                raise OSError("the spool is closed")
            if name in self._seen:
                return Put.KNOWN
            if self._end - self._passed + len(line) >= self._most:
                return Put.FULL
            self._append(self._part, line + b"\n")
            self._remember(name)
            self._lock.notify_all()
            return Put.KEPT

    def entered(self, place: Place) -> Place:
        """The place, or the beginning of what is there where it is of an earlier spool."""
        parts = self._parts()
        name, end = self._bounds(parts)
        if place.spool == name and place.at <= end:
            return place
        return Place(name, parts[0][0] if parts else end)

    def lines(self, place: Place) -> Iterator[tuple[bytes, Place]]:
        """What stands after a place, each line with the place after it."""
        parts = self._parts()
        name, end = self._bounds(parts)
        for (start, path), (following, _) in pairwise([*parts, (end, Path())]):
            if following <= place.at:
                continue
            with suppress(FileNotFoundError), path.open("rb") as file:
                file.seek(max(0, place.at - start))
                while (here := start + file.tell()) < end and (line := file.readline()):
                    if not line.endswith(b"\n"):
                        return
                    yield line[:-1], Place(name, here + len(line))

    def wait(self, place: Place, seconds: float) -> None:
        """Until something stands after the place, and what comes with it, where this one writes."""
        with self._lock:
            if self._end > place.at:
                return
            self._lock.wait_for(lambda: self._part is None or self._end > place.at, seconds)
            if self._end > place.at:
                self._lock.wait_for(lambda: self._part is None, min(seconds, _TOGETHER))

    def passed(self, place: Place) -> None:
        """Drop what lies before a place for which the store holds what was read."""
        with self._lock:
            if self._part is None or place.spool != self._name or place.at > self._end:
                return
            self._passed = max(self._passed, place.at)
            is_old = self._clock() - self._begun_at >= _SMALLEST_AGE
            if place.at == self._end > self._begun and is_old:
                self._begin(self._end)
            self._drop()

    def _drop(self) -> None:
        now = self._clock()
        parts = self._parts()
        for (_, path), (following, _) in pairwise(parts):
            if following <= self._passed:
                self._passed_at.setdefault(path, now)
        old = [path for path, at in self._passed_at.items() if now - at >= self._kept]
        if old:
            self._keep_seen()
        for path in old:
            path.unlink(missing_ok=True)
            del self._passed_at[path]

    def _enter(self) -> None:
        """Go on with the files that are there; half a line at the end was promised to nobody."""
        parts = self._parts()
        self._name = _name(parts[0][1]) if parts else secrets.token_hex(4)
        start, path = parts[-1] if parts else (0, self._path(0))
        self._part = self._opened(path)
        self._begun, self._begun_at = start, self._clock()
        whole = _whole_lines(path)
        os.ftruncate(self._part, whole)
        os.fsync(self._part)
        self._end = start + whole
        self._passed = parts[0][0] if parts else 0
        self._passed_at = {}
        self._seen = dict.fromkeys(_read(self._folder / "seen").decode("ascii", "replace").split())
        for _, one in parts:
            for name in _names_in(one):
                self._remember(name)

    def _append(self, part: int, line: bytes) -> None:
        if self._end - self._begun >= _LARGEST_PART:
            part = self._begin(self._end)
        whole = self._end - self._begun
        if os.fstat(part).st_size != whole:
            os.ftruncate(part, whole)  # What a failure left behind.
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(part, rest) :]
            os.fsync(part)
        except OSError:
            with suppress(OSError):
                os.ftruncate(part, whole)
            raise
        self._end += len(line)

    def _begin(self, start: int) -> int:
        """End the part that is written and begin another."""
        part = self._opened(self._path(start))
        if self._part is not None:
            os.close(self._part)
        self._part, self._begun, self._begun_at = part, start, self._clock()
        return part

    def _opened(self, path: Path) -> int:
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        _sync_folder(self._folder)
        return opened

    def _path(self, start: int) -> Path:
        return self._folder / f"{self._name}-{start:020}.jsonl"

    def _parts(self) -> list[tuple[int, Path]]:
        """Each part by the place at which it starts, in order."""
        found = self._folder.glob("*-*.jsonl")
        return sorted((int(path.stem.partition("-")[2]), path) for path in found)

    def _bounds(self, parts: list[tuple[int, Path]]) -> tuple[str, int]:
        if self._part is not None:
            return self._name, self._end
        if not parts:
            return "", 0
        start, path = parts[-1]
        return _name(path), start + _whole_lines(path)

    def _remember(self, name: str) -> None:
        self._seen[name] = None
        if len(self._seen) > _SEEN:
            del self._seen[next(iter(self._seen))]

    def _keep_seen(self) -> None:
        """Write the ids down whose lines are about to go."""
        path = self._folder / "seen.new"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write("\n".join(self._seen).encode())
            file.flush()
            os.fsync(file.fileno())
        path.replace(self._folder / "seen")
        _sync_folder(self._folder)


def _name(path: Path) -> str:
    return path.stem.partition("-")[0]


def _hash(id_: str) -> str:
    return hashlib.sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _whole_lines(path: Path) -> int:
    """Bytes up to the end of the last whole line."""
    return _read(path).rfind(b"\n") + 1


def _names_in(path: Path) -> Iterator[str]:
    for line in _read(path).splitlines():
        with suppress(ValueError, KeyError, TypeError):
            yield _hash(json.loads(line)["id"])


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
