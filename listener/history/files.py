"""The files of a record: one by itself, those of a folder, or those of a zip, never unpacked."""

import gzip
import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

from listener.connectors import ConnectorError
from listener.history import Damage
from listener.history.zstd import ZstdReader

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_ZIP: Final = b"PK\x03\x04"
_BUFFER: Final = 2**20
_LARGE: Final = 64 * 2**20
_TIMES: Final = 200
"""Text packs to a tenth or, where it repeats itself, a fiftieth."""
_NUMBER: Final = re.compile(r"(\d+)")
_ASIDE: Final = ".rejects.jsonl"


def damage() -> tuple[type[Exception], ...]:
    """What reading a damaged file raises, whatever it is packed with."""
    import zstandard

    broken = (zipfile.BadZipFile, zlib.error, zstandard.ZstdError)
    return (Damage, EOFError, OSError, *broken)


class Stream:
    """The bytes of one file, unpacked."""

    def __init__(
        self, file: IO[bytes], raw: IO[bytes], done: Callable[[], int], *, plain: bool
    ) -> None:
        self.file = file
        self._raw = raw
        self._done = done
        self.plain = plain
        """Whether it can be entered at any byte."""

    @property
    def done(self) -> int:
        """Bytes of the file, as it lies on disk, that were read so far."""
        return self._done()

    def read(self, size: int) -> bytes:
        """At most so many bytes, as many as are there: what stands before a damage is not lost."""
        return cast("io.BufferedReader", self.file).read1(size)

    def close(self) -> None:
        """Close the file."""
        self.file.close()
        self._raw.close()


class Files:
    """What lies at a path. `sizes`: bytes that each file takes on disk, by its name, in order.

    Raises ConnectorError where nothing can be read there, or where a zip is a trap.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stack = ExitStack()
        self._zip: zipfile.ZipFile | None = None
        try:
            self.sizes = self._found()
        except ConnectorError:
            self._stack.close()
            raise
        except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ConnectorError(f"{path}: {reason}", permanent=True) from error

    @property
    def single(self) -> bool:
        """One file by itself, neither folder nor zip."""
        return self.path.is_file() and self._zip is None

    def named(self, *names: str) -> str | None:
        """The file of one of those names that lies nearest to the top."""
        fits = [name for name in self.sizes if PurePosixPath(name).name in names]
        return min(fits, key=lambda name: (name.count("/"), name), default=None)

    def open(self, name: str) -> Stream:
        """Open a file, unpacked by what it is rather than by its name.

        Raises ConnectorError where it cannot be opened.
        """
        unreadable: tuple[type[Exception], ...] = (*damage(), NotImplementedError, RuntimeError)
        raw: IO[bytes] | None = None
        try:
            raw = self._raw(name)
            magic = raw.read(4)
            raw.seek(0)
        except unreadable as error:
            if raw is not None:
                raw.close()
            reason = getattr(error, "strerror", None) or error
            raise ConnectorError(f"{self.shown(name)}: {reason}", permanent=True) from error
        file = _unpacked(raw, magic)
        plain = file is raw and self._zip is None
        return Stream(file, raw, self._measured(name, raw), plain=plain)

    def shown(self, name: str) -> str:
        """The file's name for a person."""
        return str(self.path) if self.single else str(self.path / name)

    def head(self, name: str, size: int = 2**16) -> bytes:
        """The first bytes of a file, unpacked; as many as there are where it is damaged.

        Raises ConnectorError where a file by itself cannot be opened.
        """
        try:
            stream = self.open(name)
        except ConnectorError:
            if self.single:
                raise
            return b""
        found = b""
        try:
            while len(found) < size and (more := stream.read(size - len(found))):
                found += more
        except damage():
            pass
        finally:
            stream.close()
        return found

    def close(self) -> None:
        """Close the zip."""
        self._stack.close()

    def _found(self) -> dict[str, int]:
        if self.path.is_dir():
            return dict(sorted(_in_folder(self.path), key=lambda found: _natural(found[0])))
        with self.path.open("rb") as file:
            magic = file.read(4)
            size = os.fstat(file.fileno()).st_size
        if magic != _ZIP:
            return {self.path.name: size}
        self._zip = self._stack.enter_context(zipfile.ZipFile(self.path))
        infos = [one for one in self._zip.infolist() if _is_shown(one.filename)]
        for one in infos:
            self._mistrust(one)
        infos.sort(key=lambda one: _natural(one.filename))
        return {one.filename: one.compress_size for one in infos}

    def _mistrust(self, one: zipfile.ZipInfo) -> None:
        if one.flag_bits & 1:
            raise ConnectorError(
                f"{self.path}: locked with a password; unpack it and import the folder",
                permanent=True,
            )
        if one.file_size > _LARGE and one.file_size > _TIMES * max(one.compress_size, 1):
            times = one.file_size // max(one.compress_size, 1)
            raise ConnectorError(
                f"{self.path}: {one.filename} would unpack to {times:,} times its size, which no "
                "export does; if you trust it, unpack it and import the folder",
                permanent=True,
            )

    def _raw(self, name: str) -> IO[bytes]:
        if self._zip is not None:
            return self._zip.open(name)
        return (self.path if self.path.is_file() else self.path / name).open("rb", _BUFFER)

    def _measured(self, name: str, raw: IO[bytes]) -> Callable[[], int]:
        if self._zip is None:
            return raw.tell
        info = self._zip.getinfo(name)
        return lambda: raw.tell() * info.compress_size // max(info.file_size, 1)


def piped(raw: io.BufferedReader) -> Stream:
    """Bytes that come once and in order, as from a pipe, unpacked by what they are."""
    return Stream(_unpacked(raw, raw.peek(4)[:4]), raw, lambda: 0, plain=False)


def _unpacked(raw: IO[bytes], magic: bytes) -> IO[bytes]:
    if magic[:2] == _GZIP:
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
    if magic == _ZSTD:
        return io.BufferedReader(ZstdReader(raw), _BUFFER)
    return raw


def _in_folder(path: Path) -> Iterator[tuple[str, int]]:
    for place, folders, names in os.walk(path):
        folders[:] = [one for one in folders if not one.startswith(".")]
        for name in names:
            found = Path(place, name)
            if _is_shown(name) and found.is_file():
                yield found.relative_to(path).as_posix(), found.stat().st_size


def _is_shown(name: str) -> bool:
    last = PurePosixPath(name).name
    hidden = last.startswith(".") or name.startswith("__MACOSX/")
    return not (hidden or name.endswith(("/", _ASIDE)))


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts part2 before part10."""
    pieces = _NUMBER.split(name)
    return [(int(one), "") if one.isdecimal() else (-1, one) for one in pieces]
