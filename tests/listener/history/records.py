"""Records written for a test, and what an import reads from them."""

import json
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from listener.connectors import Batch
from listener.connectors.archive import Archive, ArchiveOptions
from listener.history import Format
from store.records import Post


def read(
    path: Path,
    *,
    cursor: str | None = None,
    batch: int = 2000,
    format_: Format = Format.AUTO,
    site: str | None = None,
) -> list[Batch]:
    """Every batch to the end, in one go."""
    found: list[Batch] = []
    with closing(Archive(ArchiveOptions(path, format_, site), batch=batch)) as archive:
        while not found or not found[-1].exhausted:
            found.append(archive.fetch(cursor))
            cursor = found[-1].cursor
    return found


def posts(path: Path, **options: Any) -> list[Post]:
    """Every post."""
    return [post for batch in read(path, **options) for post in batch.posts]


def ids(found: Iterable[Post]) -> list[str]:
    """Platform ids in order."""
    return [post.platform_id for post in found]


def broken_off(path: Path, batch: int, **options: Any) -> list[str]:
    """Ids read by a program that is started anew after every batch."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        with closing(Archive(ArchiveOptions(path, **options), batch=batch)) as archive:
            one = archive.fetch(cursor)
        found += ids(one.posts)
        cursor = one.cursor
        if one.exhausted:
            return found


def as_json(path: Path, value: object) -> Path:
    """A file of JSON, and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2), encoding="utf-8")
    return path


def zipped(path: Path, files: Mapping[str, str]) -> Path:
    """A zip of files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path
