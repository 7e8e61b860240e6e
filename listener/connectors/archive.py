"""The archive connector: recorded communities as JSON lines, plain, gzip or zstd."""

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import IO, Final, cast

from listener.connectors import Batch, ConnectorError, Reject
from listener.connectors.archive_line import BadLine, read_line
from store.records import Post

_LONGEST_LINE: Final = 4 * 1024 * 1024
_RAW_KEPT: Final = 20_000
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"


def open_lines(path: Path, stack: ExitStack) -> IO[bytes]:
    """The file's bytes, decompressed by what it is rather than by its name; closed with `stack`.

    Raises ConnectorError where it cannot be opened.
    """
    try:
        raw = stack.enter_context(path.open("rb"))
        magic = raw.read(4)
    except OSError as error:
        raise ConnectorError(f"{path}: {error.strerror or error}", permanent=True) from error
    raw.seek(0)
    if magic[:2] == _GZIP:
        return cast("IO[bytes]", stack.enter_context(gzip.open(raw, "rb")))
    if magic == _ZSTD:
        import zstandard

        window = 2**31  # dumps are written with long windows
        opener = zstandard.ZstdDecompressor(max_window_size=window)
        reader = stack.enter_context(opener.stream_reader(raw, read_across_frames=True))
        return cast("IO[bytes]", io.BufferedReader(cast("io.RawIOBase", reader), 2**20))
    return raw


def thread_key(post: Post) -> str:
    """What posts of one conversation share: the thread, else the parent, else the post itself."""
    return post.thread_id or post.parent_id or post.platform_id


class Archive:
    """Reads `path` in batches; with `wanted`, only conversations in which some post is wanted.

    The cursor is ``LINE:HEAD``: lines read so far and a hash of the first line, so that a
    replaced file is read from its beginning. The file is closed when its end is reached.
    """

    def __init__(
        self, path: Path, *, batch: int = 2000, wanted: Callable[[Post], bool] | None = None
    ) -> None:
        self._path = path
        self._batch = batch
        self._wanted = wanted
        self._threads: set[str] | None = None
        self._files = ExitStack()
        self._lines: Iterator[tuple[int, bytes]] | None = None
        self._at = 0
        self._head = ""

    def fetch(self, cursor: str | None) -> Batch:
        """The next lines of the file; raises ConnectorError where it cannot be read."""
        lines = self._lines_after(cursor)
        if self._wanted is not None and self._threads is None:
            self._threads = self._find_threads(self._wanted)
        posts: list[Post] = []
        rejects: list[Reject] = []
        seen = 0
        try:
            for number, line in self._guarded(islice(lines, self._batch)):
                seen += 1
                self._at = number
                read = _read(number, line)
                if isinstance(read, Reject):
                    rejects.append(read)
                elif read is not None and self._keeps(read):
                    posts.append(read)
        except ConnectorError:
            if not seen:
                raise
            # What came before the damage is kept; the next fetch meets the damage first.
            return Batch(posts, f"{self._at}:{self._head}", rejects)
        exhausted = seen < self._batch
        if exhausted:
            self.close()
        return Batch(posts, f"{self._at}:{self._head}", rejects, exhausted=exhausted)

    def close(self) -> None:
        """Close the file; the next fetch opens it again."""
        self._files.close()
        self._lines = None

    def _keeps(self, post: Post) -> bool:
        if self._threads is None:
            return True
        return thread_key(post) in self._threads or post.platform_id in self._threads

    def _lines_after(self, cursor: str | None) -> Iterator[tuple[int, bytes]]:
        line, _, head = (cursor or "0:").partition(":")
        wanted = int(line) if line.isdecimal() else 0
        if self._lines is not None and self._at == wanted and self._head == head:
            return self._lines
        self.close()
        self._head = self._first_line_hash()
        lines = _numbered(open_lines(self._path, self._files))
        self._at = 0
        skipped = wanted if head == self._head else 0
        for number, _raw in self._guarded(islice(lines, skipped)):
            self._at = number
        self._lines = lines
        return lines

    def _first_line_hash(self) -> str:
        with ExitStack() as stack:
            lines = _numbered(open_lines(self._path, stack))
            for _number, line in self._guarded(islice(lines, 1)):
                return hashlib.sha256(line).hexdigest()[:12]
        return ""

    def _find_threads(self, wanted: Callable[[Post], bool]) -> set[str]:
        found: set[str] = set()
        with ExitStack() as stack:
            for number, line in self._guarded(_numbered(open_lines(self._path, stack))):
                read = _read(number, line)
                if isinstance(read, Post) and wanted(read):
                    found.add(thread_key(read))
        return found

    def _guarded(self, lines: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
        """The lines; a damaged file becomes a ConnectorError that names the place."""
        number = self._at
        try:
            for number, line in lines:
                yield number, line
        except damage() as error:
            self.close()
            where = f"{self._path}: damaged after line {number} ({error})"
            raise ConnectorError(
                f"{where}; what was read before it is kept", permanent=True
            ) from error


def damage() -> tuple[type[Exception], ...]:
    """What reading a damaged file raises, whatever it is compressed with."""
    import zstandard

    return (EOFError, OSError, zlib.error, zstandard.ZstdError)


def _numbered(lines: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := lines.readline(_LONGEST_LINE):
        number += 1
        if not line.endswith(b"\n") and len(line) == _LONGEST_LINE:
            while (more := lines.readline(_LONGEST_LINE)) and not more.endswith(b"\n"):
                continue
            line = b"\0" + line[:_RAW_KEPT]
        yield number, line


def _read(number: int, line: bytes) -> Post | Reject | None:
    if line.startswith(b"\0"):
        reason = f"longer than {_LONGEST_LINE // 2**20} MB"
        return Reject(number, reason, line[1:].decode("utf-8", "replace"))
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        return read_line(json.loads(text)) if text else None
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 at byte {error.start}"
    except BadLine as error:
        reason = str(error)
    except (ValueError, RecursionError) as error:
        reason = f"not JSON: {error}"
    return Reject(number, reason, line[:_RAW_KEPT].decode("utf-8", "replace").rstrip("\n"))
