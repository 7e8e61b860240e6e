"""``laurels listen`` and ``query``: the first stage by hand."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from bot import wiring
from bot.failures import CommandError
from bot.pipeline.hear import Heard, hear
from bot.settings import Settings
from bot.terminal import columns, emit, note
from listener.connectors import KINDS, ConnectorError
from listener.connectors.archive import Archive, ArchiveOptions
from listener.match import Matcher
from listener.query import explain, parse
from listener.settings import SourceSettings
from store import cursors
from store.db import Engine, reading
from store.records import SourceKind


def _heard(
    engine: Engine,
    settings: Settings,
    source: SourceSettings,
    rejects: Path,
    progress: Callable[[Heard], None],
) -> Heard:
    found = wiring.matcher(settings, source)
    reader = wiring.connector(
        settings, source, found, env=os.environ, meter=wiring.meter(engine, source)
    )
    try:
        return hear(
            engine,
            source.name,
            reader,
            found,
            wiring.utc_now,
            rejects,
            progress,
            wanted=wiring.wanted(source, found),
            every=source.every_seconds,
        )
    finally:
        reader.close()


def listen(
    engine: Engine, settings: Settings, only: str | None, base_url: str | None, *, as_json: bool
) -> bool:
    """Poll every source, or the one named, until nothing is left in it; False where one failed."""
    settings, sources = _chosen(settings, only, base_url)
    if not sources:
        note("No source is named in listener.sources; `laurels init` writes a first one.")
    results = {one.name: _listened(engine, settings, one) for one in sources}
    value: dict[str, object] = {"sources": results}
    if only is not None:
        (value,) = results.values()
    rows = [(name, _told(result)) for name, result in results.items()]
    emit(value, columns(rows) or "Nothing heard.", as_json=as_json)
    return all(result["error"] is None for result in results.values())


def _chosen(
    settings: Settings, only: str | None, base_url: str | None
) -> tuple[Settings, list[SourceSettings]]:
    """The sources to poll: all, the one of that name, or a connector with its defaults."""
    sources = [one for one in settings.listener.sources if only in (None, one.name)]
    if only is not None and not sources:
        if only not in KINDS:
            named = [one.name for one in settings.listener.sources]
            known = ", ".join(dict.fromkeys([*named, *KINDS]))
            raise CommandError(
                f"listener.sources: no source or connector is called {only!r}; known: {known}"
            )
        kind = SourceKind.SEARCH if settings.listener.queries else SourceKind.COMMUNITY
        sources = [SourceSettings(only, only, kind)]
    if base_url is not None:
        if only is None:
            raise CommandError("--base-url: name the one source that it is for")
        sources = [replace(one, base_url=base_url) for one in sources]
    return settings, sources


def _listened(engine: Engine, settings: Settings, source: SourceSettings) -> dict[str, object]:
    """`received` items: `stored` new, `duplicate` known, `filtered` unwanted, `errors` unreadable.

    `error` is why the source failed; what came before stays.
    """
    rejects = wiring.data_folder(settings.store) / "rejects" / f"{source.name}.jsonl"
    heard, error = Heard(), None

    def keep(so_far: Heard) -> None:
        nonlocal heard
        heard = so_far

    try:
        _heard(engine, settings, source, rejects, keep)
    except ConnectorError as failure:
        error = str(failure)
    with reading(engine) as tx:
        cursor = cursors.get(tx, source.name)
    return {
        "source": source.name,
        "received": heard.received + heard.rejects,
        "stored": heard.new,
        "duplicate": heard.posts - heard.new,
        "filtered": heard.received - heard.posts,
        "errors": heard.rejects + (error is not None),
        "mentions": heard.mentions,
        "deleted": heard.deleted,
        "unread": [f"{one.what}: {one.reason}" for one in heard.unread],
        "cursor": cursor,
        "error": error,
    }


def _told(result: Mapping[str, object]) -> str:
    if result["error"] is not None:
        return f"failed: {result['error']}"
    return f"{result['stored']:,} new posts, {result['mentions']:,} mentions"


def query(text: str, on: Path | None, limit: int, *, as_json: bool) -> None:
    """Explain a query and, with an archive, try it: how many posts match, and some of them."""
    part = parse(text)
    value: dict[str, object] = {"query": text, "means": explain(part)}
    lines = [f"Finds posts with {explain(part)}."]
    if on is not None:
        found, seen, examples = _tried(text, on, limit)
        value |= {"posts": seen, "matches": found, "examples": examples}
        lines.append(f"{found:,} of {seen:,} posts in {on} match.")
        lines += [f"  {one['id']}  {one['text']}" for one in examples]
    emit(value, "\n".join(lines), as_json=as_json)


def _tried(text: str, on: Path, limit: int) -> tuple[int, int, list[dict[str, str]]]:
    matcher, archive = Matcher({"query": text}), Archive(ArchiveOptions(on))
    cursor: str | None = None
    found = seen = 0
    examples: list[dict[str, str]] = []
    while True:
        batch = archive.fetch(cursor)
        cursor = batch.cursor
        seen += len(batch.posts)
        for post in batch.posts:
            if matcher.matches(post):
                found += 1
                if len(examples) < limit:
                    words = " ".join(f"{post.title or ''} {post.text}".split())
                    examples.append({"id": post.platform_id, "text": words[:60]})
        if batch.exhausted:
            return found, seen, examples
