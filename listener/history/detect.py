"""Tell what a record is by what is in it, never by the name that somebody gave it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from listener.connectors import ConnectorError
from listener.history import LOOKS, Format
from listener.history.files import Files

_HEAD: Final = 2**18
_BEGINNING: Final = 2**10
_TRIED: Final = 50
"""Lines at the beginning of a file, and files of a folder, that are looked at."""
_DISCORD: Final = re.compile(rb'\s*\{\s*"guild"\s*:')
_X: Final = re.compile(rb"\s*window\.YTD\.tweets?\.part")
_XML: Final = re.compile(rb"\s*(<\?xml[^>]*>\s*)?<(posts|comments)[\s>]")
_MARK: Final = b"\xef\xbb\xbf"


def detect(files: Files) -> Format:
    """The format; raises ConnectorError that lists what is recognised where it is none of them.

    A single empty file is an archive to which nothing was written yet.
    """
    found = _by_layout(files) or _by_content(files)
    if found is None:
        known = "; ".join(LOOKS.values())
        raise ConnectorError(
            f"{files.path}: not in a format that is recognised, which are: {known}", permanent=True
        )
    return found


def _by_layout(files: Files) -> Format | None:
    """What is known by the names that a platform gives the files of an export."""
    if files.single:
        return None
    if files.named("tweets.js", "tweet.js"):
        return Format.X
    if files.named("Posts.xml"):
        return Format.STACKEXCHANGE
    has_people = files.named("users.json", "org_users.json")
    if has_people and files.named("channels.json", "groups.json", "dms.json", "mpims.json"):
        return Format.SLACK
    return None


def _by_content(files: Files) -> Format | None:
    if files.single and not files.sizes[files.path.name]:
        return Format.ARCHIVE
    found = (_of_file(files, name) for name in list(files.sizes)[:_TRIED])
    return next((one for one in found if one is not None), None)


def _of_file(files: Files, name: str) -> Format | None:
    """What begins otherwise than text of ours, e.g. the pictures of an export, is left at once."""
    begin = files.head(name, _BEGINNING)
    return None if b"\0" in begin else _of(files.head(name, _HEAD))


def _of(head: bytes) -> Format | None:
    head = head.removeprefix(_MARK)
    if _DISCORD.match(head):
        return Format.DISCORD
    if _X.match(head):
        return Format.X
    if _XML.match(head):
        return Format.STACKEXCHANGE
    found = (_of_line(line) for line in head.split(b"\n", _TRIED)[:_TRIED])
    return next((one for one in found if one is not None), None)


def _of_line(line: bytes) -> Format | None:
    try:
        value = msgspec.json.decode(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, Mapping):
        return None
    has = value.keys()
    if {"kind", "author"} <= has or {"platform", "author", "text"} <= has:
        return Format.ARCHIVE
    if {"id", "created_utc"} <= has and ({"body", "link_id"} <= has or "title" in has):
        return Format.REDDIT
    return None


def parts_of(files: Files, wanted: Format) -> tuple[str, ...]:
    """The files that are in that format, of several; a file by itself was told already.

    One that is so damaged that nothing can be told is among them, for its reader to say so.
    """
    names = tuple(files.sizes)
    if files.single:
        return names
    return tuple(name for name in names if _is_part(files, name, wanted))


def _is_part(files: Files, name: str, wanted: Format) -> bool:
    if files.sizes[name] and not files.head(name, _BEGINNING):
        return True
    return _of_file(files, name) is wanted


def format_of(path: Path) -> Format:
    """The format of what lies at a path; raises ConnectorError."""
    files = Files(path)
    try:
        return detect(files)
    finally:
        files.close()
