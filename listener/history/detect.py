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
    heads = (_of(files.head(name, _HEAD)) for name in list(files.sizes)[:_TRIED])
    return next((found for found in heads if found is not None), None)


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


def is_of(files: Files, name: str, wanted: Format) -> bool:
    """Whether one file of several is in that format, for those that lie beside it."""
    return _of(files.head(name, _HEAD)) is wanted


def format_of(path: Path) -> Format:
    """The format of what lies at a path; raises ConnectorError."""
    files = Files(path)
    try:
        return detect(files)
    finally:
        files.close()
