"""A zstd file as a stream that tells its end from where it breaks off."""

import io
from typing import IO, Any, Final

_WINDOW: Final = 2**31
"""Dumps are packed with long windows."""
_TAKEN: Final = 2048
"""What a bomb makes of so few bytes still fits in memory: 64 MB."""


class ZstdReader(io.RawIOBase):
    """Frames one after another. Raises EOFError where the last one is not whole."""

    def __init__(self, raw: IO[bytes]) -> None:
        import zstandard

        super().__init__()
        self._raw = raw
        self._maker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        self._frame: Any = None
        self._packed = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as what is ready goes; 0 at the end."""
        while not self._ready:
            if not self._unpack():
                return 0
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def close(self) -> None:
        """Close the file too."""
        self._raw.close()
        super().close()

    def _unpack(self) -> bool:
        packed = self._packed or self._raw.read(_TAKEN)
        self._packed = b""
        if not packed:
            if self._frame is not None:
                raise EOFError("the file breaks off")
            return False
        if self._frame is None:
            self._frame = self._maker.decompressobj()
        self._ready = memoryview(self._frame.decompress(packed))
        if self._frame.eof:
            self._packed = self._frame.unused_data
            self._frame = None
        return True
