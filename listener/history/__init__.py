"""Records of what was said before, each format a file: read in order, item by item, resumably."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, Final, Protocol, cast

from listener.connectors import Reject
from store.records import Post

if TYPE_CHECKING:
    from listener.history.files import Files

Item = Post | Reject | None
"""One thing in a record: a post, what could not be read, or nothing that anybody said."""


class Format(StrEnum):
    """What a record is; AUTO looks into it."""

    AUTO = "auto"
    ARCHIVE = "archive"
    DISCORD = "discord"
    REDDIT = "reddit"
    SLACK = "slack"
    STACKEXCHANGE = "stackexchange"
    X = "x"


FORMATS: Final = {
    Format.ARCHIVE: "listener.history.archive_lines:ArchiveLines",
    Format.DISCORD: "listener.history.discord_export:DiscordExport",
    Format.REDDIT: "listener.history.reddit_dump:RedditDump",
    Format.SLACK: "listener.history.slack_export:SlackExport",
    Format.STACKEXCHANGE: "listener.history.stackexchange_dump:StackExchangeDump",
    Format.X: "listener.history.x_archive:XArchive",
}
"""Format to the class that reads it."""

LOOKS: Final = {
    Format.ARCHIVE: "an archive (docs/archive.md)",
    Format.DISCORD: "a DiscordChatExporter export (JSON)",
    Format.REDDIT: "a Reddit dump (JSON lines, RC_ or RS_)",
    Format.SLACK: "a Slack export (zip or folder)",
    Format.STACKEXCHANGE: "a Stack Exchange dump (folder with Posts.xml)",
    Format.X: "an X archive (zip or folder)",
}
"""Each format in words, for a person who has something else."""


class Damage(Exception):
    """A file breaks off or is broken; the message says how, and holds nobody's words."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a file is read on: after `number` items, at `byte` where it can be entered there."""

    number: int = 0
    byte: int | None = None


class Reading(Protocol):
    """A file that is being read. What its iterator raises is in `files.damage()`."""

    @property
    def mark(self) -> Mark:
        """Where to go on after the item that was given last."""
        ...

    @property
    def done(self) -> int:
        """Bytes of the file, as it lies on disk, that were read so far."""
        ...

    def __iter__(self) -> Iterator[Item]:
        """The items after the mark; a second loop goes on where the first one stopped."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class Record(Protocol):
    """A record in one format."""

    by_lines: ClassVar[bool]
    """Its first line tells one such file from another, and lines may be added at its end."""

    @property
    def parts(self) -> Sequence[str]:
        """The files that hold items, in the order in which they are read."""
        ...

    def read(self, part: str, mark: Mark) -> Reading:
        """Open one of the parts after the mark. Raises ConnectorError."""
        ...

    def close(self) -> None:
        """Let go of what was gathered to read by, e.g. names."""
        ...


class RecordKind(Protocol):
    """A format's class."""

    def __call__(self, files: "Files", site: str | None) -> Record:
        """Read the files so; raises ConnectorError where something necessary is missing."""
        ...


def kind(word: Format) -> RecordKind:
    """The class of a format other than AUTO."""
    module, _, name = FORMATS[word].partition(":")
    return cast("RecordKind", getattr(import_module(module), name))
