"""What people told us in Discord by a command: kept on disk before they are told that it is."""

import hashlib
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from listener.connectors import ConnectorError
from store.records import Post

_SALT_BYTES: Final = 16


class Marks(msgspec.Struct):
    """Who found one message helpful, as keyed digests; `asker`: who asked says that it helped."""

    by: list[str] = []
    asker: bool = False


class _Spoken(msgspec.Struct):
    number: int
    post: Post


class _File(msgspec.Struct):
    salt: str
    last: int = 0
    scoring: list[int] = []
    marks: dict[str, Marks] = {}
    spoken: list[_Spoken] = []


class Noted:
    """A small file: guilds that agreed to scoring, marks, and posts that were not delivered yet.

    The posts leave it once a cursor says that they were stored; accounts that marked stand in it
    only as digests. `number` is the last post that a cursor knows.
    """

    def __init__(self, path: Path, number: int = 0) -> None:
        self._path = path
        self._kept = _read(path)
        # Where the file was lost, numbers that a cursor knows must not come again.
        self._kept.last = max(self._kept.last, number)

    def is_scored(self, guild_id: int) -> bool:
        """Whether the guild agreed that what is said there is scored."""
        return guild_id in self._kept.scoring

    def set_scoring(self, guild_id: int, on: bool) -> None:
        """The guild's choice. Raises OSError where it cannot be kept, as all that write."""
        before = self._kept.scoring
        others = [one for one in before if one != guild_id]
        self._kept.scoring = [*others, guild_id] if on else others
        try:
            self._write()
        except OSError:
            self._kept.scoring = before
            raise

    def add(self, post: Post) -> None:
        """Keep a post until it is delivered."""
        self._kept.last += 1
        self._kept.spoken.append(_Spoken(self._kept.last, post))
        try:
            self._write()
        except OSError:
            self._kept.spoken.pop()
            raise

    def mark(self, message_id: int, account_id: int, *, asker: bool) -> tuple[bool, Marks]:
        """Mark a message, or take the mark back: whether it now is marked, and all its marks.

        It is kept with the post that `add` is given next.
        """
        marks = self._kept.marks.setdefault(str(message_id), Marks())
        if asker:
            is_marked = marks.asker = not marks.asker
        else:
            words = f"{self._kept.salt} {message_id} {account_id}"
            who = hashlib.sha256(words.encode()).hexdigest()[:20]
            is_marked = who not in marks.by
            marks.by = [*marks.by, who] if is_marked else [one for one in marks.by if one != who]
        return is_marked, marks

    def forget(self, message_ids: Sequence[str]) -> None:
        """A message is gone, and with it its marks and what was to be delivered of it."""
        gone = set(message_ids)
        kept = [one for one in self._kept.spoken if one.post.platform_id not in gone]
        marked = [id_ for id_ in gone if self._kept.marks.pop(id_, None)]
        if marked or len(kept) != len(self._kept.spoken):
            self._kept.spoken = kept
            self._write_or_later()

    def forget_within(self, link: str) -> None:
        """A channel is gone, and with it what was to be delivered of it."""
        gone = {
            one.post.platform_id
            for one in self._kept.spoken
            if one.post.url == link or (one.post.url or "").startswith(f"{link}/")
        }
        self.forget(sorted(gone))

    def after(self, number: int) -> tuple[list[Post], int]:
        """The posts that follow `number`, and the number of the last; those up to it are done."""
        waiting = [one for one in self._kept.spoken if one.number > number]
        if len(waiting) != len(self._kept.spoken):
            self._kept.spoken = waiting
            self._write_or_later()
        return [one.post for one in waiting], waiting[-1].number if waiting else number

    def has_after(self, number: int) -> bool:
        """Whether something waits."""
        return bool(self._kept.spoken) and self._kept.spoken[-1].number > number

    def _write_or_later(self) -> None:
        with suppress(OSError):  # what is left out here is left out of the next write, too
            self._write()

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        with new.open("wb") as file:
            file.write(msgspec.json.encode(self._kept))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)


def _read(path: Path) -> _File:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_File)
    except FileNotFoundError:
        return _File(salt=secrets.token_hex(_SALT_BYTES))
    except (OSError, msgspec.DecodeError) as error:
        raise ConnectorError(
            f"Discord: {path} cannot be read ({type(error).__name__}); it holds which servers "
            "agreed to scoring: mend it, or remove it to begin anew",
            permanent=True,
        ) from error
