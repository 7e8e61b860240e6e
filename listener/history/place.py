"""How far a record was read, as a cursor."""

import json
from dataclasses import dataclass, field

from listener.history import Mark


@dataclass(frozen=True, slots=True)
class Place:
    """How far a record is read: the part, the mark in it, and what the record began with.

    `ended` holds the record's bytes on disk once it was read to its end.
    """

    part: str = ""
    mark: Mark = field(default_factory=Mark)
    head: str = ""
    ended: int | None = None

    def text(self) -> str:
        """As a cursor."""
        mark = self.mark
        found = [self.part, mark.number, mark.byte, self.head, self.ended]
        return json.dumps(found, separators=(",", ":"), ensure_ascii=False)


def place_of(cursor: str | None) -> Place:
    """What a cursor says; the beginning for None and for the cursor of something else."""
    line, _, head = (cursor or "").partition(":")
    if line.isdecimal():
        # The first version kept ``LINE:HEAD``.
        return Place(mark=Mark(int(line)), head=head)
    try:
        part, number, byte, head, ended = json.loads(cursor or "")
        return Place(str(part), Mark(int(number), byte), str(head), ended)
    except (ValueError, TypeError):
        return Place()
