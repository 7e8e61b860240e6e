"""``laurels query test``: what a query finds in a record."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bot import wiring
from bot.archive_posts import STDIN, parts
from bot.failures import CommandError, Interrupted
from bot.scan_progress import shown
from bot.snippet import BOLD, BRACKETS, Span, snippet
from bot.terminal import columns, counted, emit
from listener.match import Matcher
from store.records import Post

_WIDTH = 80
_DATE = 10
_WIDEST_ID = 20
_NAME = "query"


@dataclass(slots=True)
class _Tried:
    """What a query found so far."""

    posts: int = 0
    rejects: int = 0
    matches: list[tuple[str, tuple[Span, ...]]] = field(default_factory=list)
    examples: list[tuple[Post, tuple[Span, ...]]] = field(default_factory=list)


def try_out(text: str, archive: Path, limit: int, *, as_json: bool) -> None:
    """Look for a query in a record: how many posts match, and some of them.

    Raises listener.query.QueryError, and listener.connectors.ConnectorError where the record cannot
    be read. Raises Interrupted on Ctrl-C.
    """
    matcher = Matcher({_NAME: text}, detect=wiring.detect)
    tried = _Tried()
    try:
        _try(matcher, archive, limit, tried)
    except KeyboardInterrupt:
        found = f"{len(tried.matches):,} of {counted(tried.posts, 'post')} matched so far"
        raise Interrupted(f"stopped: {found}; nothing was kept, so begin again") from None
    if not tried.posts:
        aside = f"; {counted(tried.rejects, 'item')} could not be read" if tried.rejects else ""
        place = "stdin" if archive == STDIN else archive
        raise CommandError(f"{place}: nothing in it could be read as a post{aside}")
    value = {
        "query": text,
        "posts": tried.posts,
        "matched": len(tried.matches),
        "rejected": tried.rejects,
        "matches": [{"id": id_, "spans": spans} for id_, spans in tried.matches],
    }
    emit(value, "" if as_json else _told(tried, limit), as_json=as_json)


def _try(matcher: Matcher, archive: Path, limit: int, tried: _Tried) -> None:
    with shown("Testing") as show:
        for part in parts(archive):
            found = matcher.match_many(part.posts)
            for number, (match,) in found.items():
                post = part.posts[number]
                if post.deleted_at is not None:
                    continue
                tried.matches.append((post.platform_id, match.spans))
                if len(tried.examples) < limit:
                    tried.examples.append((post, match.spans))
            tried.posts += len(part.posts)
            tried.rejects += part.rejects
            show(part.done, part.total, tried.posts, len(tried.matches))


def _told(tried: _Tried, limit: int) -> str:
    found = len(tried.matches)
    lines = [_table(tried.examples), ""] if tried.examples else []
    share = f" ({found / tried.posts:.2%})" if tried.posts else ""
    lines.append(f"{found:,} of {counted(tried.posts, 'post')} match{share}.")
    if found > len(tried.examples) and limit:
        lines.append(f"Shown: the first {len(tried.examples)}; --limit N shows more.")
    if tried.rejects:
        lines.append(f"{counted(tried.rejects, 'item')} could not be read.")
    return "\n".join(lines)


def _table(examples: list[tuple[Post, tuple[Span, ...]]]) -> str:
    ids = [_clipped(post.platform_id) for post, _ in examples]
    width = _WIDTH - _DATE - max(map(len, ids)) - 4
    can_bold = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    marks = BOLD if can_bold else BRACKETS
    rows = [
        (id_, f"{post.created_at:%Y-%m-%d}", snippet(_whole(post), spans, width, marks))
        for id_, (post, spans) in zip(ids, examples, strict=True)
    ]
    return columns(rows)


def _whole(post: Post) -> str:
    return f"{post.title}\n{post.text}" if post.title else post.text


def _clipped(id_: str) -> str:
    plain = "".join(one if one.isprintable() else " " for one in id_)
    return plain if len(plain) <= _WIDEST_ID else plain[: _WIDEST_ID - 1] + "…"
