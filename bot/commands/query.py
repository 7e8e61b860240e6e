"""``laurels query test``: what a query finds in a record."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot import wiring
from bot.archive_posts import STDIN, parts
from bot.failures import CommandError, Interrupted
from bot.scan_progress import shown
from bot.snippet import BOLD, BRACKETS, Span, snippet
from bot.terminal import counted, emit, note, plain
from listener.connectors import ConnectorError
from listener.match import Matcher
from store.records import Post

_WIDTH = 80
_MARGIN = "  "
_KEPT = "; what was read before it is kept"
"""What is true of an import, and of nothing that is only tried."""
_LEAST = 0.005
"""Percent below which two digits say nothing."""
_NAME = "query"


@dataclass(slots=True)
class _Tried:
    """What a query found so far."""

    posts: int = 0
    rejects: int = 0
    matches: list[tuple[str, str, tuple[Span, ...]]] = field(default_factory=list)
    """Platform, id, and where."""
    examples: list[tuple[Post, tuple[Span, ...]]] = field(default_factory=list)
    broke: str | None = None
    """Why the record could not be read to its end."""


def try_out(text: str, archive: Path, limit: int, *, as_json: bool) -> None:
    """Look for a query in a record: how many posts match, and some of them.

    Where the record breaks off, what stands before is told, and the exit status is 1. Raises
    listener.query.QueryError, listener.connectors.ConnectorError where nothing can be read, and
    Interrupted on Ctrl-C.
    """
    if archive == STDIN and sys.stdin is None:
        raise CommandError("stdin is closed; name a file with --archive, or pipe one in")
    matcher = Matcher({_NAME: text}, detect=wiring.detect)
    tried = _Tried()
    try:
        _try(matcher, archive, limit, tried)
    except ConnectorError as error:
        if not tried.posts:
            raise
        tried.broke = str(error).removesuffix(_KEPT)
    except KeyboardInterrupt:
        found = f"{len(tried.matches):,} of {counted(tried.posts, 'post')} matched so far"
        raise Interrupted(f"stopped: {found}; nothing was kept, so begin again") from None
    if not tried.posts:
        aside = f"; {counted(tried.rejects, 'item')} could not be read" if tried.rejects else ""
        place = "stdin" if archive == STDIN else archive
        raise CommandError(f"{place}: nothing in it could be read as a post{aside}")
    value: dict[str, object] = {
        "query": text,
        "posts": tried.posts,
        "matched": len(tried.matches),
        "rejected": tried.rejects,
        "matches": [
            {"platform": platform, "id": id_, "spans": spans}
            for platform, id_, spans in tried.matches
        ],
    }
    if tried.broke is not None:
        value["error"] = tried.broke
    emit(value, "" if as_json else _told(tried, limit), as_json=as_json)
    if tried.broke is not None:
        note(f"laurels: {tried.broke}; the matches are those before it")
        sys.exit(1)


def _try(matcher: Matcher, archive: Path, limit: int, tried: _Tried) -> None:
    with shown("Testing") as show:
        for part in parts(archive):
            found = matcher.match_many(part.posts)
            for number, (match,) in found.items():
                post = part.posts[number]
                if post.deleted_at is not None:
                    continue
                tried.matches.append((post.platform, post.platform_id, match.spans))
                if len(tried.examples) < limit:
                    tried.examples.append((post, match.spans))
            tried.posts += len(part.posts)
            tried.rejects += part.rejects
            show(part.done, part.total, tried.posts, len(tried.matches))


def _told(tried: _Tried, limit: int) -> str:
    found = len(tried.matches)
    lines = [line for one in tried.examples for line in _lines(*one)]
    lines += [""] * bool(lines)
    lines.append(f"{found:,} of {counted(tried.posts, 'post')} match{_share(found, tried.posts)}.")
    if found > len(tried.examples) and limit:
        lines.append(f"Shown: the first {len(tried.examples)}; --limit N shows more.")
    if tried.rejects:
        lines.append(f"{counted(tried.rejects, 'item')} could not be read.")
    return "\n".join(lines)


def _share(found: int, of: int) -> str:
    percent = 100 * found / of
    return f" ({'<0.01' if found and percent < _LEAST else f'{percent:.2f}'} %)"


def _lines(post: Post, spans: tuple[Span, ...]) -> Iterator[str]:
    """Where the post stands, then its words around the match."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    can_bold = is_terminal and os.environ.get("TERM") != "dumb"
    place = f"{post.platform}/{post.channel}" if post.channel else post.platform
    yield f"{plain(place)}  {plain(post.platform_id)}  {post.created_at:%Y-%m-%d}"
    marks = BOLD if can_bold else BRACKETS
    yield _MARGIN + snippet(_whole(post), spans, _WIDTH - len(_MARGIN), marks)


def _whole(post: Post) -> str:
    return f"{post.title}\n{post.text}" if post.title else post.text
