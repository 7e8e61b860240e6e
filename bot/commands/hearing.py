"""``laurels import``, ``listen`` and ``query``: the first stage by hand."""

from collections.abc import Callable
from pathlib import Path

from bot import wiring
from bot.failures import CommandError
from bot.pipeline.hear import Heard, hear
from bot.replay import extent
from bot.settings import Settings
from bot.terminal import columns, emit, note, progress
from listener.connectors import ConnectorError
from listener.connectors.archive import Archive
from listener.match import Matcher
from listener.query import explain, parse
from listener.settings import SourceSettings
from store import cursors
from store.db import Engine
from store.records import SourceKind


def import_file(
    engine: Engine, settings: Settings, path: Path, kind: SourceKind, *, as_json: bool
) -> None:
    """Hear a whole archive. Interrupted, the next call goes on; finished, it starts again."""
    source = SourceSettings(f"import:{path.resolve()}", "archive", kind, path=path)
    if kind is SourceKind.SEARCH and not settings.listener.queries:
        raise CommandError("listener.queries: a search needs a query; or import --as community")
    lines = extent(path).lines
    rejects = path.with_name(path.name + ".rejects.jsonl")
    found = wiring.matcher(settings, source)
    with engine.begin() as tx:
        begun = cursors.get(tx, source.name)
        if begun is None or int(begun.partition(":")[0] or 0) >= lines:
            cursors.put(tx, source.name, None, wiring.utc_now())
            rejects.unlink(missing_ok=True)
    with progress({"hear": "Importing"}) as show:
        heard = _heard(engine, source, found, rejects, lambda done: show("hear", done, lines))
    _report(heard, rejects, as_json=as_json)


def _heard(
    engine: Engine,
    source: SourceSettings,
    found: Matcher,
    rejects: Path,
    show: Callable[[int], None],
) -> Heard:
    done = 0

    def advance(posts: int) -> None:
        nonlocal done
        done += posts
        show(done)

    reader = wiring.connector(source, found)
    try:
        return hear(engine, source.name, reader, found, wiring.utc_now, rejects, advance)
    finally:
        reader.close()


def _report(heard: Heard, rejects: Path, *, as_json: bool) -> None:
    value: dict[str, object] = {
        "posts": heard.posts,
        "new": heard.new,
        "mentions": heard.mentions,
        "rejected": heard.rejects,
        "rejects": str(rejects) if heard.rejects else None,
    }
    text = f"{heard.posts:,} posts read, {heard.new:,} new, {heard.mentions:,} mentions."
    if heard.rejects:
        text += f"\n{heard.rejects:,} lines could not be read; they stand in {rejects}"
    emit(value, text, as_json=as_json)


def listen(engine: Engine, settings: Settings, only: str | None, *, as_json: bool) -> None:
    """Poll every source, or the one named, until nothing is left in it."""
    sources = [one for one in settings.listener.sources if only in (None, one.name)]
    if only is not None and not sources:
        known = ", ".join(one.name for one in settings.listener.sources) or "none"
        raise CommandError(f"listener.sources: no source is called {only!r}; known: {known}")
    folder = wiring.data_folder(settings.store) / "rejects"
    results: dict[str, object] = {}
    rows: list[tuple[str, str]] = []
    for source in sources:
        rejects = folder / f"{source.name}.jsonl"
        try:
            found = wiring.matcher(settings, source)
            heard = _heard(engine, source, found, rejects, lambda _done: None)
        except ConnectorError as error:
            results[source.name] = {"error": str(error)}
            rows.append((source.name, f"failed: {error}"))
            continue
        results[source.name] = {
            "posts": heard.posts,
            "new": heard.new,
            "mentions": heard.mentions,
            "rejected": heard.rejects,
        }
        rows.append((source.name, f"{heard.new:,} new posts, {heard.mentions:,} mentions"))
    if not sources:
        note("No source is named in listener.sources; `laurels init` writes a first one.")
    emit({"sources": results}, columns(rows) or "Nothing heard.", as_json=as_json)


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
    matcher, archive = Matcher({"query": text}), Archive(on)
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
