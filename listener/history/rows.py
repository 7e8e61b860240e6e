"""Records that are one huge XML list of rows, each with its values as attributes."""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from xml.parsers import expat

from listener.connectors import Reject
from listener.history import Damage, Item, Mark
from listener.history.files import Stream
from listener.history.lines import BadLine
from store.records import Post

_CHUNK: Final = 2**16
_LONGEST: Final = 4 * 2**20
_HEAD: Final = 4096
_ROOT: Final = re.compile(rb"<[A-Za-z]\w*")

Row = Mapping[str, str]


def rows(stream: Stream, byte: int = 0) -> Iterator[tuple[int, Row]]:
    """Each row with the byte at which it begins; `byte` enters a plain file at such a place.

    Raises Damage. An entity or a document type, which no dump has, is refused: a few lines of them
    can stand for gigabytes or for another file.
    """
    found: deque[tuple[int, Row]] = deque()
    parser = expat.ParserCreate("utf-8")
    root = _root(stream) if byte else b""
    _listen(parser, found, byte - len(root))
    if byte:
        stream.file.seek(byte)
        parser.Parse(root, False)
    fed = 0
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
            fed = 0 if found else fed + len(chunk)
            if fed > _LONGEST:
                raise Damage(f"one row is longer than {_LONGEST // 2**20} MB")
            while found:
                yield found.popleft()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        yield from found
        raise Damage(expat.errors.messages[error.code]) from error


def _root(stream: Stream) -> bytes:
    """The element around all rows, as it is opened at the file's beginning."""
    found = _ROOT.search(stream.read(_HEAD))
    return b"" if found is None else found[0] + b">"


def _listen(parser: expat.XMLParserType, found: deque[tuple[int, Row]], offset: int) -> None:
    """Gather rows in `found`; `offset` is between the file's bytes and those that are fed."""

    def opened(name: str, values: dict[str, str]) -> None:
        if name == "row":
            found.append((parser.CurrentByteIndex + offset, values))

    def refused(*_: object) -> None:
        raise Damage("it declares a document type, which no dump does")

    parser.StartElementHandler = opened
    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused


class Rows:
    """The rows of a file as items. `parse` raises BadLine, or gives None to skip."""

    def __init__(self, stream: Stream, mark: Mark, parse: Callable[[Row], Post | None]) -> None:
        self._stream = stream
        self._parse = parse
        self._number = 0
        self._byte = 0
        self._items = self._read(mark)

    @property
    def mark(self) -> Mark:
        """Where to go on: the row given last, by its first byte, is entered and passed over."""
        return Mark(self._number, self._byte if self._stream.plain else None)

    @property
    def done(self) -> int:
        """Bytes of the file, as it lies on disk, that were read so far."""
        return self._stream.done

    def __iter__(self) -> Iterator[Item]:
        """The items after the mark."""
        return self._items

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def _read(self, mark: Mark) -> Iterator[Item]:
        byte = mark.byte if mark.byte and mark.number and self._stream.plain else 0
        self._number = mark.number - 1 if byte else 0
        for begin, row in rows(self._stream, byte):
            self._byte = begin
            self._number += 1
            if self._number > mark.number:
                yield _item(self._number, row, self._parse)


def _item(number: int, row: Row, parse: Callable[[Row], Post | None]) -> Item:
    try:
        return parse(row)
    except BadLine as error:
        raw = " ".join(f"{name}={value!r}" for name, value in row.items())
        return Reject(number, str(error), raw[:20_000])
