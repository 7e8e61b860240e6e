"""Records of one JSON object a line, and what stands in the way of reading one."""

from collections.abc import Callable, Iterator
from typing import Final

from listener.connectors import Reject
from listener.history import Item, Mark
from listener.history.files import Stream
from store.records import Post

_LONGEST: Final = 4 * 1024 * 1024
_RAW_KEPT: Final = 20_000
_MARK: Final = b"\xef\xbb\xbf"


class BadLine(Exception):
    """The line lacks something required; the message names the field."""


class Lines:
    """The lines of a file as items. `parse` raises BadLine or ValueError, or gives None to skip."""

    def __init__(self, stream: Stream, mark: Mark, parse: Callable[[bytes], Post | None]) -> None:
        self._stream = stream
        self._parse = parse
        self._number = 0
        self._byte = 0
        self._items = self._read(self._enter(mark))

    @property
    def mark(self) -> Mark:
        """Where to go on after the item that was given last."""
        return Mark(self._number, self._byte if self._stream.plain else None)

    @property
    def done(self) -> int:
        """Bytes of the file, as it lies on disk, that were read so far."""
        return self._byte if self._stream.plain else self._stream.done

    def __iter__(self) -> Iterator[Item]:
        """The items after the mark."""
        return self._items

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def _enter(self, mark: Mark) -> int:
        """How many lines are left to skip."""
        if mark.byte is None or not self._stream.plain:
            return mark.number
        self._stream.file.seek(mark.byte)
        self._number, self._byte = mark.number, mark.byte
        return 0

    def _read(self, skipped: int) -> Iterator[Item]:
        readline, parse = self._stream.file.readline, self._parse
        while line := readline(_LONGEST):
            self._number += 1
            self._byte += len(line)
            whole = line.endswith(b"\n") or len(line) < _LONGEST or self._rest()
            if self._number <= skipped:
                continue
            if not whole:
                yield _too_long(self._number, line)
            else:
                yield _item(self._number, line, parse)

    def _rest(self) -> bool:
        """Pass over the rest of a line that is too long; whether there was none."""
        whole = True
        while more := self._stream.file.readline(_LONGEST):
            self._byte += len(more)
            whole = False
            if more.endswith(b"\n"):
                break
        return whole


def _item(number: int, line: bytes, parse: Callable[[bytes], Post | None]) -> Item:
    try:
        if number == 1:
            line = line.removeprefix(_MARK)
        return parse(line) if line.strip() else None
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 at byte {error.start}"
    except BadLine as error:
        reason = str(error)
    except (ValueError, RecursionError) as error:
        reason = f"not JSON: {error}"
    return Reject(number, reason, _raw(line))


def _too_long(number: int, line: bytes) -> Reject:
    return Reject(number, f"longer than {_LONGEST // 2**20} MB", _raw(line))


def _raw(line: bytes) -> str:
    return line[:_RAW_KEPT].decode("utf-8", "replace").rstrip("\n")
