"""Reddit dumps: comments and submissions as JSON lines, mostly ``RC_2024-01.zst`` and the like.

Fields as in the schemas of https://github.com/ArthurHeitmann/arctic_shift (``schemas/RC.ts``,
``schemas/RS.ts``, ``file_content_explanations.md``). Posts read as those of the live connector
do, so that what one heard the other does not add.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, TypedDict

import msgspec

from listener.connectors.reddit_post import BadThing, Known, read_thing
from listener.history import Format, Mark
from listener.history.detect import parts_of
from listener.history.files import Files
from listener.history.lines import BadLine, Lines
from listener.history.moments import from_seconds_maybe
from store.records import Post

_KNOWN: Final = Known(bots=frozenset({"automoderator"}))
_SOME_TIME: Final = datetime.fromtimestamp(0, UTC)
_GONE: Final = "[removed]"
_ESCAPED: Final = {
    "t1": ("body",),
    "t3": ("selftext", "title", "link_flair_text", "url", "url_overridden_by_dest"),
}


class _Meta(TypedDict, total=False):
    was_deleted_later: Any
    retrieved_2nd_on: Any


class _Thing(TypedDict, total=False):
    """What is read of a line; the hundred other fields are passed over."""

    id: str
    name: Any
    author: Any
    author_fullname: Any
    created_utc: Any
    subreddit: Any
    score: Any
    score_hidden: Any
    hide_score: Any
    edited: Any
    permalink: Any
    distinguished: Any
    body: Any
    link_id: Any
    parent_id: Any
    title: Any
    selftext: Any
    url: Any
    url_overridden_by_dest: Any
    is_self: Any
    link_flair_text: Any
    media_metadata: Any
    removed_by_category: Any
    retrieved_on: Any
    retrieved_utc: Any
    _meta: _Meta


_DECODER: Final = msgspec.json.Decoder(_Thing)


class RedditDump:
    """One file of a dump or several, comments and submissions mixed or apart."""

    by_lines: ClassVar[bool] = True

    def __init__(self, files: Files, site: str | None = None) -> None:
        self._files = files
        self.parts: Sequence[str] = parts_of(files, Format.REDDIT)

    def read(self, part: str, mark: Mark) -> Lines:
        """Open one of the files after the mark."""
        return Lines(self._files.open(part), mark, parse)

    def close(self) -> None:
        """Nothing was gathered."""


def parse(line: bytes) -> Post:
    """A line to a post; raises BadLine for a bad one and ValueError for bad JSON.

    What was deleted, also what was deleted after the dump had read it, has no words.
    """
    thing: dict[str, Any] = _decoded(line)
    kind = "t1" if "body" in thing else "t3"
    thing["name"] = f"{kind}_{thing.get('id')}"
    if isinstance(thing.get("created_utc"), str):
        thing["created_utc"] = _number(thing["created_utc"])
    for name in _ESCAPED[kind]:
        value = thing.get(name)
        if isinstance(value, str) and "&" in value:
            thing[name] = _unescaped(value)
    meta = thing.get("_meta")
    if meta and meta.get("was_deleted_later"):
        thing["body" if kind == "t1" else "selftext"] = _GONE
    try:
        post = read_thing({"data": thing}, _KNOWN, _SOME_TIME)
    except BadThing as error:
        raise BadLine(str(error)) from None
    return post if post.deleted_at is None else replace(post, deleted_at=_seen(thing, meta or {}))


def _decoded(line: bytes) -> Any:
    try:
        return _DECODER.decode(line)
    except (ValueError, RecursionError):
        # The slower one takes more, e.g. half of a surrogate pair, and says what is wrong.
        value = json.loads(line.decode())
    try:
        return msgspec.convert(value, _Thing)
    except msgspec.ValidationError as error:
        raise BadLine(f"not as in a Reddit dump: {error}") from None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _unescaped(text: str) -> str:
    """Reddit escapes these three, and these alone, unless it is asked not to."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _seen(thing: dict[str, Any], meta: dict[str, Any]) -> datetime:
    """When the dump read it last: by then it was deleted, if it was."""
    found = (meta.get("retrieved_2nd_on"), thing.get("retrieved_on"), thing.get("retrieved_utc"))
    for value in (*found, thing.get("created_utc")):
        if value and (moment := from_seconds_maybe(value)) is not None:
            return moment
    return datetime.now(UTC)
