"""Files beside the store that hold somebody's words: the lines of what was deleted are blanked.

A line is overwritten in its place and keeps its length, so that whoever appends to the file at the
same moment loses nothing. It can be done again at any time: a kill between the store and the files
is made good by the next round.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from store import standing
from store.db import Engine, reading

_TOKEN: Final = re.compile(r"[\w:/.~-]+")
_PIECE: Final = 500

Line = Mapping[str, Any]
Chosen = Callable[[list[Line]], list[bool]]


def blank_rehearsal(engine: Engine, path: Path) -> int:
    """Blank what was rehearsed about deleted posts, or in words that were dropped; how many."""

    def gone(lines: list[Line]) -> list[bool]:
        with reading(engine) as tx:
            silent = standing.silenced(tx, [str(line.get("key")) for line in lines])
            dead = {
                (platform, id_)
                for platform in {str(line.get("platform")) for line in lines}
                for id_ in standing.buried(
                    tx, platform, [str(one.get("reply_to")) for one in lines]
                )
            }
        return [
            line.get("key") in silent or (line.get("platform"), line.get("reply_to")) in dead
            for line in lines
        ]

    return _blanked(path, "body", ("key", "id", "platform", "reply_to"), gone)


def blank_rejects(
    engine: Engine, path: Path, platform: str, now: datetime, keep: timedelta | None
) -> int:
    """Blank rejects that hold the id of a deleted post; all of them once the newest is as old as
    `keep`: whether such a post still stands cannot be looked up, since its id was not read."""
    if not path.exists():
        return 0
    age = now.timestamp() - path.stat().st_mtime
    if keep is not None and age > keep.total_seconds():
        return _blanked(path, "raw", ("number", "reason"), lambda lines: [True] * len(lines))

    def gone(lines: list[Line]) -> list[bool]:
        words = [set(_TOKEN.findall(str(line.get("raw")))) for line in lines]
        with reading(engine) as tx:
            dead = standing.buried(tx, platform, set().union(*words))
        return [bool(said & dead) for said in words]

    return _blanked(path, "raw", ("number", "reason"), gone)


def _blanked(path: Path, words: str, kept: tuple[str, ...], chosen: Chosen) -> int:
    """Blank the chosen lines of those that still have their `words`; how many."""
    if not path.exists():
        return 0
    done = 0
    with path.open("r+b") as file:
        while places := _next(file, words):
            after = file.tell()
            lines = [line for _, _, line in places]
            for (at, length, line), is_gone in zip(places, chosen(lines), strict=True):
                if is_gone:
                    done += 1
                    file.seek(at)
                    file.write(_blank(line, words, kept).ljust(length))
            file.seek(after)
    return done


def _next(file: Any, words: str) -> list[tuple[int, int, Line]]:
    """The next lines with words in them: where each begins, its length, and what it says."""
    places: list[tuple[int, int, Line]] = []
    while len(places) < _PIECE:
        at = file.tell()
        raw = file.readline()
        if not raw.endswith(b"\n"):  # the end, or a line that is being written
            break
        try:
            line = json.loads(raw)
        except ValueError:  # cut off by a crash
            continue
        if isinstance(line, dict) and line.get(words):
            places.append((at, len(raw) - 1, line))
    return places


def _blank(line: Line, words: str, kept: tuple[str, ...]) -> bytes:
    left = {name: line[name] for name in kept if name in line} | {words: ""}
    return json.dumps(left, ensure_ascii=False).encode()
