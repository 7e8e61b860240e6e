"""Numbers by number, and names by number, for millions of them: kept on disk, not in memory."""

import mmap
import os
import tempfile
from typing import Final

_SLOT: Final = 8
_STEP: Final = 2**20
_MOST: Final = 2**31
_LENGTH_BITS: Final = 10
_LONGEST: Final = 2**_LENGTH_BITS - 1


class Numbers:
    """A number for each of many small numbers; 0 where none was set.

    It lies in a nameless file that the system keeps in memory as far as there is room.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 # until close
        self._size = 0
        self._map: mmap.mmap | None = None
        self._slots = memoryview(b"").cast("Q")

    def __setitem__(self, at: int, value: int) -> None:
        if not 0 <= at < _MOST:
            return
        if at >= self._size:
            self._grow(at)
        self._slots[at] = value

    def __getitem__(self, at: int) -> int:
        return self._slots[at] if 0 <= at < self._size else 0

    def close(self) -> None:
        """Give the file back."""
        self._let_go()
        self._file.close()

    def _grow(self, at: int) -> None:
        self._let_go()
        self._size = max(self._size * 2, (at // _STEP + 1) * _STEP)
        self._file.truncate(self._size * _SLOT)
        self._map = mmap.mmap(self._file.fileno(), self._size * _SLOT)
        self._slots = memoryview(self._map).cast("Q")

    def _let_go(self) -> None:
        self._slots.release()
        if self._map is not None:
            self._map.close()
        self._map = None


class Names:
    """A name for each of many small numbers."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 # until close
        self._places = Numbers()
        self._end = 0

    def __setitem__(self, at: int, name: str) -> None:
        data = name.encode("utf-8", "replace")[:_LONGEST]
        self._file.write(data)
        self._places[at] = self._end << _LENGTH_BITS | len(data)
        self._end += len(data)

    def get(self, at: int) -> str | None:
        """The name, None where there is none."""
        place = self._places[at]
        if not place:
            return None
        self._file.flush()
        length, start = place & _LONGEST, place >> _LENGTH_BITS
        return os.pread(self._file.fileno(), length, start).decode("utf-8", "ignore")

    def close(self) -> None:
        """Give the files back."""
        self._places.close()
        self._file.close()
