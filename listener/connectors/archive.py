"""The archive connector: history from files, in a format of ours or as a platform exports it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import ClassVar, Final

from listener.connectors import Access, Batch, Capabilities, ConnectorError, Deletions, Reject
from listener.history import Format, Item, Mark, Reading, Record, kind
from listener.history.detect import detect
from listener.history.files import Files, damage
from listener.history.place import Place, place_of
from store.records import Post

_BATCH: Final = 2000
_HEAD: Final = 4096
_LEFT: Final = Mark(2**53)
"""Behind a damage, in a file of several: it is told of once."""
_LINE: Final = 4 * 1024 * 1024


def thread_key(post: Post) -> str:
    """What posts of one conversation share: the thread, else the parent, else the post itself."""
    return post.thread_id or post.parent_id or post.platform_id


@dataclass(frozen=True, slots=True)
class ArchiveOptions:
    """Where the record is, and what it is."""

    path: Path | None = None
    """The file, folder or zip."""
    format: Format = Format.AUTO
    """auto looks into it; else archive, discord, reddit, slack, stackexchange or x."""
    site: str | None = None
    """Of a Stack Exchange dump: the site, e.g. android; else the folder's name tells."""

    def __post_init__(self) -> None:
        """Raises ValueError where no file is named."""
        if self.path is None:
            raise ValueError("an archive needs a path")


class Archive:
    """Reads a record in batches, holding no more of it than one.

    With `wanted`, of an archive of ours only conversations in which some post is wanted are given:
    it is read twice. Of any other record all is given, for the caller to choose from. A record
    that was replaced is read from its beginning. Files are closed when the end is reached.
    """

    Options = ArchiveOptions
    capabilities: ClassVar[Capabilities] = Capabilities(
        platform="archive", edits=True, deletions=Deletions.EVENTS
    )

    def __init__(
        self, options: ArchiveOptions, access: Access | None = None, *, batch: int = _BATCH
    ) -> None:
        self._options = options
        self._batch = batch
        self._wanted = None if access is None else access.wanted
        self._threads: set[str] | None = None
        self._files: Files | None = None
        self._record: Record | None = None
        self._reading: Reading | None = None
        self._items: Iterator[Item] | None = None
        self._place = Place()
        self._done = self._total = 0

    @property
    def format(self) -> Format:
        """What the record is. Raises ConnectorError where it cannot be told."""
        self._open()
        return self._format

    @property
    def progress(self) -> tuple[int, int]:
        """Bytes on disk that were read so far, of how many."""
        reading = 0 if self._reading is None else self._reading.done
        return min(self._done + reading, self._total), self._total

    def goes_on(self, cursor: str | None) -> bool:
        """Whether something was read before and something is left. Raises ConnectorError."""
        files, record = self._open()
        place = place_of(cursor)
        begun = bool(place.mark.number or place.part not in ("", *record.parts[:1]))
        return begun and place.ended != self._total and place.head == _head_of(files, record)

    def fetch(self, cursor: str | None) -> Batch:
        """The next items of the record; raises ConnectorError where it cannot be read."""
        record, items = self._entered(cursor)
        if self._wanted is not None and self._threads is None and self._format is Format.ARCHIVE:
            self._threads = self._find_threads(record, self._wanted)
        posts: list[Post] = []
        rejects: list[Reject] = []
        received = left = self._batch
        try:
            for item in islice(items, self._batch):
                left -= 1
                if isinstance(item, Post):
                    if self._keeps(item):
                        posts.append(item)
                elif item is not None:
                    rejects.append(item)
        except ConnectorError:
            if left == self._batch:
                raise
            # What came before the damage is kept; the next fetch meets the damage first.
            return self._given(posts, rejects, received - left)
        if not left:
            return self._given(posts, rejects, received)
        batch = self._given(posts, rejects, received - left, ended=self._total)
        self.close()
        return batch

    def quiet_requests(self) -> float:
        """None: files are read."""
        return 0.0

    def close(self) -> None:
        """Close the files; the next fetch opens them again."""
        for one in (self._reading, self._record, self._files):
            if one is not None:
                one.close()
        self._reading = self._record = self._files = self._items = None

    def _given(
        self, posts: list[Post], rejects: list[Reject], seen: int, *, ended: int | None = None
    ) -> Batch:
        # Rejects are counted beside what was received.
        received = len(posts) if self._threads is None else seen - len(rejects)
        cursor = replace(self._now(), ended=ended).text()
        return Batch(
            posts,
            cursor,
            rejects,
            exhausted=ended is not None,
            received=received,
            chosen=self._threads is not None,
        )

    def _now(self) -> Place:
        """The place after what was given last."""
        if self._reading is not None:
            self._place = replace(self._place, mark=self._reading.mark)
        return self._place

    def _keeps(self, post: Post) -> bool:
        if self._threads is None:
            return True
        return thread_key(post) in self._threads or post.platform_id in self._threads

    def _open(self) -> tuple[Files, Record]:
        if self._files is not None and self._record is not None:
            return self._files, self._record
        self._files = files = Files(self._options.path or Path())
        chosen = self._options.format
        try:
            self._format = detect(files) if chosen is Format.AUTO else chosen
            self._record = record = kind(self._format)(files, self._options.site)
        except ConnectorError:
            self.close()
            raise
        self._total = sum(files.sizes[part] for part in record.parts)
        return files, record

    def _entered(self, cursor: str | None) -> tuple[Record, Iterator[Item]]:
        """The record and what follows the cursor in it."""
        wanted = replace(place_of(cursor), ended=None)
        if self._record is not None and self._items is not None and wanted == self._now():
            return self._record, self._items
        self.close()
        files, record = self._open()
        head = _head_of(files, record)
        self._place = wanted if wanted.head == head else Place(head=head)
        if self._place.part not in record.parts:
            mark = self._place.mark if len(record.parts) == 1 else Mark()
            self._place = Place(record.parts[0] if record.parts else "", mark, head)
        self._items = self._following(record)
        return record, self._items

    def _following(self, record: Record) -> Iterator[Item]:
        """What follows the place, which goes on with each item."""
        parts = list(record.parts)
        at = parts.index(self._place.part) if parts else 0
        sizes = self._files.sizes if self._files else {}
        self._done = sum(sizes[one] for one in parts[:at])
        for part in parts[at:]:
            if part != self._place.part:
                self._place = Place(part, Mark(), self._place.head)
            yield from self._of_part(record, part, alone=len(parts) == 1)
            self._done += sizes[part]

    def _of_part(self, record: Record, part: str, *, alone: bool) -> Iterator[Item]:
        """The items of one file. Where it is damaged, others are read all the same."""
        broken: tuple[type[Exception], ...] = (ConnectorError, *damage())
        if self._place.mark == _LEFT:
            return
        try:
            if self._reading is None:
                self._reading = record.read(part, self._place.mark)
            if alone:
                yield from self._reading
            else:
                yield from (_placed(item, part) for item in self._reading)
        except broken as error:
            number = self._now().mark.number
            why = str(error) if self._reading is None else self._broken(part, number, error)
            if alone:
                self.close()
                kept = f"{why}; what was read before it is kept"
                raise ConnectorError(kept, permanent=True) from error
            self._leave()
            self._place = replace(self._place, mark=_LEFT)
            yield Reject(number + 1, f"{why}; the other files are read", "")
        self._leave()

    def _leave(self) -> None:
        """Close the file that was read."""
        self._now()
        if self._reading is not None:
            self._reading.close()
        self._reading = None

    def _broken(self, part: str, number: int, error: Exception) -> str:
        what = "line" if self._record is not None and self._record.by_lines else "item"
        where = self._files.shown(part) if self._files is not None else part
        return f"{where}: damaged after {what} {number} ({error})"

    def _find_threads(self, record: Record, wanted: Callable[[Post], bool]) -> set[str]:
        found: set[str] = set()
        for part in record.parts:
            reading = record.read(part, Mark())
            try:
                for item in reading:
                    if isinstance(item, Post) and wanted(item):
                        found.add(thread_key(item))
            except damage():
                continue  # The reading proper meets it again and says where it is.
            finally:
                reading.close()
        return found


def _placed(item: Item, part: str) -> Item:
    return replace(item, reason=f"{part}: {item.reason}") if isinstance(item, Reject) else item


def _head_of(files: Files, record: Record) -> str:
    """What tells this record from another at the same path: how it begins, or its files."""
    if len(record.parts) != 1:
        named = "\n".join(f"{name} {files.sizes[name]}" for name in record.parts)
        return _hash(named.encode())
    (part,) = record.parts
    stream = files.open(part)
    try:
        return _hash(stream.file.readline(_LINE) if record.by_lines else stream.file.read(_HEAD))
    except damage():
        return ""
    finally:
        stream.close()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
