"""How far Discord was heard: per channel or thread the last message, written as a cursor."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from listener.connectors.discord_post import moment, snowflake

_KEPT = timedelta(days=7)


@dataclass(slots=True)
class Place:
    """All messages up to `since` are heard or too old, and of a channel those up to `heard`.

    A channel that was silent for a week needs no entry of its own: `since` has passed it.
    """

    since: int
    whole: int = 0
    """The newest message when nothing was left to read; 0 before that."""
    heard: dict[int, int] = field(default_factory=dict)
    said: int = 0
    """The number of the last post that people gave by a command."""
    batch: int = 0
    """Counts batches, so that two that heard nothing new differ."""

    def after(self, channel_id: int) -> int:
        """The message of a channel up to which all is heard."""
        return max(self.since, self.heard.get(channel_id, 0))

    def note(self, channel_id: int, message_id: int) -> None:
        """A message was heard, and all before it."""
        if message_id > self.after(channel_id):
            self.heard[channel_id] = message_id

    def settle(self) -> None:
        """Nothing is left to read: remember it, and forget channels that were long silent."""
        self.whole = max([self.whole, self.since, *self.heard.values()])
        since = snowflake(moment(self.whole) - _KEPT)
        if since > self.since:
            self.since = since
            self.heard = {id_: last for id_, last in self.heard.items() if last > since}

    def text(self) -> str:
        """The cursor."""
        heard = {str(id_): last for id_, last in self.heard.items()}
        written = {
            "since": self.since,
            "whole": self.whole,
            "said": self.said,
            "batch": self.batch,
            "heard": heard,
        }
        return json.dumps(written, separators=(",", ":"))


def place_of(cursor: str | None, first: datetime) -> Place:
    """What a cursor says; without one, all since `first` is to be heard."""
    try:
        found = json.loads(cursor) if cursor else {}
        heard = {int(id_): int(last) for id_, last in found.get("heard", {}).items()}
        since = int(found.get("since", snowflake(first)))
        numbers = [int(found.get(name, 0)) for name in ("whole", "said", "batch")]
    except (ValueError, TypeError, AttributeError):
        # A cursor of another connector under the same name: begin as if there were none.
        return Place(snowflake(first))
    return Place(since, numbers[0], heard, numbers[1], numbers[2])
