"""Records that are one huge JSON array: its elements one by one, the whole never held."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from listener.connectors import Reject
from listener.history import Damage, Item, Mark
from listener.history.files import Stream
from listener.history.lines import BadLine
from store.records import Post

_LONGEST: Final = 16 * 2**20
_SKIPPED: Final = 2**12

Value = Mapping[str, Any]


class Elements:
    """The elements of the array at `prefix`, as ijson writes places, as items.

    `parse` raises BadLine, or gives None to skip. What stands before the array's mark `begin` is
    passed over. Elements before the mark are parsed too, so that `parse` may remember them.
    """

    def __init__(
        self,
        stream: Stream,
        mark: Mark,
        prefix: str,
        parse: Callable[[Value], Post | None] | Callable[[Value], None],
        *,
        begin: bytes = b"",
    ) -> None:
        self._stream = stream
        self._prefix = prefix
        self._parse = parse
        self._begin = begin
        self._number = 0
        self._items = self._read(mark.number)

    @property
    def mark(self) -> Mark:
        """Where to go on after the item that was given last."""
        return Mark(self._number)

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

    def _read(self, skipped: int) -> Iterator[Item]:
        import ijson  # type: ignore[import-untyped] # it has no types

        source = _Bounded(self._stream, self._begin)
        try:
            for value in ijson.items(source, self._prefix, use_float=True):
                source.taken = 0
                self._number += 1
                item = _item(self._number, value, self._parse)
                if self._number > skipped:
                    yield item
        except ijson.JSONError as error:
            # What yajl says next quotes the text.
            raise Damage(str(error).partition("\n")[0].strip()) from error


class _Bounded:
    """Gives up on an element that would fill the memory."""

    def __init__(self, stream: Stream, begin: bytes) -> None:
        self._stream = stream
        self.taken = 0
        self._first = _from(stream, begin) if begin else b""

    def read(self, size: int) -> bytes:
        """At most so many bytes more."""
        if self._first:
            first, self._first = self._first[:size], self._first[size:]
            return first
        if size and self.taken > _LONGEST:
            raise Damage(f"one item is longer than {_LONGEST // 2**20} MB")
        found = self._stream.read(size) if size else b""
        self.taken += len(found)
        return found


def _from(stream: Stream, begin: bytes) -> bytes:
    """The beginning of the file from `begin` on."""
    found = b""
    while begin not in found and len(found) < _SKIPPED and (more := stream.read(_SKIPPED)):
        found += more
    if begin not in found:
        raise Damage(f"no {begin.decode()} at the beginning")
    return found[found.index(begin) :]


def _item(number: int, value: object, parse: Callable[[Value], Post | None]) -> Item:
    if not isinstance(value, Mapping):
        return Reject(number, "expected an object", str(value)[:200])
    try:
        return parse(value)
    except BadLine as error:
        import json

        return Reject(number, str(error), json.dumps(value, ensure_ascii=False)[:20_000])


def text(value: Value, name: str) -> str:
    """A field that must be there; raises BadLine."""
    found = value.get(name)
    if not isinstance(found, str) or not found:
        raise BadLine(f"{name}: missing")
    return found


def text_maybe(value: Value, name: str) -> str | None:
    """A field that may be there; None for one that is empty or something else."""
    found = value.get(name)
    return found if isinstance(found, str) and found else None


def objects(value: object) -> list[Value]:
    """The objects in a list; none where it is no list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
